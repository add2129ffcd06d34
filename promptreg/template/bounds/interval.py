"""Numbers between two limits, and how long they are when they are printed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from promptreg.template.bounds.bound import Bound, Lack, exactly

__all__ = ["ANY_NUMBER", "FRACTION", "WHOLE", "Interval", "between", "join_intervals", "number_text"]

_FRACTION = 24
"""Characters of the longest float that Python writes: -2.2250738585072014e-308."""

_BITS = 4096
_DIGITS = 1235
"""The longest integer, and its digits and sign: the limit of inputs (`model.check`) and of templates."""


class Interval(NamedTuple):
    """Numbers from `low` to `high`, both rounded outwards to integers; None: no limit.

    `integers` and `floats` say which kinds there can be. `written` are the only numbers that are possible, as they
    print, where they are few. `lack` says which limit an input does not declare.
    """

    low: int | None = None
    high: int | None = None
    integers: bool = True
    floats: bool = True
    written: tuple[str, ...] | None = None
    lack: Lack | None = None

    def meet(self, other: Interval) -> Interval:
        """A number of both."""
        return Interval(
            max((limit for limit in (self.low, other.low) if limit is not None), default=None),
            min((limit for limit in (self.high, other.high) if limit is not None), default=None),
            self.integers and other.integers,
            self.floats and other.floats,
            self.written or other.written,
            self.lack or other.lack,
        )

    def negated(self) -> Interval:
        """The same numbers with the other sign."""
        low = None if self.high is None else -self.high
        return Interval(low, None if self.low is None else -self.low, self.integers, self.floats)

    def absolute(self) -> Interval:
        """The same numbers without a sign."""
        high = None if self.low is None or self.high is None else max(abs(self.low), abs(self.high))
        return Interval(0, high, self.integers, self.floats)

    def whole(self) -> Interval:
        """The same numbers without what stands behind the point."""
        return Interval(self.low, self.high, True, False)

    def calculated(self, sign: str, other: Interval) -> Interval:
        """What `self sign other` can give."""
        floats = self.floats or other.floats or sign == "/"
        integers = self.integers and other.integers and sign != "/"
        sides = (self.low, self.high, other.low, other.high)
        low = high = None
        if None not in sides:
            low, high = _limits(sign, *(side for side in sides if side is not None))
            if max((low or 0).bit_length(), (high or 0).bit_length()) > _BITS:
                low = high = None
        return Interval(low, high, integers, floats)


ANY_NUMBER = Interval()
WHOLE = Interval(floats=False)
FRACTION = Interval(integers=False)


def between(low: float | None, high: float | None, *, integers: bool = True, floats: bool = True) -> Interval:
    """Numbers between two limits of any kind."""
    return Interval(
        None if low is None else math.floor(low), None if high is None else math.ceil(high), integers, floats
    )


def join_intervals(intervals: Iterable[Interval]) -> Interval:
    """A number of any of these."""
    found = list(intervals)
    lows = [interval.low for interval in found]
    highs = [interval.high for interval in found]
    written = [text for interval in found for text in interval.written or ()]
    return Interval(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
        any(interval.integers for interval in found),
        any(interval.floats for interval in found),
        tuple(dict.fromkeys(written)) if all(interval.written is not None for interval in found) else None,
        next((interval.lack for interval in found if interval.lack is not None), None),
    )


def number_text(interval: Interval) -> Bound:
    """How long the number is when it is printed."""
    if interval.written is not None:
        return exactly(*interval.written)
    size = _FRACTION if interval.floats else 0
    if interval.integers:
        limits = [limit for limit in (interval.low, interval.high) if limit is not None]
        if len(limits) < 2:
            return Bound(_DIGITS, None, None, (interval.lack,) if interval.lack is not None else ())
        size = max(size, *map(_length, limits))
    return Bound(size)


def _length(number: int) -> int:
    # Python refuses to write integers of more than 4,300 digits
    return _DIGITS if number.bit_length() > _BITS else len(str(number))


def _limits(sign: str, low: int, high: int, other_low: int, other_high: int) -> tuple[int | None, int | None]:
    corners = [(left, right) for left in (low, high) for right in (other_low, other_high)]
    if sign == "+":
        return low + other_low, high + other_high
    if sign == "-":
        return low - other_high, high - other_low
    if sign == "*":
        products = [left * right for left, right in corners]
        return min(products), max(products)
    if sign == "%":
        most = max(abs(other_low), abs(other_high))
        return -most, most
    if other_low <= 0 <= other_high:
        return None, None
    quotients = [left // right for left, right in corners]
    return min(quotients), max(quotients) + 1
