"""`occurrence`: words that may come only so often, or must come at least so often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Other, Unit
from promptreg.lint.team.matcher import Matcher
from promptreg.lint.team.sheet import Sheet

__all__ = ["Occurrence", "read"]


class Occurrence(NamedTuple):
    """The first match too many is a finding, and a unit with too few, at its start."""

    matcher: Matcher
    least: int
    most: int | None

    def may_find(self, sheet: Sheet) -> bool:
        """See Finder."""
        return self.least > 0 or self.matcher.may_match(sheet)

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """See Finder."""
        return passages if self.least else self.matcher.touched(sheet, passages)

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        found = [(passage, match) for passage in unit for match in self.matcher.matches(passage)]
        values = {"count": str(len(found))}
        if self.most is not None and len(found) > self.most:
            passage, match = found[self.most]
            others = tuple(Other("and here", one, hit.start, hit.end) for one, hit in found[: self.most][:5])
            values |= {"limit": str(self.most)}
            yield Found(passage, match.start, match.end, values, others=others, amount=len(found))
        elif len(found) < self.least and unit:
            yield Found(unit[0], 0, 0, {**values, "limit": str(self.least)})


def read(fields: Fields) -> Occurrence:
    """The rule's own keys: `phrases` and `patterns`, `min` and `max`."""
    least, most = fields.count("min"), fields.count("max")
    if least is None and most is None:
        fields.fault((), 'says neither "min" nor "max"')
    elif least is not None and most is not None and least > most:
        fields.fault(("min",), f"is more than max, {most}")
    return Occurrence(fields.matcher(), least or 0, most)
