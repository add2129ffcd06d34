"""Whether the hard boundaries of a seam rule are boundaries: a false one makes a budget count wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

from promptreg.testing.report import Check
from promptreg.testing.shrink import shrink
from promptreg.testing.texts import draw
from promptreg.testing.trial import Trial, raised
from promptreg.tokens.counter import SeamRule

__all__ = ["seams"]

_NAME = "counts add up at every boundary of the seam rule"
_PLACES = 6
"""Places tried in each text, beside the first and the last boundary."""


def seams(trial: Trial) -> Check:
    """At a hard boundary, whatever surrounds it, the count is that of what stands before and of what follows.

    Tried is what a budget sees: the count of an exact counter, the upper bound of an approximate one. Only places that
    the rule calls boundaries are counted as tried; a counter without a rule has nothing to prove.
    """
    rule: SeamRule | None = getattr(trial.counter, "seam_rule", None)
    if rule is None:
        return Check(_NAME, 0)
    source = random.Random(trial.seed)
    tried = 0
    for text in trial.drawn():
        text += draw(source)
        try:
            for at in _boundaries(rule, text, source):
                tried += 1
                if not 0 < at < len(text):
                    return Check(_NAME, tried, f"{at} is no place inside of the text", text)
                left, right = draw(source) + text[:at], text[at:] + draw(source)
                if _differs(trial, left, right):
                    return _report(trial, rule, tried, left, right)
        except Exception as error:  # whatever the code on trial raises
            return Check(_NAME, tried, raised(error), text)
    return Check(_NAME, tried)


def _boundaries(rule: SeamRule, text: str, source: random.Random) -> Iterator[int]:
    """Places that the rule calls boundaries: the ends, and some between."""
    first, last = rule.first(text), rule.last(text)
    if first is not None:
        yield first
    if last is not None:
        yield last
    for at in source.sample(range(1, len(text)), min(_PLACES, max(0, len(text) - 1))):
        if rule.cuts(text[:at], text[at:]):
            yield at


def _total(trial: Trial, text: str) -> int:
    counter = trial.counter
    return counter.count(text) if counter.kind == "exact" else counter.bounds(text)[1]


def _differs(trial: Trial, left: str, right: str) -> bool:
    return _total(trial, left + right) != _total(trial, left) + _total(trial, right)


def _report(trial: Trial, rule: SeamRule, tried: int, left: str, right: str) -> Check:
    """The failure with as little as possible on both sides, as long as the rule still calls it a boundary."""

    def fails(one: str, other: str) -> bool:
        return bool(one and other) and rule.cuts(one, other) and _differs(trial, one, other)

    if fails(left, right):
        left = shrink(left, lambda part: fails(part, right))
        right = shrink(right, lambda part: fails(left, part))
    apart = _total(trial, left) + _total(trial, right)
    problem = f"{_total(trial, left + right)} tokens, but {apart} when cut after {len(left)} characters"
    return Check(_NAME, tried, problem, left + right)
