"""Merge conflicts: the lines that a version control system leaves in a text that two sides have changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptreg.errors import Problem

__all__ = ["Conflict", "SidedLine", "body_conflicts", "conflicts", "problem_of", "sided_lines"]

_MARKER = re.compile(r"^([<|=>])\1{6}(?: ([^\r\n]*))?\r?$", re.MULTILINE)
_EDITING = ("SEARCH", "REPLACE")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class Conflict(NamedTuple):
    """The lines `start` to `end` (from 1) of an unresolved conflict, and what its sides are called.

    A marker without its fellows is a conflict of one line. `split` is where the other side begins, None without one.
    """

    start: int
    end: int
    ours: str = ""
    theirs: str = ""
    split: int | None = None


def conflicts(text: str) -> tuple[Conflict, ...]:
    """Every conflict in a text that has no such lines of its own: a lock, YAML, JSON."""
    if "<<<<<<<" not in text and ">>>>>>>" not in text and "=======" not in text and "|||||||" not in text:
        return ()
    return tuple(_conflicts(text))


def body_conflicts(text: str) -> tuple[Conflict, ...]:
    """Every whole conflict in a text for people, where `=======` may underline a heading; none in a code fence.

    A block between SEARCH and REPLACE is a form of editing that prompts teach, and no conflict.
    """
    if "<<<<<<<" not in text or ">>>>>>>" not in text:
        return ()
    fenced = set(_fenced_lines(text))
    return tuple(
        found
        for found in _conflicts(text)
        if found.split is not None and found.start not in fenced and (found.ours, found.theirs) != _EDITING
    )


class SidedLine(NamedTuple):
    """A line of a text in conflict, its number, and the name of the side that has it; empty for a line of both."""

    number: int
    text: str
    side: str


def sided_lines(text: str) -> Iterator[SidedLine]:
    """The lines of both sides in order, without markers and without what stood there before (style diff3)."""
    side, is_base = "", False
    ends = {found.start: found for found in conflicts(text)}
    theirs = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _MARKER.fullmatch(line)
        if mark is None:
            if not is_base:
                yield SidedLine(number, line, side)
        elif mark[1] == "<":
            side, is_base, theirs = mark[2] or "ours", False, ends[number].theirs or "theirs"
        elif mark[1] == "|":
            is_base = bool(side)
        elif mark[1] == "=":
            side, is_base = theirs if side else "", False
        else:
            side, is_base = "", False


def problem_of(conflict: Conflict, code: str, path: str, advice: str = "") -> Problem:
    """The complaint about a conflict."""
    sides = " and ".join(side for side in (conflict.ours, conflict.theirs) if side)
    between = f" between {sides}" if conflict.ours and conflict.theirs else f" of {sides}" if sides else ""
    extent = f", up to line {conflict.end}" if conflict.end > conflict.start else ""
    return Problem(code, f"unresolved merge conflict{between}{extent}{advice}", path, conflict.start, 1)


def _conflicts(text: str) -> Iterator[Conflict]:
    opened: Conflict | None = None
    line, place = 1, 0
    for match in _MARKER.finditer(text):
        line, place = line + text.count("\n", place, match.start()), match.start()
        mark, label = match[1], match[2] or ""
        if mark == "<":
            if opened:
                yield opened
            opened = Conflict(line, line, ours=label)
        elif mark == ">" and opened:
            yield opened._replace(end=line, theirs=label)
            opened = None
        elif mark == "=" and opened:
            opened = opened._replace(end=line, split=opened.split or line)
        elif not opened:
            yield Conflict(line, line, theirs=label if mark == ">" else "")
    if opened:
        yield opened


def _fenced_lines(text: str) -> Iterator[int]:
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            yield number
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
