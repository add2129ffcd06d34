"""Strict YAML: YAML 1.2 scalars and nothing that two readers could understand differently.

Refused are anchors, aliases, merges, tags, duplicate keys, keys that are no text, several documents, and what is too
deep or too large. A document keeps its text, so places are found when somebody asks for one and cost nothing before.
"""

from __future__ import annotations

from promptreg.errors import InvalidFile
from promptreg.registry.yaml_builder import MAX_CHARACTERS, MAX_DEPTH, Suspect, Value, build
from promptreg.registry.yaml_places import Node, NodePath, find_nodes, key_path
from promptreg.text import Location, Source, TextMap

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "Document",
    "Node",
    "NodePath",
    "Value",
    "key_path",
    "parse_yaml",
    "read_past",
]


def parse_yaml(source: Source, start: int = 0, end: int | None = None) -> Document:
    """Read the YAML between two offsets of a file (the whole file by default).

    Raises InvalidFile with every problem that can be found, each with its place and key path; a text without any
    value has the code "empty-file".
    """
    stop = len(source.text) if end is None else end
    try:
        root = build(source.text[start:stop])
    except Suspect:
        from promptreg.registry.yaml_problems import find_problems

        raise InvalidFile(find_problems(source, start, stop)) from None
    return Document(source, root, start, stop)


def read_past(source: Source, start: int, end: int) -> Document | None:
    """A refused text read again without minding anchors, tags and duplicate keys, None where that does not help.

    For finding the other mistakes of a file that is refused anyway; never for using its values.
    """
    try:
        return Document(source, build(source.text[start:end], lenient=True), start, end)
    except Suspect:
        return None


class Document:
    """A value read from YAML, with the places of its parts: dicts with text keys, lists and scalars.

    Paths are tuples such as `("messages", 0, "text")`; `()` is the root. Safe to share between threads.
    """

    __slots__ = ("_nodes", "end", "root", "source", "start")

    def __init__(self, source: Source, root: Value, start: int, end: int) -> None:
        self.source = source
        self.root = root
        self.start = start
        self.end = end
        self._nodes: dict[NodePath, Node] | None = None

    def place(self, path: NodePath) -> Node:
        """The place of the value at `path` and of its key. Raises KeyError when there is none."""
        return self._places()[path]

    def scalar_spans(self) -> list[tuple[int, int]]:
        """The file offsets of every key and of every value that is no mapping or sequence, by place."""
        nodes = self._places().values()
        spans = [(node.key_start, node.key_end) for node in nodes if node.key_end > node.key_start]
        spans += [(node.start, node.end) for node in nodes if node.style is not None]
        return sorted(spans)

    def _places(self) -> dict[NodePath, Node]:
        nodes = self._nodes
        if nodes is None:
            nodes = self._nodes = find_nodes(self.source.text[self.start : self.end], self.start)
        return nodes

    def location(self, path: NodePath, *, key: bool = False) -> Location:
        """Where the value at `path` (or its key) begins; for a path that does not exist, its nearest parent."""
        while True:
            try:
                node = self.place(path)
            except KeyError:
                path, key = path[:-1], False
            else:
                return self.source.location(node.key_start if key else node.start)

    def text_map(self, path: NodePath, *, text: str | None = None) -> TextMap:
        """The scalar at `path` as written text, mapped to the file; a number or word is what the author typed.

        With `text`, the map is of that text, which stands for the whole scalar. Raises KeyError when `path` is
        no scalar.
        """
        from promptreg.registry.scalars import align

        node = self._scalar(path)
        value = self._value(path)
        if text is not None and text != value:
            return TextMap.whole(self.source, text, node.start, node.end)
        if isinstance(value, str):
            return align(self.source, node.start, node.end, node.style or "", value)
        return TextMap.of_slice(self.source, node.start, node.end)

    def raw_scalar(self, path: NodePath) -> str:
        """The scalar at `path` as text, before it got a type: `1.10`, `true`, an empty text for an empty value."""
        value = self._value(path)
        if isinstance(value, str):
            return value
        node = self._scalar(path)
        return self.source.text[node.start : node.end]

    def _scalar(self, path: NodePath) -> Node:
        node = self.place(path)
        if node.style is None:
            raise KeyError(path)
        return node

    def _value(self, path: NodePath) -> Value:
        value: Value = self.root
        for step in path:
            value = value[step]  # type: ignore[index]
        return value
