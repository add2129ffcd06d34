"""`existence`: words that should not be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Unit
from promptreg.lint.team.matcher import Matcher
from promptreg.lint.team.sheet import Sheet

__all__ = ["Existence", "read"]


class Existence(NamedTuple):
    """Every match is a finding."""

    matcher: Matcher

    def may_find(self, sheet: Sheet) -> bool:
        """See Finder."""
        return self.matcher.may_match(sheet)

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """See Finder."""
        return self.matcher.touched(sheet, passages)

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        for passage in unit:
            for match in self.matcher.matches(passage):
                yield Found(passage, match.start, match.end)


def read(fields: Fields) -> Existence:
    """The rule's own keys: `phrases` and `patterns`."""
    return Existence(fields.matcher())
