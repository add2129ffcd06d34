"""Finding the phrases and patterns of a rule in passages, after a search that tells most texts apart from it.

A phrase is matched by words: any white space stands for its blanks, and no word character touches its ends. So every
run of word characters in it is a word of the text, and a text that lacks one of them cannot hold it. A pattern is left
out where none of its literals occurs (see `promptreg.lint.patterns.literals`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from promptreg.lint.patterns.engine import Pattern
from promptreg.lint.patterns.folding import fold
from promptreg.lint.team.sheet import MASKS, Passage, Sheet

__all__ = ["Match", "Matcher", "Term", "phrase_expression"]

_WORD = re.compile(r"\w+")

_MANY = 48
"""Places of literals in a text beyond which going through its passages is as quick."""


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

    def touched(self, sheet: Sheet, passages: Sequence[Passage]) -> Sequence[Passage]:
        """The passages of a text, which are in order, that may hold a match."""
        offsets = self._offsets(sheet)
        if offsets is None:
            return passages
        starts = [passage.start for passage in passages]
        found: set[int] = set()
        for offset in offsets:
            for number in range(bisect_right(starts, offset) - 1, -1, -1):
                passage = passages[number]
                if offset < passage.start + len(passage.text):
                    found.add(number)
                if passage.kind != "code":  # pieces of code lie inside of the passage before them
                    break
        return [passages[number] for number in sorted(found)]

    def _offsets(self, sheet: Sheet) -> list[int] | None:
        """Where the literals of the terms begin; None where that tells nothing, or too much."""
        key = (self, "offsets")
        if key in sheet.memo:
            found: list[int] | None = sheet.memo[key]
            return found
        wanted: list[str] = []
        for term in self._wanted(sheet):
            literals = _literals(term)
            if literals is None:
                sheet.memo[key] = None
                return None
            wanted += literals
        found = []
        for literal in wanted:
            at = sheet.folded.find(literal)
            while at >= 0 and len(found) <= _MANY:
                found.append(at)
                at = sheet.folded.find(literal, at + 1)
        sheet.memo[key] = found = found if len(found) <= _MANY else None
        return found

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
            if term.pattern.literals is not None and not _holds(passage.folded, term.pattern.literals):
                return []
            return [
                Match(spot.start, spot.end, term, text[spot.group_start : spot.group_end])
                if spot.group_start >= 0
                else Match(spot.start, spot.end, term, text[spot.start : spot.end])
                for spot in term.pattern.spots(text, passage.lowered)
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


def _holds(text: str, literals: tuple[str, ...]) -> bool:
    for literal in literals:  # noqa: SIM110 - twice as quick as any()
        if literal in text:
            return True
    return False


def _literals(term: Term) -> tuple[str, ...] | None:
    """Folded texts of which every match of a term holds one; None when there are no such."""
    if term.pattern is not None:
        return term.pattern.literals
    assert term.phrase is not None
    return (_phrase(term.phrase, True).literal,)


def _can_occur(term: Term, sheet: Sheet) -> bool:
    if term.pattern is not None:
        if term.pattern.words is not None and sheet.words.isdisjoint(term.pattern.words):
            return False
        return term.pattern.literals is None or _holds(sheet.folded, term.pattern.literals)
    assert term.phrase is not None
    phrase = _phrase(term.phrase, True)
    return phrase.words <= sheet.words and phrase.literal in sheet.folded


def phrase_expression(phrase: str) -> str:
    """A regular expression for a phrase.

    It repeats nothing but white space between literals, so its time is linear.
    """
    parts = phrase.split()
    before = r"(?<!\w)" if re.match(r"\w", parts[0]) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", parts[-1]) else ""
    return before + r"\s+".join(re.escape(part) for part in parts) + after


@cache
def _phrase(phrase: str, ignore_case: bool) -> _Phrase:
    """A phrase ready for matching: its words, its longest part without blanks (folded), and its expression."""
    folded = fold(phrase)
    compiled = re.compile(phrase_expression(folded if ignore_case else phrase))
    return _Phrase(frozenset(_WORD.findall(folded)), max(folded.split(), key=len), compiled)
