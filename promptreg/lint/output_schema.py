"""The output schema of a prompt as plain JSON, and what it says about the keys of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.subjects import Composition

__all__ = ["properties_of", "schema_of"]


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
