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
    """A mapping or sequence whose end has not been read; `end` grows with what is inside it."""

    __slots__ = ("count", "end", "is_mapping", "key", "node", "path")

    def __init__(self, path: NodePath, node: Node, *, is_mapping: bool) -> None:
        self.path = path
        self.node = node
        self.end = node.end
        self.is_mapping = is_mapping
        self.count = 0
        self.key: tuple[str, int, int] | None = None

    def awaits_key(self) -> bool:
        return self.is_mapping and self.key is None

    def take_step(self, start: int) -> tuple[str | int, int, int]:
        """Last step and key span of the value that begins at `start`; the next value gets another one."""
        if self.key is not None:
            step, self.key = self.key, None
            return step
        self.count += 1
        return self.count - 1, start, start


def find_nodes(text: str, base: int) -> dict[NodePath, Node]:
    """Every node of a text that strict YAML accepts, by path; `base` is the file offset of the text."""
    import yaml.events as kinds

    nodes: dict[NodePath, Node] = {}
    opened: list[_Open] = []
    next_event = open_events(text)
    while True:
        event = next_event()
        if isinstance(event, kinds.StreamEndEvent):
            return nodes
        start, end = event.start_mark.index + base, event.end_mark.index + base
        if isinstance(event, kinds.CollectionEndEvent):
            _close(opened, nodes, end if end > start else None)
        elif isinstance(event, kinds.ScalarEvent) and opened and opened[-1].awaits_key():
            opened[-1].key = (event.value, start, end)
            opened[-1].end = end
        elif isinstance(event, kinds.NodeEvent):
            path, node = _begin(opened, start, end, getattr(event, "style", None) or "")
            if isinstance(event, kinds.CollectionStartEvent):
                opened.append(_Open(path, node, is_mapping=isinstance(event, kinds.MappingStartEvent)))
            else:
                nodes[path] = node
                _reach(opened, end)


def _begin(opened: list[_Open], start: int, end: int, style: str) -> tuple[NodePath, Node]:
    if not opened:
        return (), Node(start, end, start, start, style)
    step, key_start, key_end = opened[-1].take_step(start)
    return (*opened[-1].path, step), Node(start, end, key_start, key_end, style)


def _close(opened: list[_Open], nodes: dict[NodePath, Node], flow_end: int | None) -> None:
    """End the innermost collection; in block style its own mark is already at the next token, so it is not used."""
    done = opened.pop()
    end = done.end if flow_end is None else flow_end
    nodes[done.path] = done.node._replace(end=end, style=None)
    _reach(opened, end)


def _reach(opened: list[_Open], end: int) -> None:
    if opened:
        opened[-1].end = end
