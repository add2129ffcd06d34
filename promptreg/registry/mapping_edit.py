"""Editing mappings in YAML text: one item is put in, changed or taken out, and every other character stays.

Works on what strict YAML accepts. The caller parses the result: forms that nobody writes may come out wrong.
"""

from __future__ import annotations

import json

from promptreg.registry.core_schema import NotJson, typed
from promptreg.registry.strict_yaml import Document, NodePath

__all__ = ["delete_item", "has_comment", "insert_item", "key_text", "replace_value"]


def key_text(key: str) -> str:
    """A key as it is written: plain, or in quotes where plain text would be a number or a word of YAML."""
    try:
        return key if isinstance(typed(key), str) else json.dumps(key)
    except NotJson:
        return json.dumps(key)


def has_comment(document: Document, path: NodePath) -> bool:
    """Whether a comment stands between the key of `path` and the end of its value."""
    node = document.place(path)
    return "#" in document.source.text[node.key_end : node.end]


def replace_value(document: Document, path: NodePath, value: str) -> str:
    """The text with `value` where the value of `path` stands; instead of a block, behind the key."""
    text, node = document.source.text, document.place(path)
    if node.style is not None or text[node.start] in "{[":
        return text[: node.start] + value + text[node.end :]
    colon = text.index(":", node.key_end) + 1
    return f"{text[:colon]} {value}{text[node.end :]}"


def insert_item(document: Document, path: NodePath, position: int, item: str) -> str:
    """The text with `item` (`key: value`, more lines indented below its first) in the mapping at `path`.

    It becomes item number `position`; comments stay above the items that they stand above.
    """
    text, mapping = document.source.text, document.place(path)
    keys = _keys(document, path)
    if text[mapping.start] == "{":
        return _insert_in_flow(document, path, position, item)
    end = _line_end(text)
    first = document.place((*path, keys[0]))
    indent = " " * (first.key_start - _line_start(text, first.key_start))
    if position:
        at = _after_line(text, document.place((*path, keys[position - 1])).end)
    else:
        at = _after_line(text, mapping.key_end) if path else _line_start(text, first.key_start)
    lead = "" if not at or text[at - 1] == "\n" else end
    lines = "".join(f"{indent}{line}{end}" for line in item.split("\n"))
    return text[:at] + lead + lines + text[at:]


def delete_item(document: Document, path: NodePath) -> str:
    """The text without the item at `path`; the last item of a mapping takes that mapping along."""
    text = document.source.text
    *above, key = path
    outer = tuple(above)
    keys = _keys(document, outer)
    if len(keys) == 1 and outer:
        return delete_item(document, outer)
    item = document.place(path)
    if text[document.place(outer).start] != "{":
        return text[: _line_start(text, item.key_start)] + text[_after_line(text, item.end) :]
    place = keys.index(str(key))
    if len(keys) == 1:
        start, stop = item.key_start, item.end
    elif place < len(keys) - 1:
        start, stop = item.key_start, document.place((*outer, keys[place + 1])).key_start
    else:
        start, stop = document.place((*outer, keys[place - 1])).end, item.end
        if "\n" in text[start : item.key_start]:  # keep the comma and the comment of the line above
            start = text.rindex("\n", 0, item.key_start)
            start -= text[start - 1] == "\r"
            stop += text[stop : stop + 1] == ","
    return text[:start] + text[stop:]


def _insert_in_flow(document: Document, path: NodePath, position: int, item: str) -> str:
    text, mapping = document.source.text, document.place(path)
    keys = _keys(document, path)
    if not keys:
        return text[: mapping.start] + "{" + item + "}" + text[mapping.end :]
    neighbour = document.place((*path, keys[min(position, len(keys) - 1)]))
    line = _line_start(text, neighbour.key_start)
    lead = text[line : neighbour.key_start]
    gap = " " if lead.strip() else _line_end(text) + lead
    if position < len(keys):
        return f"{text[: neighbour.key_start]}{item},{gap}{text[neighbour.key_start :]}"
    return f"{text[: neighbour.end]},{gap}{item}{text[neighbour.end :]}"


def _keys(document: Document, path: NodePath) -> list[str]:
    value = document.root
    for step in path:
        assert isinstance(value, dict)
        value = value[str(step)]
    assert isinstance(value, dict)
    return list(value)


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _after_line(text: str, at: int) -> int:
    """The offset behind the line end that follows `at`."""
    return (text.find("\n", at) + 1) or len(text)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
