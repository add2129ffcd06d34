"""`repetition`: the same words twice, one after the other or anywhere in the unit."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Other, Unit
from promptreg.lint.team.kinds.of_matcher import OfMatcher
from promptreg.lint.team.matcher import Match, Matcher
from promptreg.lint.team.sheet import Passage

__all__ = ["Repetition", "read"]


class Repetition(OfMatcher):
    """A match with the text of one before it, white space and case aside, is a finding.

    When `adjacent`, only the match right before it counts, and only white space may stand between.
    """

    __slots__ = ("adjacent",)

    def __init__(self, matcher: Matcher, *, adjacent: bool) -> None:
        super().__init__(matcher)
        self.adjacent = adjacent

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        seen: dict[str, tuple[Passage, Match]] = {}
        for passage in unit:
            for match in self.matcher.matches(passage):
                text = passage.folded if self.matcher.ignore_case else passage.text
                key = " ".join(text[match.start : match.end].split())
                before = seen.get(key)
                if before is not None and (not self.adjacent or _touch(before, passage, match)):
                    first = Other("first here", before[0], before[1].start, before[1].end)
                    yield Found(passage, match.start, match.end, others=(first,))
                if before is None or self.adjacent:
                    seen = {key: (passage, match)} if self.adjacent else {**seen, key: (passage, match)}


def _touch(before: tuple[Passage, Match], passage: Passage, match: Match) -> bool:
    return before[0] is passage and not passage.text[before[1].end : match.start].strip()


def read(fields: Fields) -> Repetition:
    """The rule's own keys: `phrases` and `patterns`, `adjacent` (true unless said otherwise)."""
    return Repetition(fields.matcher(), adjacent=fields.flag("adjacent", default=True))
