"""How much a template may cost, and the meter that counts it during one render.

Everything is counted, nothing is timed: the same template and inputs cross a limit on every machine or on none.
This module must not import Jinja2, so that a registry can be listed without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from promptreg.errors import LimitExceeded

__all__ = ["Limits", "Meter", "text_cost"]


class Limits(NamedTuple):
    """What a template may use. The first group is counted while rendering, the second checked when compiling.

    `work` is in units of roughly 15 ns: a syntax node that is run costs 2 (20 when it is a call), a printed value 40
    more, an ASCII character that a filter makes 1 and any other character 3. The default was set so that every known
    bomb ends within a second and keeps less than 64 MB alive (benchmarks/template_bombs.py).
    """

    output: int = 2_000_000
    string: int = 2_000_000
    loop_steps: int = 1_000_000
    work: int = 32_000_000
    include_depth: int = 32
    integer_bits: int = 4096

    tags: int = 2_000
    block_nesting: int = 20
    expression_depth: int = 100
    bracket_nesting: int = 32
    elif_count: int = 100
    macro_depth: int = 32


_WORDS = {
    "output": "characters of output",
    "string": "characters in one intermediate string",
    "loop_steps": "loop steps",
    "work": "units of work",
    "include_depth": "nested includes",
    "integer_bits": "bits in one integer",
}


def text_cost(text: str) -> int:
    """Units of work for making this text."""
    return len(text) if text.isascii() else 3 * len(text)


class Meter:
    """Counts one render. Not shared between renders or threads; totals only grow.

    Raises LimitExceeded, with `limit` and `allowed` set, as soon as a total or a single size crosses its limit, and
    before memory for the result is taken wherever the size is known beforehand.
    """

    __slots__ = ("_work_left", "depth", "limits", "steps")

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.steps = 0
        self.depth = 0
        self._work_left = self.limits.work

    @property
    def work(self) -> int:
        """Units of work spent so far."""
        return self.limits.work - self._work_left

    def fail(self, limit: str) -> LimitExceeded:
        """The error for a crossed limit, for the caller to raise."""
        allowed = getattr(self.limits, limit)
        message = f"the limit {limit} is exceeded: at most {allowed:,} {_WORDS[limit]} are allowed"
        return LimitExceeded(message, limit=limit, allowed=allowed)

    def charge(self, units: int) -> None:
        """Spend work."""
        self._work_left -= units
        if self._work_left < 0:
            raise self.fail("work")

    def fits(self, size: int) -> None:
        """Check the length of a string that is about to be made."""
        if size > self.limits.string:
            raise self.fail("string")

    def made(self, text: str) -> str:
        """Account for a string that a filter or an operator made."""
        size = len(text)
        if size > self.limits.string:
            raise self.fail("string")
        self._work_left -= size if text.isascii() else 3 * size
        if self._work_left < 0:
            raise self.fail("work")
        return text

    def join(self, pieces: list[str]) -> str:
        """The pieces of a captured block as one intermediate string, checked before it is made."""
        size = sum(map(len, pieces))
        if size > self.limits.string:
            raise self.fail("string")
        self.charge(size)
        return "".join(pieces)

    def loop(self, values: Any, weight: int) -> Iterable[Any]:
        """What a `for` statement iterates over; `weight` is the work of one pass. Sized values are charged at once."""
        kind = values.__class__
        if kind is list or kind is dict or kind is str or kind is tuple:
            size = len(values)
            self.steps += size
            if self.steps > self.limits.loop_steps:
                raise self.fail("loop_steps")
            self._work_left -= size * weight
            if self._work_left < 0:
                raise self.fail("work")
            return values  # type: ignore[no-any-return]
        return self._walk(iter(values), weight)

    def _walk(self, values: Iterator[Any], weight: int) -> Iterator[Any]:
        for value in values:
            self.steps += 1
            if self.steps > self.limits.loop_steps:
                raise self.fail("loop_steps")
            self.charge(weight + 40)
            yield value

    def enter(self) -> None:
        """Go one include deeper; `leave` comes back."""
        self.depth += 1
        if self.depth > self.limits.include_depth:
            raise self.fail("include_depth")

    def leave(self) -> None:
        """Come back from an include."""
        self.depth -= 1
