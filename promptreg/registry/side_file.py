"""Samples: inputs written in a prompt, or in a file of their own as JSON or YAML, by its suffix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from promptreg.errors import InputError, InvalidFile, Problem, UnknownName, nearest
from promptreg.model.check import copy_checked
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Prompt
from promptreg.model.written import Written
from promptreg.registry.store import Store
from promptreg.registry.strict_json import parse_json
from promptreg.text import Source

__all__ = ["read_inputs_file", "read_yaml", "sample_inputs", "see_sample"]

_ROOT = re.compile(r"[^.\[]+")


def read_inputs_file(source: Source, inputs: Mapping[str, InputSpec]) -> dict[str, Any]:
    """The inputs in a file; raises InvalidFile with the place of the fault.

    In YAML a value is what the author wrote wherever one of the declared `inputs` expects a string.
    """
    is_yaml = source.path.endswith((".yaml", ".yml"))
    value = read_yaml(source, inputs) if is_yaml else parse_json(source)
    if not isinstance(value, dict):
        raise InvalidFile.at("must hold a mapping of inputs", path=source.path, line=1, column=1)
    return value


def read_yaml(source: Source, inputs: Mapping[str, InputSpec]) -> Any:
    """The value in a YAML file, for these inputs; raises InvalidFile with every problem."""
    from promptreg.registry.read_inputs import read_value
    from promptreg.registry.reader import Reader, plain
    from promptreg.registry.strict_yaml import parse_yaml

    document = parse_yaml(source)
    if not isinstance(document.root, dict):
        return document.root
    reader = Reader(document)
    return {
        key: read_value(reader, inputs[key], value, (key,)) if key in inputs else plain(value)
        for key, value in document.root.items()
    }


def sample_inputs(prompt: Prompt, name: str, store: Store) -> dict[str, Any]:
    """The inputs of a sample, as written; raises UnknownName, or the errors of its file."""
    spec = prompt.samples.get(name)
    if spec is None:
        known = ", ".join(prompt.samples) or "none"
        near = nearest(name, prompt.samples)
        place = prompt.written.location(("samples",), key=True) if prompt.samples else prompt.written.location(())
        message = f'{prompt.name} has no sample "{name}"' + ("" if near else f"; known: {known}")
        raise UnknownName.at(message, path=place.path, line=place.line, column=place.column, suggestion=near)
    if spec.inputs is not None:
        copy: dict[str, Any] = copy_checked(spec.inputs, {}, (), [])  # the caller may change it
        return copy
    file = store.side_file(spec.file or "", lambda: prompt.written.location(("samples", name, "file")))
    return read_inputs_file(file, prompt.inputs)


def see_sample(
    error: InputError, written: Written, name: str, sample: Mapping[str, Any], given: Mapping[str, Any]
) -> InputError:
    """The same faults; those of inputs that come from the sample, or from nowhere, name it and say where it is.

    `written` is the prompt, `given` are all inputs of the render: those of the sample, and those that replace them.
    """

    def told(problem: Problem) -> Problem:
        root = _ROOT.match(problem.key or "")
        if root is None or (root[0] in given and sample.get(root[0]) != given[root[0]]):
            return problem
        return problem._replace(message=f'{problem.message}; see sample "{name}" at {place}')

    place = written.location(("samples", name), key=True)
    return InputError(map(told, error.problems))
