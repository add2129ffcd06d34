"""Digests: SHA-256 over UTF-8 with LF line ends, and over canonical JSON. No clocks, no paths."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

__all__ = ["closure_digest", "json_digest", "text_digest", "told_apart"]

_SHOWN = len("sha256:") + 8


def text_digest(text: str) -> str:
    """`sha256:…` of a text, CR LF read as LF."""
    import hashlib  # slow to load, and a listing from the cache needs no digest

    return "sha256:" + hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()


def json_digest(value: Any) -> str:
    """`sha256:…` of the canonical JSON of a plain value (sorted keys, no spaces, LF line ends in strings)."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text_digest(canonical)


def closure_digest(body: str, contract: str, pins: Iterable[tuple[str, str, str]]) -> str:
    """Merkle digest of a component: its own two digests, then (name, version, closure) of its parts in order."""
    return json_digest([body, contract, [list(pin) for pin in pins]])


def told_apart(found: str, wanted: str) -> tuple[str, str]:
    """Two digests cut for people, never to the same text: eight digits, or up to the first that differs."""
    same = next((at for at, (one, other) in enumerate(zip(found, wanted, strict=False)) if one != other), 0)
    length = max(_SHOWN, same + 1)
    shown, other = (digest if len(digest) <= length else f"{digest[:length]}…" for digest in (found, wanted))
    return shown, other
