"""A value is set in a loop and read after it, where it is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.body.text.text
    if "endfor" not in text or "set" not in text or template.parsed is None or template.body.kind == "expression":
        return
    from jinja2 import nodes

    from promptreg.lint.loops import assigned_names, loops_of, read_names

    tree = template.parsed.tree
    assigned = [*assigned_names(tree)]
    reads = [*read_names(tree)]
    taken = {name for node in tree.find_all((nodes.For, nodes.With, nodes.Macro)) for name in _given(node)}
    told: set[str] = set()
    for loop in loops_of(template):
        inner = {found.name: found for found in assigned if loop.start < found.at < loop.end}
        for name, set_here in inner.items():
            later = next((read for read in reads if read.name == name and read.at >= loop.end), None)
            if later is None or name in told or name in taken or name in template.body.names:
                continue
            if any(found.name == name and loop.end <= found.at < later.at for found in assigned):
                continue
            told.add(name)
            place = template.place(later.at, later.at + len(name))
            related = Related("it is set here", template.place(set_here.at, set_here.at + len(name)))
            yield Hit(f'"{name}" is set in a loop and read after it, where what was set is gone', place, (related,))


def _given(node: Any) -> Iterator[str]:
    """Names that a loop, with or macro brings along: what they stand for where is a question of its own."""
    from jinja2 import nodes

    from promptreg.template.facts import walk

    targets = node.args if isinstance(node, nodes.Macro) else getattr(node, "targets", None) or [node.target]
    for target in targets:
        yield from (name.name for name in walk(target) if isinstance(name, nodes.Name))


RULE = Rule(
    name="lost-loop-assignment",
    code="TPL009",
    summary="A template sets a value inside a loop and reads it after the loop, where it is gone.",
    scope="template",
    check=_check,
)
