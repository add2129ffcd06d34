"""Run-time errors with a place: the expression of the template that failed, and the include chain above it.

Generated code carries no positions; the line of each frame in the traceback is looked up in the line table of the
template that it belongs to.
"""

from __future__ import annotations

from bisect import bisect_right
from types import TracebackType
from typing import NamedTuple

from jinja2.exceptions import TemplateError

from promptreg.errors import InputError, LimitExceeded, Problem, PromptregError, RenderError
from promptreg.template.positions import Pos
from promptreg.text import Location, TextMap

__all__ = ["FAULTS", "LineTable", "located"]

FAULTS = (
    TemplateError,
    PromptregError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What generated code and stock filters raise for bad values."""

_SHOWN = 300


class LineTable:
    """The template position of each line of generated code; found through the globals of its frames."""

    __slots__ = ("_lines", "_positions", "body")

    def __init__(self, body: TextMap, lines: dict[int, Pos]) -> None:
        self.body = body
        self._lines = sorted(lines)
        self._positions = lines

    def location(self, line: int) -> Location:
        """Where the code of a generated line stands in the source file."""
        at = bisect_right(self._lines, line) - 1
        return self.body.location(self._positions[self._lines[at]].start if at >= 0 else 0)


class _Place(NamedTuple):
    table: LineTable
    location: Location


def located(error: BaseException) -> PromptregError:
    """The error to raise instead, with the place of the failing expression and the includes that led there.

    An error about something else than this render (a broken file that an include needs) comes back as it is.
    """
    if isinstance(error, PromptregError) and not isinstance(error, RenderError | InputError):
        return error
    places = _places(error.__traceback__)
    message = _message(error)
    chain = [str(place.location) for place in reversed(places[:-1])]
    suffix = "".join(f"; included at {link}" for link in chain)
    if isinstance(error, InputError):
        here = f"; included at {places[-1].location}" if places else ""
        return InputError(p._replace(message=f"{p.message}{here}{suffix}") for p in error.problems)
    code = error.code if isinstance(error, PromptregError) else RenderError.code
    where = places[-1].location if places else None
    problem = Problem(code, message + suffix, *(where if where is not None else (None, None, None)))
    if isinstance(error, LimitExceeded):
        return LimitExceeded([problem], limit=error.limit, allowed=error.allowed)
    return RenderError([problem])


def _places(trace: TracebackType | None) -> list[_Place]:
    """The innermost place in each template that is on the stack, outermost template first."""
    places: list[_Place] = []
    while trace is not None:
        table = trace.tb_frame.f_globals.get("line_table")
        if isinstance(table, LineTable):
            place = _Place(table, table.location(trace.tb_lineno))
            # frames of macros belong to the template that is already on top
            if places and places[-1].table is table:
                places[-1] = place
            else:
                places.append(place)
        trace = trace.tb_next
    return places


def _message(error: BaseException) -> str:
    if isinstance(error, PromptregError):
        return error.problems[0].message
    if isinstance(error, TemplateError):
        return error.message or "the template failed"
    if isinstance(error, RecursionError):
        return "evaluation is nested too deeply"
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    if isinstance(error, OverflowError):
        return "a number is too large"
    text = str(error)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
