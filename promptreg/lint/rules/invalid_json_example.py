"""JSON that is shown to the model and does not parse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Place
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
                    yield Hit(f"this JSON does not parse: {fault.message}", template.place(at, at + 1))
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
            at = len(value) - len(value.lstrip()) + fault.at
            place = Place(head.source, *written.span(at, at + 1))
            yield Hit(f'the {field} of the example "{example.id}" does not parse as JSON: {fault.message}', place)


RULE = Rule(
    name="invalid-json-example",
    code="OUT001",
    summary="JSON that is shown to the model does not parse.",
    scope="head",
    check=_check,
)
