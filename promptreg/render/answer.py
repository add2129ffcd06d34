"""Post-conditions: is a model's answer what the prompt promised to give?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from promptreg.errors import InvalidFile, OutputInvalid, Problem, PromptregError, UsageError
from promptreg.model.check import Fault, copy_checked, path_text
from promptreg.model.prompt import Prompt
from promptreg.registry.store import Store
from promptreg.registry.strict_json import read_json
from promptreg.render.program import Program
from promptreg.template import Limits, Meter

__all__ = ["check_answer", "load_schema"]


def load_schema(prompt: Prompt, store: Store) -> Any:
    """A validator for the prompt's output schema, or None when it has none; raises InvalidFile for a broken schema.

    Needs the `schema` extra (jsonschema); references to other documents are never fetched.
    """
    if prompt.output is None or prompt.output.schema is None:
        return None
    schema, path = prompt.output.schema, prompt.path
    if isinstance(schema, str):
        source = store.side_file(schema)
        schema, path = read_json(source), source.path
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
    validator = load_schema(program.prompt, store)
    answer: Any = text
    if validator is not None:
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
