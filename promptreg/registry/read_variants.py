"""The `variants` of a part's budget: shorter forms, each a used component or a text."""

from __future__ import annotations

from typing import Any

from promptreg.model.component import Use
from promptreg.model.prompt import Variant
from promptreg.model.ref import Ref, RefFault
from promptreg.model.written import KeyPath
from promptreg.registry.read_component import Scan, include_uses
from promptreg.registry.reader import Reader

__all__ = ["read_use", "read_variants"]


def read_variants(reader: Reader, value: Any, path: KeyPath, name: str, scan: Scan) -> tuple[Variant, ...]:
    """The variants written at `path` of prompt `name`, longest first as their author says.

    Each is `{use: REF}`, `{text: TEMPLATE}`, or a plain string: a ref where it can be read as one, else a template.
    """
    found = []
    for index, item in enumerate(reader.sequence(value, path, least=1)):
        key = _scalar_key(reader, item, (*path, index))
        if key is None:
            continue
        is_plain = isinstance(item, str)
        if key[-1] == "use" or (is_plain and _is_ref(item)):
            use = read_use(reader, item if is_plain else item["use"], key)
            if use is not None:
                found.append(Variant(key, use))
        else:
            found.append(Variant(key, None, include_uses(reader, reader.document.text_map(key), name, scan)))
    return tuple(found)


def _scalar_key(reader: Reader, item: Any, path: KeyPath) -> KeyPath | None:
    """The path of the ref or text of a variant; None after a fault."""
    if isinstance(item, str):
        return path
    shape = reader.mapping(item, path, ("use", "text"))
    if not isinstance(item, dict):
        return None
    if ("use" in shape) == ("text" in shape):
        reader.fault(path, 'must have either "use" or "text"')
        return None
    if "use" in shape:
        return (*path, "use")
    if not isinstance(shape["text"], str):
        reader.fault((*path, "text"), "must be template text (quote it)")
        return None
    return (*path, "text")


def _is_ref(text: str) -> bool:
    try:
        Ref.parse(text)
    except RefFault:
        return False
    return True


def read_use(reader: Reader, value: Any, key: KeyPath) -> Use | None:
    """The ref written at `key` with its place, None after a fault."""
    ref = reader.ref(value, key)
    place = reader.document.location(key)
    return None if ref is None else Use(ref, str(ref), place.line, place.column, key)
