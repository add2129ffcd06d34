"""Why a YAML text is refused: all of its problems, also those behind a syntax error.

A parser stops at its first error. Here the line of that error is repaired in memory and the text is read again,
so that one reading of the messages is enough to mend a file.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem
from promptreg.model.conflict import conflicts, problem_of
from promptreg.registry.yaml_builder import MAX_CHARACTERS
from promptreg.registry.yaml_characters import character_problems, without_forbidden
from promptreg.registry.yaml_inspection import Inspection, inspect
from promptreg.registry.yaml_places import key_path, problem_at
from promptreg.registry.yaml_syntax import placeholder
from promptreg.text import Source

__all__ = ["MAX_PROBLEMS", "find_problems"]

MAX_PROBLEMS = 100
_MAX_REPAIRS = 20
_MAX_CHARACTERS_READ = 500_000

# Indentation, item dashes and a key; then the value.
_KEY = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'\[\]{}#&*!|>%@`,][^:\n]*):[ \t]+"""
_LINE = re.compile(rf"(?P<head>[ \t]*(?:-[ ]+)*(?:{_KEY})?)(?P<value>[^\r\n]*)")


class _Repair(NamedTuple):
    """A line (file offsets) whose value is to be replaced, and the complaint about it."""

    start: int
    end: int
    problem: Problem | None
    is_hopeless: bool


def find_problems(source: Source, start: int, end: int) -> list[Problem]:
    """All that strict YAML refuses between two offsets, in file order; of very many the first MAX_PROBLEMS."""
    if end - start > MAX_CHARACTERS:
        message = f"{end - start:,} characters of YAML; the limit is {MAX_CHARACTERS:,}"
        return [problem_at(source, start, message)]
    unresolved = conflicts(source.text[start:end])
    if unresolved:  # of what stands around them nobody can say what is meant
        above = source.text.count("\n", 0, start)
        moved = (found._replace(start=found.start + above, end=found.end + above) for found in unresolved)
        return [problem_of(conflict, InvalidFile.code, source.path) for conflict in moved][:MAX_PROBLEMS]
    found = character_problems(source, start, end, limit=MAX_PROBLEMS)
    start += source.text.startswith("\ufeff", start)
    found += _readings(source, without_forbidden(source.text[start:end]), start)
    ordered = sorted(dict.fromkeys(found), key=lambda problem: (problem.line or 0, problem.column or 0))
    if len(ordered) > MAX_PROBLEMS:
        more = f"too many problems; only the first {MAX_PROBLEMS} are listed"
        ordered[MAX_PROBLEMS:] = [ordered[MAX_PROBLEMS]._replace(message=more, key=None)]
    return ordered


def _readings(source: Source, text: str, base: int) -> list[Problem]:
    """The problems of all readings of `text`, which has fewer syntax errors each time."""
    found: list[Problem] = []
    repairs: list[_Repair] = []
    inspection = inspect(source, text, base, limit=MAX_PROBLEMS)
    while repair := _repair(source, base, inspection):
        line = source.location(repair.start).line
        found += [problem for problem in inspection.found if problem.line == line]
        mended = _mended(text, repair, base)
        if mended is None or len(repairs) >= _MAX_REPAIRS or len(text) * len(repairs) > _MAX_CHARACTERS_READ:
            found += [repair.problem] if repair.problem else []
            break
        text = mended
        repairs.append(repair)
        inspection = inspect(source, text, base, limit=MAX_PROBLEMS)
    mends = [_with_key(repair.problem, repair, inspection) for repair in repairs if repair.problem]
    return found + inspection.found + mends


def _repair(source: Source, base: int, inspection: Inspection) -> _Repair | None:
    """What to do about the syntax error that ended a reading; None when it ended well."""
    complaint = inspection.complaint
    if complaint is None:
        return None
    text = source.text
    cause = complaint.offset if complaint.cause is None else complaint.cause
    start = max(base, text.rfind("\n", 0, cause) + 1)
    end = text.find("\n", cause)
    end = len(text) if end < 0 else end
    value = _LINE.match(text, start, end)
    problem: Problem | None = problem_at(source, complaint.offset, complaint.message)
    if source.location(start).line in inspection.placeholder_lines:
        problem = None  # an unquoted {{ … }} broke the rest of its line too, which is the same mistake
    elif value and value["value"][:2] in ("{{", "{%", "{#"):
        problem = problem_at(source, value.start("value"), placeholder(value["value"][:2]))
    return _Repair(start, end, problem, complaint.cause is None)


def _mended(text: str, repair: _Repair, base: int) -> str | None:
    """`text` with harmless characters as the value of one line; None when that cannot help."""
    line = _LINE.match(text, repair.start - base, repair.end - base)
    value = line["value"] if line else ""
    first = value[:1]
    harmless = first + " " * (len(value) - 1) if first in ("|", ">") else "x" * len(value)
    if line is None or harmless == value or repair.is_hopeless:
        return None
    return text[: line.start("value")] + harmless + text[line.end("value") :]


def _with_key(problem: Problem, repair: _Repair, inspection: Inspection) -> Problem:
    """The complaint with the key path that the line turned out to have."""
    for offset, path in inspection.leaves.items():
        if repair.start <= offset < repair.end:
            return problem._replace(key=key_path(path) or None)
    return problem
