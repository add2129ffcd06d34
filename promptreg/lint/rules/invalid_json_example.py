"""JSON that is shown to the model and does not parse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.json_shown import fault_of, json_texts
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    for template in head.templates:
        if template.body.kind != "expression":
            for shown in json_texts(template):
                fault = fault_of(shown.text)
                if fault is not None:
                    at = shown.start + fault.at
                    comma = None if fault.comma is None else shown.start + fault.comma
                    fix = None if comma is None else _without(template.place(comma, comma + 1))
                    yield Hit(f"this JSON does not parse: {fault.message}", template.place(at, at + 1), fix=fix)
    if head.head.kind == "examples":
        yield from _in_examples(head)


def _in_examples(head: Head) -> Iterator[Hit]:
    for number, example in enumerate(getattr(head.head, "examples", ())):
        for field, value in example.fields.items():
            if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
                continue
            text = value.strip()
            fault = fault_of(text) if text else None
            if fault is None:
                continue
            written = head.head.written.text_map(("examples", number, field))
            start = len(value) - len(value.lstrip())
            place = Place(head.source, *written.span(start + fault.at, start + fault.at + 1))
            comma = None if fault.comma is None else start + fault.comma
            fix = None if comma is None else _without(Place(head.source, *written.span(comma, comma + 1)))
            message = f'the {field} of the example "{example.id}" does not parse as JSON: {fault.message}'
            yield Hit(message, place, fix=fix)


def _without(comma: Place) -> Fix | None:
    return Fix("unsafe", "remove the comma", (Edit(comma, ""),)) if comma.text == "," else None


RULE = Rule(
    name="invalid-json-example",
    code="OUT001",
    summary="JSON that is shown to the model does not parse.",
    scope="head",
    check=_check,
    fix="unsafe",
)
