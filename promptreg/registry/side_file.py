"""Input files: a mapping of inputs as JSON or YAML, by the suffix of the file."""

from __future__ import annotations

from typing import Any

from promptreg.errors import InvalidFile
from promptreg.registry.reader import plain
from promptreg.registry.strict_json import read_json
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source

__all__ = ["read_inputs_file"]


def read_inputs_file(source: Source) -> dict[str, Any]:
    """The inputs in a file; raises InvalidFile with the place of the fault."""
    is_yaml = source.path.endswith((".yaml", ".yml"))
    value = plain(parse_yaml(source).root) if is_yaml else read_json(source)
    if not isinstance(value, dict):
        raise InvalidFile.at("must hold a mapping of inputs", path=source.path, line=1, column=1)
    return value
