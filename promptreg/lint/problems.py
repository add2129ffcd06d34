"""Problems of the registry as places, for the rules that report them."""

from __future__ import annotations

import re

from promptreg.errors import Problem
from promptreg.lint.finding import Edit, Fix, Place
from promptreg.text import Source

__all__ = ["nearest_fix", "place_of", "said"]

_VARIABLE = re.compile(r"[^\W\d]\w*(?![\w/-])")
_COMPONENT = re.compile(r"[a-z0-9][a-z0-9_/-]*(?=@|\Z)")
_WORD = re.compile(r"[\w/@^~.*-]+|.", re.DOTALL)


def place_of(problem: Problem, source: Source) -> Place:
    """The word at the line and column of a problem; the start of the file for a problem without a place."""
    if problem.line is None:
        return Place(source, 0, 0)
    start = source.offset(problem.line, problem.column or 1)
    found = _WORD.match(source.text, start)
    return Place(source, start, found.end() if found else start)


def said(problem: Problem) -> str:
    """What a problem says, with its key path and the nearest valid choice."""
    text = f"{problem.key}: {problem.message}" if problem.key else problem.message
    return f'{text} (did you mean "{problem.suggestion}"?)' if problem.suggestion else text


def nearest_fix(problem: Problem, place: Place) -> Fix | None:
    """Write the nearest valid choice instead, where a name of the same form stands at the place: a guess, so unsafe."""
    right = problem.suggestion
    for form in (_VARIABLE, _COMPONENT):
        found = form.match(place.text)
        if found and right and form.fullmatch(right):
            edit = Edit(place._replace(end=place.start + found.end()), right)
            return Fix("unsafe", f"write {right} instead of {found.group()}", (edit,))
    return None
