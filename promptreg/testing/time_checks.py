"""Whether a megabyte of one thing is counted in time that grows with its length, and not with the square of it."""

from __future__ import annotations

import math

from promptreg.testing.report import Check
from promptreg.testing.texts import HOSTILE
from promptreg.testing.trial import Trial, raised

__all__ = ["hostile_text"]

_NAME = "a megabyte of one thing is counted in time"
_MEGABYTE = 1_000_000
_STEPS = tuple(_MEGABYTE // 4**step for step in range(5, -1, -1))
"""From a kilobyte up, so that a counter which is too slow is found out long before it has to be waited for."""

_STEEPEST = 1.75
"""The largest exponent of the length over the last two steps: n log n has 1.1, a square has 2."""

_SURE = 1.0
"""Seconds for a megabyte from which growth is looked at: less is no matter, and is mostly noise."""

_SHORT = 0.05
"""Seconds below which a measurement is made twice, and does not count as too slow."""


def hostile_text(trial: Trial) -> Check:
    """Letters, blanks, line ends, CJK, emoji, marks: each alone, repeated up to a megabyte."""
    for tried, (name, unit) in enumerate(HOSTILE.items(), 1):
        try:
            problem = _problem(trial, unit)
        except Exception as error:  # whatever the code on trial raises
            problem = raised(error)
        if problem is not None:
            return Check(_NAME, tried, f"{name}: {problem}", unit)
    return Check(_NAME, len(HOSTILE))


def _problem(trial: Trial, unit: str) -> str | None:
    size = len(unit.encode("utf-8", "surrogatepass"))
    parts = [unit * (step // size) for step in _STEPS]
    took: list[float] = []
    for step, text in zip(_STEPS, parts, strict=True):
        took.append(_seconds(trial, text))
        if took[-1] * _MEGABYTE / step > trial.megabyte_seconds and took[-1] > _SHORT:
            took[-1] = min(took[-1], _seconds(trial, text))
        whole = took[-1] * _MEGABYTE / step
        if whole > trial.megabyte_seconds and took[-1] > _SHORT:
            return f"{step:,} bytes take {took[-1]:.2f} s, so a megabyte takes {whole:.0f} s or more"
    if took[-1] > _SURE and _growth(took) > _STEEPEST:
        took[-3:] = [min(before, _seconds(trial, text)) for before, text in zip(took[-3:], parts[-3:], strict=True)]
        if _growth(took) > _STEEPEST:
            power = f"the time grows with the length to the power of {_growth(took):.1f}"
            return f"{power}: {took[-3]:.2f} s for {_STEPS[-3]:,} bytes, {took[-1]:.2f} s for a megabyte"
    return None


def _growth(took: list[float]) -> float:
    return math.log(took[-1] / max(took[-3], 1e-9)) / math.log(_STEPS[-1] / _STEPS[-3])


def _seconds(trial: Trial, text: str) -> float:
    """The time to count a text, and to bound it where that is another question; the better of two short ones."""
    best = math.inf
    for _ in range(2):
        start = trial.clock()
        trial.counter.count(text)
        if trial.counter.kind != "exact":
            trial.counter.bounds(text)
        best = min(best, trial.clock() - start)
        if best > _SHORT:
            break
    return best
