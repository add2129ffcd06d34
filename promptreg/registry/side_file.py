"""Input files: a mapping of inputs as JSON or YAML, by the suffix of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptreg.errors import InvalidFile
from promptreg.model.inputs import InputSpec
from promptreg.registry.strict_json import parse_json
from promptreg.text import Source

__all__ = ["read_inputs_file", "read_yaml"]


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
