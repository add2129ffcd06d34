"""`consistency`: two ways to say one thing, of which a unit should use one."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Other, Unit
from promptreg.lint.team.kinds.of_matcher import OfMatcher
from promptreg.lint.team.matcher import Match
from promptreg.lint.team.sheet import Passage

__all__ = ["Consistency", "read"]


class Consistency(OfMatcher):
    """The first use of another form than that which a unit uses first is a finding.

    The value of a term is the number of its pair and the form: `0 adviser`.
    """

    __slots__ = ()

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        first: dict[str, tuple[str, Passage, Match]] = {}
        told: set[str] = set()
        for passage in unit:
            for match in self.matcher.matches(passage):
                pair, _, form = match.term.value.partition(" ")
                before = first.setdefault(pair, (form, passage, match))
                if before[0] != form and match.term.value not in told:
                    told.add(match.term.value)
                    other = Other("the other form is here", before[1], before[2].start, before[2].end)
                    text = before[1].text[before[2].start : before[2].end]
                    yield Found(passage, match.start, match.end, {"other": text}, others=(other,))


def read(fields: Fields) -> Consistency:
    """The rule's own key: `either`, lists of forms of which a unit should use one."""
    return Consistency(fields.forms())
