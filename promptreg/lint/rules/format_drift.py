"""An example and the format do not agree about the fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import nearest
from promptreg.lint.example_facts import fields_read
from promptreg.lint.finding import Hit, Place, instead
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import ExampleSet

__all__ = ["RULE"]

_MAIN = ("input", "output")


def _check(examples: ExampleSet, options: Mapping[str, Any]) -> Iterator[Hit]:
    head = examples.head
    reads = fields_read(head)
    if not reads:
        return
    known = {read.name for read in reads}
    needed = {read.name for read in reads if not read.optional and not read.conditional}
    for number, example in enumerate(examples.component.examples):
        path = ("examples", number)
        for field in example.fields:
            near = nearest(field, known - example.fields.keys())
            if field not in known and (near or field in _MAIN):
                meant = f' (did you mean "{near}"?)' if near else ""
                message = f'the format never prints the field "{field}" of the example "{example.id}"{meant}'
                place = head.key_place((*path, field))
                yield Hit(message, place, fix=instead(place, field, near))
        for field in sorted(needed - example.fields.keys() - {"id"}):
            start = head.offset(path)
            place = Place(head.source, start, start + 1)
            yield Hit(f'the example "{example.id}" has no field "{field}", which the format prints', place)


RULE = Rule(
    name="format-drift",
    code="EXM005",
    summary="An example lacks a field that the format prints, or has one that is misspelled.",
    scope="examples",
    check=_check,
    severity="error",
    fix="unsafe",
)
