"""JSON read strictly: no duplicate keys, no NaN or Infinity, and every fault with its line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from promptreg.errors import InvalidFile, Problem
from promptreg.model.check import MAX_DEPTH
from promptreg.model.conflict import conflicts, problem_of
from promptreg.text import Source

__all__ = ["parse_json"]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|-?Infinity|NaN|(?<![.\d])-?\d{4301,}(?![.eE\d])', re.DOTALL)
"""What may be at fault; Python reads no integers of more than 4,300 digits."""

_COLON = re.compile(r"[ \t\r\n]*:")


def parse_json(source: Source) -> Any:
    """The value in a JSON file; raises InvalidFile, with places, for what two readers may read differently."""
    try:
        return json.loads(source.text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        unresolved = conflicts(source.text)
        if unresolved:
            raise InvalidFile(problem_of(found, InvalidFile.code, source.path) for found in unresolved) from None
        raise InvalidFile([_problem(source, f"is not JSON: {error.msg.lower()}", error.pos)]) from None
    except (ValueError, RecursionError) as error:
        found = list(_faults(source)) or [_problem(source, f"is not JSON: {error}", 0)]
        raise InvalidFile(found) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _faults(source: Source) -> Iterator[Problem]:
    """What the parser refuses without saying where: a slow reading of the whole text."""
    text = source.text
    opened: list[set[str]] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            opened.append(set())
            if len(opened) == MAX_DEPTH + 1:
                yield _problem(source, f"is nested deeper than {MAX_DEPTH} levels", match.start())
        elif token in "}]":
            del opened[-1:]
        elif token[0] != '"':
            message = f"{token} is not JSON" if token[-1].isalpha() else f"holds a number of {len(token):,} digits"
            yield _problem(source, message, match.start())
        elif opened and _COLON.match(text, match.end()):
            key = json.loads(token, strict=False)
            if key in opened[-1]:
                yield _problem(source, f"duplicate key {json.dumps(key, ensure_ascii=False)}", match.start())
            opened[-1].add(key)


def _problem(source: Source, message: str, at: int) -> Problem:
    place = source.location(at)
    return Problem(InvalidFile.code, message, place.path, place.line, place.column)
