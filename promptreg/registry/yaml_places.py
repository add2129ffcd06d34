"""Where each node of a YAML text stands, found by reading the text again when somebody asks.

A registry of a thousand files is loaded far more often than one of its places is asked for.
"""

from __future__ import annotations

from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem
from promptreg.registry.yaml_events import open_events
from promptreg.text import Source

__all__ = ["Node", "NodePath", "find_nodes", "key_path", "problem_at"]

NodePath = tuple[str | int, ...]

_PLAIN_KEY_EXTRAS = frozenset("_-/$")


class Node(NamedTuple):
    """The place of one value: half-open spans in code points of the verbatim file.

    The key span is empty for items of sequences and for the root, and stands at the value. `style` is how a
    scalar was written: "" for plain, one of | > ' " otherwise; None for mappings and sequences. `end` of a
    mapping or sequence in block style is the end of its last value.
    """

    start: int
    end: int
    key_start: int
    key_end: int
    style: str | None


def key_path(path: NodePath) -> str:
    """The path as people read it: `messages[0].parts[2].use`; unusual keys as `samples["small claim"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step and all(char.isalnum() or char in _PLAIN_KEY_EXTRAS for char in step):
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            text += f'["{escaped}"]'
    return text


def problem_at(source: Source, offset: int, message: str, path: NodePath = (), *, code: str | None = None) -> Problem:
    """A complaint about the place `offset` of a file; its code is that of InvalidFile unless told otherwise."""
    place = source.location(offset)
    return Problem(code or InvalidFile.code, message, *place, key_path(path) or None)


class _Open:
    """A mapping or sequence whose end has not been read."""

    __slots__ = ("count", "is_mapping", "key", "path", "span")

    def __init__(self, path: NodePath, span: tuple[int, int, int], *, is_mapping: bool) -> None:
        self.path = path
        self.span = span
        self.is_mapping = is_mapping
        self.count = 0
        self.key: tuple[str, int, int] | None = None

    def take_key(self, start: int) -> tuple[str | int, int, int]:
        """Last step and key span of the value that begins at `start`; the next value gets another one."""
        if self.key is not None:
            key, self.key = self.key, None
            return key
        self.count += 1
        return self.count - 1, start, start


def find_nodes(text: str, base: int) -> dict[NodePath, Node]:
    """Every node of a text that strict YAML accepts, by path; `base` is the file offset of the text."""
    import yaml.events as kinds

    nodes: dict[NodePath, Node] = {}
    here: _Open | None = None
    outer: list[_Open | None] = []
    last_end = base
    next_event = open_events(text)
    while True:
        event = next_event()
        kind = type(event)
        start, end = event.start_mark.index + base, event.end_mark.index + base
        if kind is kinds.MappingEndEvent or kind is kinds.SequenceEndEvent:
            # In block style this mark is already at the next token.
            last_end = end if end > start else last_end
            assert here is not None
            begun, key_start, key_end = here.span
            nodes[here.path] = Node(begun, last_end, key_start, key_end, None)
            here = outer.pop()
        elif not issubclass(kind, kinds.NodeEvent):
            if kind is kinds.StreamEndEvent:
                return nodes
        elif here is not None and here.is_mapping and here.key is None:
            here.key = (event.value, start, end)
            last_end = end
        else:
            step, key_start, key_end = here.take_key(start) if here else ("", start, start)
            path = (*here.path, step) if here else ()
            if kind is kinds.ScalarEvent:
                nodes[path] = Node(start, end, key_start, key_end, event.style or "")
                last_end = end
            else:
                outer.append(here)
                here = _Open(path, (start, key_start, key_end), is_mapping=kind is kinds.MappingStartEvent)
