"""Two examples that ask the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.example_facts import field_place, normal, questions
from promptreg.lint.finding import Hit, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import ExampleSet

__all__ = ["RULE"]


def _check(examples: ExampleSet, options: Mapping[str, Any]) -> Iterator[Hit]:
    head, component = examples.head, examples.component
    asked = questions(head, component)
    first: dict[tuple[Any, ...], int] = {}
    for number, example in enumerate(component.examples):
        if example.id not in asked:
            continue
        other = first.setdefault(asked[example.id], number)
        if other == number:
            continue
        before = component.examples[other]
        outputs = normal(before.fields.get("output")), normal(example.fields.get("output"))
        related = (Related(f'the example "{before.id}"', field_place(head, other, "input"), component.name),)
        place = field_place(head, number, "input")
        if outputs[0] == outputs[1]:
            yield Hit(f'the example "{example.id}" repeats "{before.id}"', place, related)
        else:
            message = f'the example "{example.id}" asks the same as "{before.id}" and gives another output'
            yield Hit(message, place, related, severity="error")


RULE = Rule(
    name="duplicate-example",
    code="EXM001",
    summary="Two examples ask the same.",
    scope="examples",
    check=_check,
)
