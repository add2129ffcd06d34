"""Input files: a mapping of inputs as JSON or YAML, by the suffix of the file."""

from __future__ import annotations

import json
from typing import Any

from promptreg.errors import InvalidFile
from promptreg.registry.reader import plain
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source

__all__ = ["parse_json", "read_inputs_file"]


def read_inputs_file(source: Source) -> dict[str, Any]:
    """The inputs in a file; raises InvalidFile with the place of the fault."""
    is_yaml = source.path.endswith((".yaml", ".yml"))
    value = plain(parse_yaml(source).root) if is_yaml else parse_json(source)
    if not isinstance(value, dict):
        raise InvalidFile.at("must hold a mapping of inputs", path=source.path, line=1, column=1)
    return value


def parse_json(source: Source) -> Any:
    """The JSON in a file: no duplicate keys, no NaN; raises InvalidFile with the place of the fault."""
    try:
        return json.loads(source.text, object_pairs_hook=_unique, parse_constant=_constant)
    except json.JSONDecodeError as error:
        place = source.location(error.pos)
        reason = error.msg[:1].lower() + error.msg[1:]
        raise InvalidFile.at(f"is not JSON: {reason}", path=source.path, line=place.line, column=place.column) from None
    except (_NotJson, RecursionError) as error:
        message = str(error) if isinstance(error, _NotJson) else "is nested too deeply"
        raise InvalidFile.at(message, path=source.path) from None
    except ValueError as error:
        raise InvalidFile.at(f"is not JSON: {error}", path=source.path) from None


class _NotJson(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _NotJson(f'the key "{twice}" stands twice in one object')
    return found


def _constant(word: str) -> Any:
    raise _NotJson(f"{word} is not JSON")
