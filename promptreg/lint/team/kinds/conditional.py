"""`conditional`: words that ask for others in the same unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.patterns.folding import fold
from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Unit
from promptreg.lint.team.matcher import Match, Matcher
from promptreg.lint.team.sheet import Sheet

__all__ = ["Conditional", "read"]


class Conditional(NamedTuple):
    """A match of `given` in a unit without a match of `wanted` is a finding, once for each text.

    With `same`, the first groups of both must have the same text: an abbreviation and its explanation.
    """

    given: Matcher
    wanted: Matcher
    same: bool

    def may_find(self, sheet: Sheet) -> bool:
        """See Finder."""
        return self.given.may_match(sheet)

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """See Finder."""
        return self.given.touched(sheet, passages)

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        met: set[str] | None = None
        told: set[str] = set()
        for passage in unit:
            for match in self.given.matches(passage):
                if met is None:
                    met = {self._key(other) for one in unit for other in self.wanted.matches(one)}
                key = self._key(match)
                if key not in met and (text := passage.text[match.start : match.end]) not in told:
                    told.add(text)
                    yield Found(passage, match.start, match.end)

    def _key(self, match: Match) -> str:
        return fold(match.group) if self.same else ""


def read(fields: Fields) -> Conditional:
    """The rule's own keys: `if` and `then`, each with `phrases` and `patterns`, and `same`."""
    return Conditional(fields.matcher("if"), fields.matcher("then", spared=False), fields.flag("same", default=False))
