"""`sequence`: steps that come one after the other, where they should not, or in another order than they should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Other, Unit
from promptreg.lint.team.matcher import Match, Matcher
from promptreg.lint.team.sheet import Passage, Sheet

__all__ = ["Sequence", "read"]


class Sequence(NamedTuple):
    """`ordered` False: all steps in order, at most `gap` words between two of them, are a finding.

    `ordered` True: the first match of a step before the first one of the step that should precede it is a finding.
    """

    steps: tuple[Matcher, ...]
    gap: int
    ordered: bool

    def may_find(self, sheet: Sheet) -> bool:
        """See Finder."""
        if self.ordered:
            return any(step.may_match(sheet) for step in self.steps)
        return all(step.may_match(sheet) for step in self.steps)

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """See Finder."""
        return passages if self.ordered else self.steps[0].touched(sheet, passages)

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        if self.ordered:
            yield from self._misplaced(unit)
        else:
            for passage in unit:
                yield from self._chains(passage)

    def _chains(self, passage: Passage) -> Iterator[Found]:
        """Chains of matches in one passage, none of which overlap."""
        found = [step.matches(passage) for step in self.steps]
        at = 0
        for first in found[0] if all(found) else ():
            end = first.end if first.start >= at else None
            for matches in found[1:]:
                end = None if end is None else self._next(matches, passage.text, end)
            if end is not None:
                at = end
                yield Found(passage, first.start, end)

    def _next(self, matches: list[Match], text: str, end: int) -> int | None:
        """The end of the first match behind `end` that is near enough."""
        for match in matches:
            if match.start >= end:
                return match.end if len(text[end : match.start].split()) <= self.gap else None
        return None

    def _misplaced(self, unit: Unit) -> Iterator[Found]:
        last: tuple[Passage, Match, int] | None = None
        for step in self.steps:
            here = next(
                ((passage, match, number) for number, passage in enumerate(unit) for match in step.matches(passage)),
                None,
            )
            if here is None:
                continue
            passage, match, number = here
            if last is not None and (number, match.start) < (last[2], last[1].start):
                other = Other("should come after this", last[0], last[1].start, last[1].end)
                text = last[0].text[last[1].start : last[1].end]
                yield Found(passage, match.start, match.end, {"other": text}, others=(other,))
            else:
                last = here


def read(fields: Fields) -> Sequence:
    """The rule's own keys: `steps`, each with `phrases` and `patterns`, `gap` (words) and `ordered`."""
    gap = fields.count("gap")
    return Sequence(fields.steps(), 8 if gap is None else gap, fields.flag("ordered", default=False))
