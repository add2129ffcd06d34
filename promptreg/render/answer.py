"""Post-conditions: is a model's answer what the prompt promised to give?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from promptreg.errors import InvalidFile, OutputInvalid, Problem, PromptregError, UsageError
from promptreg.model.check import Fault, copy_checked, path_text
from promptreg.model.prompt import Prompt
from promptreg.registry.store import Store
from promptreg.registry.strict_json import parse_json
from promptreg.render.program import Program
from promptreg.template import Limits, Meter

__all__ = ["check_answer", "prepare_schema"]


def prepare_schema(prompt: Prompt, store: Store) -> None:
    """Find now what is wrong with the prompt's output schema; raises InvalidFile.

    Without the `schema` extra only its file is read: who renders and never checks answers can do without the extra.
    """
    found = _read_schema(prompt, store)
    if found is not None and find_spec("jsonschema") is not None:
        _validator(*found)


def _read_schema(prompt: Prompt, store: Store) -> tuple[Any, str] | None:
    """The prompt's output schema and the path of its file, or None when it has none."""
    if prompt.output is None or prompt.output.schema is None:
        return None
    if not isinstance(prompt.output.schema, str):
        return prompt.output.schema, prompt.path
    source = store.schema_file(prompt)
    return parse_json(source), source.path


def _validator(schema: Any, path: str) -> Any:
    """A validator; needs the `schema` extra (jsonschema). References to other documents are never fetched."""
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError
        from referencing import Registry as References
    except ImportError:
        raise UsageError("checking answers against a schema needs the extra: pip install 'promptreg[schema]'") from None
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise InvalidFile.at(
            f"is not a JSON Schema: {error.message}", path=path, key=path_text(tuple(error.absolute_path)) or None
        ) from None
    return Draft202012Validator(schema, registry=References())


def check_answer(program: Program, store: Store, text: str, values: Mapping[str, Any] | None) -> Any:
    """The answer as the prompt describes it; raises OutputInvalid with every violation.

    With a schema the text must be JSON. `ensures` expressions see `output` and, when `values` are given, the inputs.
    """
    found = _read_schema(program.prompt, store)
    answer: Any = text
    if found is not None:
        validator = _validator(*found)
        answer = _parsed(text)
        problems = [
            Problem(OutputInvalid.code, error.message, key=path_text(("output", *error.absolute_path)))
            for error in sorted(validator.iter_errors(answer), key=lambda error: list(map(str, error.absolute_path)))
        ]
        if problems:
            raise OutputInvalid(problems)
    problems = list(_broken_promises(program, answer, values or {}))
    if problems:
        raise OutputInvalid(problems)
    return answer


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise OutputInvalid.at(f"the answer is not JSON: {error}", key="output") from None
    faults: list[Fault] = []
    plain = copy_checked(value, {}, ("output",), faults)
    if faults:
        raise OutputInvalid([Problem(OutputInvalid.code, fault.message, key=path_text(fault.at)) for fault in faults])
    return plain


def _broken_promises(program: Program, answer: Any, values: Mapping[str, Any]) -> list[Problem]:
    problems = []
    meter = Meter(Limits())
    for condition in program.ensures:
        place = program.prompt.written.location(condition.key)
        try:
            held = condition.expression.value({**values, "output": answer}, meter)
        except PromptregError as error:
            reason = f"cannot be decided: {condition.text} ({error.problems[0].message})"
        else:
            if held is True:
                continue
            reason = f"does not hold: {condition.text}"
        key = path_text(condition.key)
        problems.append(Problem(OutputInvalid.code, reason, place.path, place.line, place.column, key))
    return problems
