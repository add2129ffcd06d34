"""Facts about an examples component: what its format prints, in which order, and where a field is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.lint.branches import branches_of
from promptreg.lint.finding import Place
from promptreg.lint.subjects import Head
from promptreg.model.component import Component, Example

__all__ = ["FieldRead", "field_place", "fields_read", "normal", "questions"]

_BLANKS = re.compile(r"\s+")


class FieldRead(NamedTuple):
    """A field that the format reads at `at:end`.

    `optional` if the format asks anywhere whether it is there; `conditional` if it is read in a branch.
    """

    name: str
    at: int
    end: int
    optional: bool
    conditional: bool


def fields_read(head: Head) -> tuple[FieldRead, ...]:
    """Every `example.field` of the format, in order; nothing if it does not parse or uses `example` in other ways."""
    from jinja2 import nodes

    from promptreg.template.facts import walk
    from promptreg.template.flows import constant_key
    from promptreg.template.positions import start_of

    template = head.templates[0]
    if template.parsed is None or "example" in (template.facts.assigned if template.facts else ()):
        return ()
    asked: set[str] = set()
    found: list[tuple[str, int]] = []
    paths: set[int] = set()
    for node in walk(template.parsed.tree):
        if isinstance(node, nodes.Test | nodes.Filter) and node.name in ("defined", "undefined", "default", "d"):
            name = _field(node.node)
            asked.update([name] if name is not None else [])
        if isinstance(node, nodes.Getattr | nodes.Getitem) and _field(node) is not None:
            paths.add(id(node.node))
            found.append((str(constant_key(node)), start_of(node) or 0))
        elif isinstance(node, nodes.Name) and node.name == "example" and id(node) not in paths:
            return ()
    branches = branches_of(template)
    reads = []
    for name, start in found:
        at = template.parsed.tokens.name_after(start + len("example"), name)
        reads.append(
            FieldRead(name, at, at + len(name), name in asked, any(one.start <= at < one.end for one in branches))
        )
    return tuple(sorted(reads, key=lambda read: read.at))


def _field(node: Any) -> str | None:
    """The field of `example.field`, None for anything else."""
    from jinja2 import nodes

    from promptreg.template.flows import constant_key

    if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Name):
        key = constant_key(node)
        return key if node.node.name == "example" and isinstance(key, str) else None
    return None


def normal(value: Any) -> Any:
    """A value for comparison: text without regard to case and blanks."""
    return _BLANKS.sub(" ", value).strip().casefold() if isinstance(value, str) else value


def questions(head: Head, component: Component) -> Mapping[str, tuple[Any, ...]]:
    """What each example asks, by its id: the values that the format prints before the output.

    Without an output in the format, everything that it prints. Examples that ask nothing are left out.
    """
    reads = fields_read(head)
    names = [read.name for read in reads]
    if not names:
        names = ["input"]
    elif "output" in names:
        names = [name for name in names[: names.index("output")] if name != "id"]
    names = list(dict.fromkeys(names))
    found = {}
    for example in component.examples:
        asked = tuple(_comparable(example, name) for name in names)
        if any(value for value in asked):
            found[example.id] = asked
    return found


def _comparable(example: Example, name: str) -> Any:
    value = normal(example.fields.get(name))
    return repr(value) if isinstance(value, dict | list) else value


def field_place(head: Head, number: int, field: str) -> Place:
    """Where a field of an example is written; the example itself if it is not."""
    path = ("examples", number, field)
    if field in head.head.examples[number].fields:  # type: ignore[union-attr]
        return head.place(path)
    return head.place(("examples", number))
