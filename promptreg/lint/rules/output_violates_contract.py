"""An example shows an answer that the prompt's own contract refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.example_facts import field_place
from promptreg.lint.finding import Hit, Related
from promptreg.lint.json_shown import value_of
from promptreg.lint.output_schema import properties_of, schema_of
from promptreg.lint.rule import Rule
from promptreg.lint.schema_check import Violation, violations
from promptreg.lint.subjects import Composition, ExampleSet
from promptreg.model.check import path_text

__all__ = ["RULE"]

_WRONG = r"(?:bad|wrong|incorrect|invalid|negative|avoid|counter-?example)"
_NEGATIVE = re.compile(rf"\b(?:{_WRONG}|don't|do not|never|not like)\b|❌|✗", re.IGNORECASE)
_MARK = re.compile(rf"{_WRONG}(?:[ -]?(?:example|answer|output|[0-9]+))?", re.IGNORECASE)
"""What marks an example as one that shows how it must not be: in the format, or as a whole short field."""


def _check(examples: ExampleSet, options: Mapping[str, Any]) -> Iterator[Hit]:
    head, component = examples.head, examples.component
    if _NEGATIVE.search(component.body.text) or not any("output" in one.fields for one in component.examples):
        return
    for user in examples.users:
        schema = schema_of(user)
        told: dict[tuple[Any, ...], list[tuple[int, Violation]]] = {}
        for number, example in enumerate(component.examples if schema is not None else ()):
            value = _answer(example.fields.get("output"))
            if value is None or any(_MARK.fullmatch(str(field)) for field in example.fields.values()):
                continue
            broken = _broken(value, schema, component.body.text)
            if broken is not None:
                told.setdefault((broken.keyword, broken.message, broken.at), []).append((number, broken))
        for same in told.values():
            number, broken = same[0]
            message = _said(component.examples[number].id, broken, user)
            others = f" (and in {len(same) - 1} more examples)" if len(same) > 1 else ""
            yield Hit(message + others, field_place(head, number, "output"), _declared(user))


def _answer(output: Any) -> Any:
    """The answer that an example shows, if it is an object or a list; None for anything else."""
    if not isinstance(output, str):
        return output if isinstance(output, dict | list) else None
    text = output.strip()
    if text[:1] not in ("{", "["):
        return None
    try:
        return value_of(text)
    except (ValueError, RecursionError):
        return None


def _broken(value: Any, schema: Any, form: str) -> Violation | None:
    """The first violation; of a value that stands for one key of the answer, as the format says, that of this key."""
    keys = [key for key in properties_of(schema) if f"`{key}`" in form]
    kind = dict if isinstance(schema, Mapping) and schema.get("type") == "object" else type(value)
    if isinstance(value, kind):
        found = list(violations(value, schema))
        if len(keys) != 1 or not any(violation.at == () for violation in found):
            return found[0] if found else None
    elif len(keys) != 1:
        return None
    return next(violations(value, properties_of(schema)[keys[0]], schema), None)


def _said(name: str, broken: Violation, user: Composition) -> str:
    key = path_text(broken.at)
    subject = f'"{key}" in the output of the example "{name}"' if key else f'the output of the example "{name}"'
    return f"{subject} breaks the schema of {user.prompt.name}: {broken.message}"


def _declared(user: Composition) -> tuple[Related, ...]:
    return (Related("the schema is declared here", user.head.place(("output", "schema")), user.prompt.name),)


RULE = Rule(
    name="output-violates-contract",
    code="EXM002",
    summary="The output of an example breaks the schema that the prompt declares for its answers.",
    scope="examples",
    check=_check,
    severity="error",
)
