"""Bars made of characters: a share of a whole, and a whole divided among several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from promptreg.output.styled import Span

__all__ = ["Stretch", "bar", "divided", "percent"]

_EIGHTHS = " ▏▎▍▌▋▊▉"


class Stretch(NamedTuple):
    """A part of a divided bar: its amount, and how it is drawn with and without Unicode."""

    amount: int
    drawn: str
    plain: str
    style: str = ""


def bar(amount: int, whole: int, columns: int, *, unicode: bool) -> str:
    """A bar of at most `columns` that shows `amount` as a share of `whole`; what is not nothing has a mark."""
    if amount <= 0 or whole <= 0 or columns <= 0:
        return ""
    eighths = max(1, min(8 * columns, round(8 * columns * amount / whole)))
    if unicode:
        full, rest = divmod(eighths, 8)
        return "█" * full + (_EIGHTHS[rest] if rest else "")
    return "#" * max(1, round(eighths / 8))


def divided(stretches: Sequence[Stretch], columns: int, *, unicode: bool) -> list[Span]:
    """A bar of exactly `columns` for all stretches together, each at least one column wide if it is not nothing."""
    present = [stretch for stretch in stretches if stretch.amount > 0]
    sizes = _shared([stretch.amount for stretch in present], columns)
    return [
        Span((stretch.drawn if unicode else stretch.plain) * size, stretch.style)
        for stretch, size in zip(present, sizes, strict=True)
    ]


def percent(amount: int, whole: int) -> str:
    """A share in whole percents; what is not nothing is not shown as nothing, what is not all not as all."""
    if whole <= 0:
        return ""
    share = 100 * amount / whole
    if 0 < share < 1:
        return "<1 %"
    if 99 < share < 100:
        return "99 %"
    return f"{round(share)} %"


def _shared(amounts: Sequence[int], columns: int) -> list[int]:
    """Columns by largest remainder, ties to the first; one for each where there are enough."""
    if not amounts:
        return []
    free = columns - len(amounts)
    if free < 0:
        return [1] * columns + [0] * (len(amounts) - columns)
    whole = sum(amounts)
    exact = [free * amount / whole for amount in amounts]
    sizes = [int(size) for size in exact]
    order = sorted(range(len(amounts)), key=lambda at: sizes[at] - exact[at])
    for at in order[: free - sum(sizes)]:
        sizes[at] += 1
    return [1 + size for size in sizes]
