"""An output schema that is not there, cannot be read, or is no JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.finding import Hit
from promptreg.lint.problems import said
from promptreg.lint.rule import Rule
from promptreg.lint.schema_faults import schema_faults
from promptreg.lint.subjects import Composition
from promptreg.model.check import path_text

__all__ = ["RULE"]


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    output = composition.prompt.output
    if output is None or output.schema is None:
        return
    place = composition.head.place(("output", "schema"))
    schema = output.schema
    if isinstance(schema, str):
        from promptreg.registry.strict_json import parse_json

        try:
            schema = parse_json(composition.workspace.store.schema_file(composition.prompt))
        except PromptregError as error:
            for problem in error.problems:
                where = f"{problem.path}:{problem.line}: " if problem.line and problem.path != place.path else ""
                yield Hit(f"the output schema cannot be used: {where}{said(problem)}", place)
            return
    for path, fault in schema_faults(schema):
        yield Hit(f"the output schema is no JSON Schema: {path_text(path) or 'it'} {fault}", place)


RULE = Rule(
    name="broken-schema",
    code="REG013",
    summary="The output schema of a prompt is not there, cannot be read, or is no JSON Schema.",
    scope="composition",
    check=_check,
    severity="error",
)
