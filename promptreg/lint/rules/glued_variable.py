"""A printed value runs into the next word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit
from promptreg.lint.prose import PRINTED
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_GLUED = re.compile(rf"^[ \t]*{PRINTED}+(?P<word>[A-Z][a-z]+)(?=,? [a-z])", re.MULTILINE)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if PRINTED not in template.masked:
        return
    text = template.instructions
    for found in _GLUED.finditer(text):
        start, end = found.span("word")
        place = template.place(start, end)
        fix = Fix("unsafe", "put a blank between them", (Edit(place._replace(end=place.start), " "),))
        yield Hit(f'the printed value runs into "{found["word"]}"', place, fix=fix)


RULE = Rule(
    name="glued-variable",
    code="STR004",
    summary="A printed value runs into the capital letter of the next word.",
    scope="template",
    check=_check,
    severity="note",
    standing="off",
    fix="unsafe",
)
