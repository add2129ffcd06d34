"""`substitution`: words for which there are better ones, with the better one as the fix."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Unit
from promptreg.lint.team.kinds.of_matcher import OfMatcher

__all__ = ["Substitution", "read"]


class Substitution(OfMatcher):
    """Every match is a finding, with a replacement in the case that it is written in."""

    __slots__ = ()

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        for passage in unit:
            for match in self.matcher.matches(passage):
                text = passage.text[match.start : match.end]
                better = _like(match.term.value, text) if self.matcher.ignore_case else match.term.value
                if better != text:
                    yield Found(passage, match.start, match.end, {"replacement": better}, better)


def _like(replacement: str, written: str) -> str:
    """The replacement, in capitals or with a capital first, where the text was and the replacement is not."""
    if not replacement.islower():
        return replacement
    if written.isupper() and len(written) > 1:
        return replacement.upper()
    return replacement[:1].upper() + replacement[1:] if written[:1].isupper() else replacement


def read(fields: Fields) -> Substitution:
    """The rule's own keys: `swap`, phrases with their replacements, and `patterns`, each with `replace`."""
    return Substitution(fields.swaps())
