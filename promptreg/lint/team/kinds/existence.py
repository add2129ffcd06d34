"""`existence`: words that should not be there."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Unit
from promptreg.lint.team.kinds.of_matcher import OfMatcher

__all__ = ["Existence", "read"]


class Existence(OfMatcher):
    """Every match is a finding."""

    __slots__ = ()

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        for passage in unit:
            for match in self.matcher.matches(passage):
                yield Found(passage, match.start, match.end)


def read(fields: Fields) -> Existence:
    """The rule's own keys: `phrases` and `patterns`."""
    return Existence(fields.matcher())
