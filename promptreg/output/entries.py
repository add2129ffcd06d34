"""Lists and trees of components, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from promptreg.output.styled import Row, Span
from promptreg.output.terminal import one_line, width

__all__ = ["Branch", "ListItem", "cut", "list_rows", "padded", "tree_rows"]


class ListItem(Protocol):
    """What a list shows of a component or prompt."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def summary(self) -> str: ...


def list_rows(items: Sequence[ListItem], columns: int | None) -> Iterator[Row]:
    """One row an item: name, version, kind, summary; summaries are cut to `columns` when that is given."""
    names = max((width(item.name) for item in items), default=0)
    versions = max((len(item.version) for item in items), default=0)
    kinds = max((len(item.kind) for item in items), default=0)
    for item in items:
        before = names + versions + kinds + 6
        summary = cut(" ".join(item.summary.split()), None if columns is None else max(20, columns - before))
        yield [
            Span(padded(item.name, names + 2), "bold" if item.kind == "prompt" else ""),
            Span(f"{item.version:<{versions + 2}}", "dim"),
            Span(f"{item.kind:<{kinds + 2}}", "cyan" if item.kind == "prompt" else "dim"),
            Span(summary),
        ]


def padded(text: str, columns: int) -> str:
    """The text with spaces up to a width on the screen."""
    return text + " " * (columns - width(one_line(text)))


def cut(text: str, columns: int | None) -> str:
    """The text, shortened to a width on the screen where there is one."""
    if columns is None or width(one_line(text)) <= columns:
        return text
    while text and width(one_line(text)) > columns - 3:
        text = text[:-1]
    return text.rstrip() + "..."


class Branch(NamedTuple):
    """One node of a tree to draw. `repeated`: its children stand where the name is first drawn."""

    name: str
    kind: str
    version: str
    ref: str | None
    repeated: bool
    children: tuple[Branch, ...]


_DRAWN = ("├── ", "└── ", "│   ", "    ")
_PLAIN = ("|-- ", "`-- ", "|   ", "    ")


def tree_rows(roots: Sequence[Branch], *, unicode: bool) -> Iterator[Row]:
    """The trees, one row a node: `name@version  kind  (the ref that led here)`."""
    for root in roots:
        yield _node(root, "")
        yield from _children(root, "", _DRAWN if unicode else _PLAIN)


def _children(node: Branch, indent: str, strokes: tuple[str, str, str, str]) -> Iterator[Row]:
    tee, corner, bar, blank = strokes
    for child in node.children:
        is_last = child is node.children[-1]
        yield _node(child, indent + (corner if is_last else tee))
        yield from _children(child, indent + (blank if is_last else bar), strokes)


def _node(node: Branch, lead: str) -> Row:
    wish = "" if node.ref is None else f"  {node.ref.partition('@')[1]}{node.ref.partition('@')[2]}"
    row = [
        Span(lead, "dim"),
        Span(node.name, "bold" if node.kind == "prompt" else ""),
        Span(f"@{node.version}", "cyan"),
        Span(f"  {node.kind}{wish}", "dim"),
    ]
    if node.repeated:
        row.append(Span("  (see above)", "dim"))
    return row
