"""What the kinds have in common that look for the matches of one matcher."""

from __future__ import annotations

from promptreg.lint.team.found import Unit
from promptreg.lint.team.matcher import Matcher
from promptreg.lint.team.sheet import Sheet

__all__ = ["OfMatcher"]


class OfMatcher:
    """Half of a Finder: nothing is found where nothing matches."""

    __slots__ = ("matcher",)

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher

    def may_find(self, sheet: Sheet) -> bool:
        """See Finder."""
        return self.matcher.may_match(sheet)

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """See Finder."""
        return self.matcher.touched(sheet, passages)
