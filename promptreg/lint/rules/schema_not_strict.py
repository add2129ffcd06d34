"""A schema that the strict mode of a provider refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Output
from promptreg.model.check import path_text

__all__ = ["RULE"]

_REFUSED = ("allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties",
            "unevaluatedProperties", "unevaluatedItems", "propertyNames", "contains", "uniqueItems")  # fmt: skip


def _check(output: Output, options: Mapping[str, Any]) -> Iterator[Hit]:
    model = output.composition.prompt.model or ""
    if model.startswith("openai/") or "/" not in model:
        faults = list(_faults(output.schema, ()))
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            yield Hit(f"the strict mode of OpenAI refuses this schema: {faults[0]}{more}", output.place)


def _faults(schema: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    where = path_text(path) or "the answer"
    if not path and (schema.get("type") != "object" or "anyOf" in schema):
        yield "the answer must be an object"
    for keyword in _REFUSED:
        if keyword in schema:
            yield f"{where} uses {keyword}"
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        if schema.get("additionalProperties") is not False:
            yield f"{where} allows other keys"
        required = schema.get("required")
        optional = [name for name in properties if not isinstance(required, list) or name not in required]
        if optional:
            yield f"{path_text((*path, optional[0]))} is not required"
        for name, inner in properties.items():
            yield from _faults(inner, (*path, name))
    yield from _faults(schema.get("items"), (*path, 0))
    for name, inner in (schema.get("$defs") or {}).items():
        yield from _faults(inner, ("$defs", name))
    for inner in schema.get("anyOf") or ():
        yield from _faults(inner, (*path, "anyOf"))


RULE = Rule(
    name="schema-not-strict",
    code="OUT003",
    summary="The schema of the answer cannot be used in the strict mode of the provider.",
    scope="output",
    check=_check,
    severity="note",
    standing="off",
)
