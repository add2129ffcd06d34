"""How many tokens a part may have, found out by asking."""

from __future__ import annotations

from bisect import bisect_left

from promptreg.render.budget.form import Fits, Form, Selection
from promptreg.tokens.summary import Summary

__all__ = ["room_for"]


def room_for(fits: Fits, most: int) -> int | None:
    """The largest number up to `most` of tokens that fit, None when not even none do; asks about log2(most) times.

    The forms asked about never merge with their surroundings; real ones may save or cost a token or two at a seam.
    """

    def is_too_long(tokens: int) -> bool:
        return not fits(Form(Summary(tokens, "", "", tokens, False), Selection()))

    if most < 0 or is_too_long(0):
        return None
    if not is_too_long(most):
        return most
    return bisect_left(range(most), True, lo=1, key=is_too_long) - 1
