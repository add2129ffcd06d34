"""A schema that the prompt shows no answer for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.json_shown import json_texts
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Output

__all__ = ["RULE"]


def _check(output: Output, options: Mapping[str, Any]) -> Iterator[Hit]:
    members = output.composition.members.values()
    if any(head.head.kind == "examples" and _shows_output(head.head) for head in members):
        return
    heads = (output.composition.head, *members)
    if not any(True for head in heads for template in head.templates for _ in json_texts(template)):
        yield Hit("the prompt declares what its answer looks like, and shows none", output.place)


def _shows_output(component: Any) -> bool:
    return any("output" in example.fields for example in component.examples)


RULE = Rule(
    name="schema-without-example",
    code="OUT005",
    summary="A prompt declares a schema for its answers and shows the model no answer.",
    scope="output",
    check=_check,
    severity="note",
    standing="pedantic",
)
