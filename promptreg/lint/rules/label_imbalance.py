"""Nearly all examples have the same label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.json_shown import value_of
from promptreg.lint.output_schema import properties_of, schema_of
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import ExampleSet

__all__ = ["RULE"]


def _check(examples: ExampleSet, options: Mapping[str, Any]) -> Iterator[Hit]:
    component = examples.component
    if len(component.examples) < options["examples"]:
        return
    outputs = [_object(one.fields.get("output")) for one in component.examples]
    for key in dict.fromkeys(key for user in examples.users for key in _choices(schema_of(user))):
        values = [output.get(key) for output in outputs if isinstance(output, dict)]
        labels = Counter(value for value in values if isinstance(value, str))
        if len(values) < options["examples"] or not labels:
            continue
        label, count = labels.most_common(1)[0]
        if count >= options["share"] * len(values):
            message = f'{count} of {len(values)} examples have "{label}" under "{key}", which allows other values'
            yield Hit(message, examples.head.key_place(("examples",)))


def _choices(schema: Any) -> list[str]:
    """The keys of an answer that take one of several values."""
    properties = properties_of(schema)
    return [key for key, inner in properties.items() if isinstance(inner, Mapping) and len(inner.get("enum", ())) > 1]


def _object(output: Any) -> Any:
    if not isinstance(output, str) or output.lstrip()[:1] != "{":
        return output
    try:
        return value_of(output.strip())
    except (ValueError, RecursionError):
        return None


RULE = Rule(
    name="label-imbalance",
    code="EXM004",
    summary="Nearly all examples show the same of several values that the schema allows.",
    scope="examples",
    check=_check,
    severity="note",
    standing="pedantic",
    options={
        "examples": Option(5, "fewer examples than these are not judged"),
        "share": Option(0.8, "the share of one label that is reported"),
    },
)
