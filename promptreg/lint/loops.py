"""Which part of a template text each loop takes, and what is assigned and read where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes

from promptreg.lint.subjects import Template
from promptreg.template.facts import walk
from promptreg.template.positions import start_of

__all__ = ["Loop", "Named", "assigned_names", "loops_of", "read_names"]


class Loop(NamedTuple):
    """A loop with the text offsets from its `for` tag to the end of its `endfor` tag."""

    node: nodes.For
    start: int
    end: int


class Named(NamedTuple):
    """A name at text offset `at`."""

    name: str
    at: int


def loops_of(template: Template) -> Iterator[Loop]:
    """The loops of a template, by their end."""
    if template.parsed is None:
        return
    text, tags = template.body.text.text, template.parsed.tokens.tags
    by_start = {}
    for node in template.parsed.tree.find_all(nodes.For):
        tag = template.parsed.tokens.tag_at(start_of(node.target) or 0)
        if tag is not None:
            by_start[tag.start] = node
    opened: list[int] = []
    for tag in tags:
        if tag.type != "block_begin":
            continue
        word = text[tag.inner_start : tag.inner_end].split(None, 1)[:1]
        if word == ["for"]:
            opened.append(tag.start)
        elif word == ["endfor"] and opened:
            start = opened.pop()
            if start in by_start:
                yield Loop(by_start[start], start, tag.end)


def assigned_names(node: nodes.Node) -> Iterator[Named]:
    """Every name below a node that gets a value from `set`, in source order."""
    for found in walk(node):
        if isinstance(found, nodes.Assign | nodes.AssignBlock):
            for target in walk(found.target):
                if isinstance(target, nodes.Name):
                    yield Named(target.name, start_of(target) or 0)


def read_names(node: nodes.Node) -> Iterator[Named]:
    """Every name below a node that is read, in source order."""
    for found in walk(node):
        if isinstance(found, nodes.Name) and found.ctx == "load":
            yield Named(found.name, start_of(found) or 0)
