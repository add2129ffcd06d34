"""`capitalization`: how headings, list items or other texts are to be capitalised, with the right form as the fix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Found, Unit
from promptreg.lint.team.matcher import Matcher
from promptreg.lint.team.sheet import Passage, Sheet

__all__ = ["Capitalization", "read"]

STYLES = ("sentence", "title", "lower", "upper")

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_I = re.compile(r"i(?:['’][a-z]+)?")
_NUMBER = re.compile(r"[0-9.]+[.)]")
_SMALL = frozenset(
    "a an and as at but by for from if in into nor of on onto or out over per so than the to up via with yet".split()  # noqa: SIM905
)
"""Words that titles write small inside, after the usual style guides for English."""


class Capitalization(NamedTuple):
    """A passage with words that break the style is a finding, from the first of them to the last.

    What lies inside of an exception, or stands behind a colon or the end of a sentence, may have any form. A word with
    a capital inside (`iPhone`, `URLs`) is a name, and so is one of capitals only, unless the whole passage is so.
    """

    style: str
    exceptions: Matcher

    def may_find(self, sheet: Sheet) -> bool:
        """See Finder."""
        return True

    def touched(self, sheet: Sheet, passages: Unit) -> Unit:
        """See Finder."""
        return passages

    def find(self, unit: Unit) -> Iterator[Found]:
        """See Finder."""
        for passage in unit:
            text = passage.text
            words = list(_WORD.finditer(text))
            spared = self.exceptions.spans(passage) if words else []
            loud = not any(letter.islower() for letter in text)
            wrong = []
            for number, word in enumerate(words):
                if any(lo <= word.start() and word.end() <= hi for lo, hi in spared):
                    continue
                before = text[: word.start()].strip(" \t\n#*_\"'(“‘")
                if before.endswith((":", ".", "?", "!", "–", "—")) and not _NUMBER.fullmatch(before):
                    continue
                is_first = not before or _NUMBER.fullmatch(before) is not None
                better = self._form(word.group(), first=is_first, last=number == len(words) - 1, loud=loud)
                if better != word.group():
                    wrong.append((word.start(), word.end(), better))
            if wrong:
                yield _found(passage, wrong)

    def _form(self, word: str, *, first: bool, last: bool, loud: bool) -> str:
        if self.style == "lower":
            return word.lower()
        if self.style == "upper":
            return word.upper()
        if not loud and any(letter.isupper() for letter in word[1:]):
            return word
        small = word.lower()
        if self.style == "sentence":
            return _capital(small) if first or _I.fullmatch(small) else small
        return small if small in _SMALL and not (first or last) else _capital(small)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _found(passage: Passage, wrong: list[tuple[int, int, str]]) -> Found:
    start, end = wrong[0][0], wrong[-1][1]
    parts, at = [], start
    for lo, hi, better in wrong:
        parts += [passage.text[at:lo], better]
        at = hi
    return Found(passage, start, end, {"replacement": "".join(parts)}, "".join(parts))


def read(fields: Fields) -> Capitalization:
    """The rule's own key: `style`."""
    return Capitalization(fields.choice("style", STYLES), fields.exceptions)
