"""How hard a counter is tried, and what trying it needs: texts within limits, and answers that may be exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from traceback import format_exception_only
from typing import NamedTuple

from promptreg.testing.report import Check
from promptreg.testing.shrink import shrink
from promptreg.testing.texts import texts
from promptreg.tokens.counter import Counter

__all__ = ["Problem", "Trial", "guarded", "guarded_check", "raised"]

Problem = Callable[[str], str | None]
"""What is wrong with how a text is counted; None when nothing is. It may raise what the counter raises."""


class Trial(NamedTuple):
    """A counter on trial.

    Each check draws up to `texts` texts from `seed`, and stops after `seconds` of the clock; so a slow machine tries
    fewer of the same texts. A megabyte of one thing may take `megabyte_seconds`. `like` is a counter that must agree.
    `identity` is the id and the kind that the counter had before it was tried.
    """

    counter: Counter
    texts: int
    seconds: float
    megabyte_seconds: float
    seed: int
    like: Counter | None
    clock: Callable[[], float]
    identity: tuple[str, str]

    def drawn(self) -> Iterator[str]:
        """The texts of one check."""
        start = self.clock()
        for text in islice(texts(self.seed), self.texts):
            yield text
            if self.clock() - start > self.seconds:
                return

    def search(self, name: str, problem: Problem, among: Iterable[str] | None = None) -> Check:
        """Look for a text with a problem, `among` these or the drawn ones; report the smallest that shrinking finds."""
        tried = 0
        for tried, text in enumerate(self.drawn() if among is None else among, 1):
            found = guarded(problem, text)
            if found is not None:
                small = shrink(text, lambda part: guarded(problem, part) is not None)
                again = guarded(problem, small)
                # A counter that is not repeatable may be right when it is asked again.
                return Check(name, tried, found, text) if again is None else Check(name, tried, again, small)
        return Check(name, tried)


def guarded(problem: Problem, text: str) -> str | None:
    """The problem with a text; an exception is one."""
    try:
        return problem(text)
    except Exception as error:  # whatever the code on trial raises
        return raised(error)


def raised(error: Exception) -> str:
    """An exception, as a problem."""
    line = " ".join(format_exception_only(error)[-1].split())
    return f"raised {line[:199]}"


def guarded_check(check: Callable[[Trial], Check], trial: Trial) -> Check:
    """What a check finds; an exception that gets past it (from threads, or an attribute) is a failure too."""
    try:
        return check(trial)
    except Exception as error:  # whatever the code on trial raises
        return Check((check.__doc__ or "").split(".")[0], 0, raised(error))
