"""JSON documents as text: stable key order, one list item a line, so that output can be searched and compared."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["document_text", "payload_text"]

_SURROGATES = re.compile("[\ud800-\udfff]")


def document_text(document: dict[str, Any]) -> str:
    """One of our versioned documents: top-level keys and the items of top-level lists on lines of their own."""
    rows = [f"  {_compact(key)}: {_member(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def payload_text(value: Any) -> str:
    """A value in a format that is not ours (a provider's request), indented for reading."""
    return _compact(value, indent=2) + "\n"


def _member(value: Any) -> str:
    if not isinstance(value, (list, tuple)) or not value:
        return _compact(value)
    return "[\n" + ",\n".join(f"    {_compact(item)}" for item in value) + "\n  ]"


def _compact(value: Any, indent: int | None = None) -> str:
    """JSON in which only lone surrogates are escaped, because UTF-8 cannot hold them."""
    import json  # here, because listing and rendering text need none

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isascii() else _SURROGATES.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
