"""A template prints in an order that it does not decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.parsed is None or "for " not in template.body.text.text or template.body.kind == "expression":
        return
    from jinja2 import nodes

    from promptreg.lint.declared import Declared
    from promptreg.template.positions import start_of

    declared = Declared(template)
    for loop in template.parsed.tree.find_all(nodes.For):
        over = loop.iter.node if isinstance(loop.iter, nodes.Filter) and loop.iter.name == "items" else loop.iter
        schema = declared.schema(over) if over is not None else None
        if over is None or schema is None or schema.get("type") != "object":
            continue
        start = start_of(over) or 0
        tag = template.parsed.tokens.tag_at(start)
        end = tag.inner_end if tag is not None else start + 1
        shown = template.body.text.text[start:end].split("|")[0].split(" ")[0].strip()
        message = f'the keys of "{shown}" come in the order in which the caller put them: sort them with dictsort'
        yield Hit(message, template.place(start, start + len(shown)))


RULE = Rule(
    name="nondeterministic-template",
    code="TPL010",
    summary="A template goes through the keys of an object in whatever order the caller has them.",
    scope="template",
    check=_check,
    severity="note",
    standing="pedantic",
)
