"""An example is also what the prompt is tried with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.example_facts import field_place, normal
from promptreg.lint.finding import Hit, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import ExampleSet

__all__ = ["RULE"]

_SHORTEST = 20
"""Characters; shorter inputs (yes, hello) are equal by chance."""


def _check(examples: ExampleSet, options: Mapping[str, Any]) -> Iterator[Hit]:
    head, component = examples.head, examples.component
    asked: dict[str, int] = {}
    for number, example in enumerate(component.examples):
        text = normal(example.fields.get("input"))
        if isinstance(text, str) and len(text) >= _SHORTEST:
            asked.setdefault(text, number)
    if not asked:
        return
    for user in examples.users:
        for sample in user.prompt.samples:
            try:
                values = user.workspace.sample(user.prompt.name, sample)
            except PromptregError:
                continue
            for value in values.values():
                number_of = asked.get(normal(value)) if isinstance(value, str) else None
                if number_of is not None:
                    place = field_place(head, number_of, "input")
                    there = Related("the sample", user.head.key_place(("samples", sample)), user.prompt.name)
                    name = component.examples[number_of].id
                    message = f'the example "{name}" asks what the sample "{sample}" of {user.prompt.name} asks'
                    yield Hit(message, place, (there,))


RULE = Rule(
    name="eval-leak",
    code="EXM006",
    summary="An example has the input of a sample that the prompt is tried with.",
    scope="examples",
    check=_check,
)
