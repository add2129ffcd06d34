"""Finding the phrases and patterns of a rule in passages, after a search that tells most texts apart from it.

A phrase is matched by words: any white space stands for its blanks, and no word character touches its ends. So every
run of word characters in it is a word of the text, and a text that lacks one of them cannot hold it. A pattern is left
out where none of its literals occurs (see `promptreg.lint.patterns.literals`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from promptreg.lint.patterns.engine import Pattern
from promptreg.lint.patterns.folding import fold
from promptreg.lint.team.sheet import MASKS, Passage, Sheet

__all__ = ["Match", "Matcher", "Term"]

_WORD = re.compile(r"\w+")


class Term(NamedTuple):
    """A phrase or a pattern; `value` is what it stands for: a replacement, a name of one side, nothing."""

    phrase: str | None
    pattern: Pattern | None
    value: str = ""


class Match(NamedTuple):
    """A match in a passage: offsets in its text, the term, and the text of the pattern's first group (or of all)."""

    start: int
    end: int
    term: Term
    group: str


class _Phrase(NamedTuple):
    words: frozenset[str]
    literal: str
    compiled: re.Pattern[str]


class Matcher:
    """The terms of a rule, without what lies inside of an exception. Immutable."""

    __slots__ = ("exceptions", "ignore_case", "terms")

    def __init__(self, terms: Iterable[Term], *, ignore_case: bool = True, exceptions: Matcher | None = None) -> None:
        self.terms = tuple(terms)
        self.ignore_case = ignore_case
        self.exceptions = exceptions

    def may_match(self, sheet: Sheet) -> bool:
        """Whether some term can occur in a text; True where only a match could tell."""
        return bool(self._wanted(sheet))

    def matches(self, passage: Passage) -> list[Match]:
        """Where the terms occur, by place; of matches that overlap the first one, and the longest of those."""
        found: list[Match] = []
        for term in self._wanted(passage.sheet):
            found.extend(self._of_term(term, passage))
        if not found:
            return found
        found.sort(key=lambda match: (match.start, -match.end))
        kept: list[Match] = []
        for match in found:
            if not kept or match.start >= kept[-1].end:
                kept.append(match)
        if self.exceptions is None:
            return kept
        spared = self.exceptions.spans(passage)
        return [match for match in kept if not any(lo <= match.start and match.end <= hi for lo, hi in spared)]

    def spans(self, passage: Passage) -> list[tuple[int, int]]:
        """Where the terms occur, those that overlap too."""
        return [
            (match.start, match.end) for term in self._wanted(passage.sheet) for match in self._of_term(term, passage)
        ]

    def _wanted(self, sheet: Sheet) -> Sequence[Term]:
        """The terms that can occur in a text."""
        found: Sequence[Term] | None = sheet.memo.get(self)
        if found is None:
            found = sheet.memo[self] = [term for term in self.terms if _can_occur(term, sheet)]
        return found

    def _of_term(self, term: Term, passage: Passage) -> list[Match]:
        text = passage.text
        if term.pattern is not None:
            literals = term.pattern.literals
            if literals is not None and not any(literal in passage.folded for literal in literals):
                return []
            return [
                Match(spot.start, spot.end, term, text[spot.group_start : spot.group_end])
                if spot.group_start >= 0
                else Match(spot.start, spot.end, term, text[spot.start : spot.end])
                for spot in term.pattern.spots(text)
                if spot.end > spot.start and not MASKS.issuperset(text[spot.start : spot.end])
            ]
        assert term.phrase is not None
        phrase = _phrase(term.phrase, self.ignore_case)
        if phrase.literal not in passage.folded:
            return []
        return [
            Match(*found.span(), term, text[found.start() : found.end()])
            for found in phrase.compiled.finditer(passage.folded if self.ignore_case else text)
        ]


def _can_occur(term: Term, sheet: Sheet) -> bool:
    if term.pattern is not None:
        literals = term.pattern.literals
        return literals is None or any(literal in sheet.folded for literal in literals)
    assert term.phrase is not None
    phrase = _phrase(term.phrase, True)
    return phrase.words <= sheet.words and phrase.literal in sheet.folded


@cache
def _phrase(phrase: str, ignore_case: bool) -> _Phrase:
    """A phrase ready for matching: its words, its longest part without blanks (folded), and an expression.

    The expression repeats nothing but white space between literals, so its time is linear.
    """
    folded = fold(phrase)
    parts = (folded if ignore_case else phrase).split()
    body = r"\s+".join(re.escape(part) for part in parts)
    before = r"(?<!\w)" if re.match(r"\w", parts[0]) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", parts[-1]) else ""
    words = frozenset(_WORD.findall(folded))
    return _Phrase(words, max(folded.split(), key=len), re.compile(f"{before}{body}{after}"))
