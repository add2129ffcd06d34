"""The output schema of a prompt as plain JSON, and what it says about the keys of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.schema_check import at_pointer
from promptreg.lint.subjects import Composition

__all__ = ["choices_of", "enumerations", "properties_of", "schema_of"]

_DEPTH = 20


def schema_of(composition: Composition) -> Any:
    """The parsed schema of the answer; None when the prompt declares none, or when it cannot be read."""
    output = composition.prompt.output
    if output is None or not isinstance(output.schema, str):
        return output.schema if output is not None else None
    from promptreg.registry.strict_json import parse_json

    try:
        return parse_json(composition.workspace.store.schema_file(composition.prompt))
    except PromptregError:
        return None


def properties_of(schema: Any) -> Mapping[str, Any]:
    """The properties of an object schema; none for schemas of anything else."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def choices_of(schema: Any, root: Any) -> frozenset[str]:
    """The texts that a schema allows by enumeration, of a list those of its items; none if it is no enumeration."""
    for _ in range(_DEPTH):
        if not isinstance(schema, Mapping):
            return frozenset()
        if isinstance(schema.get("enum"), list):
            return frozenset(value for value in schema["enum"] if isinstance(value, str))
        reference = schema.get("$ref")
        schema = at_pointer(root, reference) if isinstance(reference, str) else schema.get("items")
    return frozenset()


def enumerations(schema: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """Every enumeration of texts inside a schema, with the key of the answer that it is for."""
    waiting: list[tuple[str, Any]] = [("", schema)]
    while waiting:
        key, here = waiting.pop()
        if isinstance(here, Mapping):
            if isinstance(here.get("enum"), list):
                yield key, frozenset(value for value in here["enum"] if isinstance(value, str))
            for name, inner in here.items():
                if name in ("properties", "$defs", "patternProperties") and isinstance(inner, Mapping):
                    waiting.extend(inner.items())
                elif name not in ("enum", "const", "required", "default", "examples"):
                    waiting.append((key, inner))
        elif isinstance(here, list):
            waiting.extend((key, inner) for inner in here)
