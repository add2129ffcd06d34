"""Finding patterns of users in texts: never for longer than a limit, and the same matches whatever is installed.

Three engines, the first that can do it: RE2, when it is installed, knows all of the pattern, and the text is ASCII;
`re`, where the pattern itself shows that it cannot need many steps for a text of this length; else `re` in another
process, which is stopped when it has used its time.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from promptreg.errors import PatternStopped
from promptreg.lint.patterns.literals import required_literals, required_words
from promptreg.lint.patterns.lowered import compile_lowered
from promptreg.lint.patterns.re2_form import Untranslatable, re2_form
from promptreg.lint.patterns.steps import most_steps
from promptreg.registry.files import MAX_FILE_BYTES

__all__ = ["FEW_STEPS", "LIMIT_SECONDS", "Pattern", "PatternFault", "Spot", "compile_pattern"]

FEW_STEPS = 1e8
"""Steps, as `most_steps` counts them, that `re` makes within LIMIT_SECONDS.

It made between 1e9 and 1e12 of them a second on texts made to be as bad as possible, because the count is cautious.
"""

LIMIT_SECONDS = 0.2
"""Processor time for one pattern on one text in the other process."""

MAX_LENGTH = 2_000
"""Characters of a pattern."""


class Spot(NamedTuple):
    """A match: offsets in the text, and those of its first group (-1 where there is none)."""

    start: int
    end: int
    group_start: int = -1
    group_end: int = -1


class PatternFault(ValueError):
    """A pattern that cannot be used; `at` is the offset in it, if one is known."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.at = at


class Pattern:
    """A compiled pattern. `literals` are folded texts of which every match holds one, None when there are no such.

    `words` are folded words of which every match is one, with no word character beside it; None for other patterns.
    `stopped` is set once it was stopped: it is not tried again, and every use raises.
    """

    __slots__ = (
        "_lowered",
        "_quick_length",
        "_re2",
        "_tree",
        "compiled",
        "flags",
        "ignores_case",
        "literals",
        "stopped",
        "text",
        "words",
    )

    def __init__(self, text: str, flags: int) -> None:
        """Raises PatternFault."""
        if len(text) > MAX_LENGTH:
            raise PatternFault(f"is longer than {MAX_LENGTH:,} characters")
        parser: Any = import_module("re._parser")
        try:
            self._tree = parser.parse(text, flags)
            self.compiled = re.compile(text, flags)
        except re.error as error:
            raise PatternFault(f"is no regular expression: {error.msg}", error.pos) from None
        except (RecursionError, OverflowError):
            raise PatternFault("is nested too deeply") from None
        self.text = text
        self.flags = self.compiled.flags
        if self.flags & re.ASCII:
            raise PatternFault("switches the flag a on; only i, m, s and x are known")
        if self.compiled.search("") or self._tree.getwidth()[0] == 0:
            raise PatternFault("matches the empty text")
        self.literals = required_literals(self._tree, self.flags)
        self.words = required_words(self._tree, self.flags)
        self.stopped = False
        self.ignores_case = bool(self.flags & re.IGNORECASE)
        self._quick_length = -1
        self._re2: Any = None
        self._lowered: Any = None

    def spots(self, text: str, lowered: str | None = None) -> list[Spot]:
        """Every match in the text, in order; raises PatternStopped when it takes too long.

        `lowered` is the text in small letters, if it is fit for that (see `promptreg.lint.patterns.lowered`).
        """
        if self.is_quick(len(text)):
            if lowered is not None and self.ignores_case:
                if self._lowered is None:
                    self._lowered = compile_lowered(self.text, self.flags) or False
                if self._lowered:
                    return _spots(self._lowered, lowered)
            return _spots(self.compiled, text)
        if text.isascii() and not text.endswith("\n"):
            form = self._in_re2()
            if form:
                return _spots(form, text)
        if self.stopped:
            raise self._too_slow()
        from promptreg.lint.patterns.stoppable import spots_within

        found = spots_within(self.text, self.flags, text, LIMIT_SECONDS)
        if found is None:
            self.stopped = True
            raise self._too_slow()
        return [Spot(*numbers) for numbers in found]

    def _too_slow(self) -> PatternStopped:
        shown = self.text if len(self.text) <= 80 else f"{self.text[:79]}…"
        message = f"the pattern {shown!r} was stopped after {LIMIT_SECONDS} seconds; write it so that it repeats less"
        return PatternStopped(message, pattern=self.text)

    def is_quick(self, length: int) -> bool:
        """Whether `re` is sure to need few steps for a text of that length."""
        if self._quick_length < 0:
            self._quick_length = self._longest_quick()
        return length <= self._quick_length

    def _longest_quick(self) -> int:
        """The longest text that is quick, to an eighth; none is longer than a file may be."""
        size = 0
        step = MAX_FILE_BYTES
        while step > max(16, size // 8):
            if size + step <= MAX_FILE_BYTES and most_steps(self._tree, self.flags, size + step) <= FEW_STEPS:
                size += step
            else:
                step //= 2
        return size

    def _in_re2(self) -> Any:
        """The pattern compiled by RE2; False when that is not installed or does not know all of it."""
        if self._re2 is None:
            self._re2 = _compile_re2(self._tree, self.flags)
        return self._re2


@cache
def compile_pattern(text: str, flags: int) -> Pattern:
    """The pattern, compiled once; raises PatternFault."""
    return Pattern(text, flags)


def _spots(form: Any, text: str) -> list[Spot]:
    """The matches of a compiled expression."""
    if form.groups:
        return [Spot(*match.span(), *match.span(1)) for match in form.finditer(text)]
    return [Spot(*match.span()) for match in form.finditer(text)]


def _compile_re2(tree: Any, flags: int) -> Any:
    try:
        re2: Any = import_module("re2")
    except ImportError:
        return False
    try:
        options = re2.Options()
        options.log_errors = False
        return re2.compile(re2_form(tree, flags), options)
    except (Untranslatable, re2.error):
        return False
