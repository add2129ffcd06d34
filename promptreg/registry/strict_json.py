"""JSON read strictly: no duplicate keys, no NaN or Infinity, and every fault with its line and column."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any, NoReturn

from promptreg.errors import InvalidFile, Problem
from promptreg.text import Source

__all__ = ["json_or_text", "read_json"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)


class _Twice(ValueError):
    """A key that stands twice in one object."""


class _Constant(ValueError):
    """NaN or an infinity."""


def read_json(source: Source) -> Any:
    """The value in a JSON file; raises InvalidFile, with its place, for what two readers may read differently."""
    try:
        return json.loads(source.text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse(source, f"is not JSON: {error.msg.lower()}", error.pos)
    except _Twice as error:
        _refuse(
            source,
            f"duplicate key {json.dumps(error.args[0], ensure_ascii=False)}",
            _second(source.text, error.args[0]),
        )
    except _Constant as error:
        _refuse(source, f"{error} is not JSON", _constant_place(source.text, str(error)))
    except RecursionError:
        _refuse(source, "is nested too deeply", 0)
    except ValueError as error:
        _refuse(source, f"holds a number that cannot be read: {error}", 0)


def json_or_text(text: str) -> Any:
    """The JSON value that `text` writes, else the text itself."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for index, key in enumerate(keys) if key in keys[:index]))
    return found


def _no_constant(word: str) -> NoReturn:
    raise _Constant(word)


def _second(text: str, key: str) -> int:
    """Where `key` stands for the second time in one object; 0 when that cannot be told."""
    opened: list[set[str]] = [set()]
    for token, after in pairwise(_TOKEN.finditer(text)):
        if token[0] in "{[":
            opened.append(set())
        elif token[0] in "}]":
            opened.pop()
        elif token[0][0] == '"' and after[0] == ":":
            found = json.loads(token[0])
            if found == key and key in opened[-1]:
                return token.start()
            opened[-1].add(found)
    return 0


def _constant_place(text: str, word: str) -> int:
    """Where `word` stands outside of strings."""
    for found in re.finditer(rf'"(?:[^"\\]|\\.)*"|({re.escape(word)})', text):
        if found[1]:
            return found.start()
    return 0


def _refuse(source: Source, message: str, at: int) -> NoReturn:
    place = source.location(at)
    raise InvalidFile([Problem(InvalidFile.code, message, place.path, place.line, place.column)])
