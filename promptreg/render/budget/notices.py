"""What a caller should know about a plan; the rest is in the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.render.budget.fitting import Fitted
from promptreg.render.budget.text_forms import TextForms

__all__ = ["notices"]

_NAMED = 5
"""Parts that a notice names, at most; a choice."""


def notices(fitted: Fitted) -> Iterator[str]:
    """One line for how much is not sent, one for required parts among it, and one for each variant that is too long."""
    decisions = fitted.plan.decisions
    states = [decision.state for decision in decisions]
    gone = _counted(states.count("shortened"), "shortened") + _counted(states.count("dropped"), "left out")
    if gone:
        limit = fitted.plan.limit
        within = f"to stay within {limit} tokens" if limit is not None else "by their own limits"
        yield f"{' and '.join(gone)} {within}"
    required = [found.id for found in decisions if found.stage == "required" and found.state == "shortened"]
    if required:
        yield f"required parts are shortened: {_listed(required)}"
    yield from _misfits(fitted)


def _counted(number: int, what: str) -> list[str]:
    return [f"{number} part{'s' * (number != 1)} {what}"] if number else []


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _misfits(fitted: Fitted) -> Iterator[str]:
    """Variants that came out longer than what they should shorten; only of parts whose variants were looked at."""
    for part, decision in zip(fitted.assembled.layout.parts, fitted.plan.decisions, strict=True):
        if decision.state == "kept" or not isinstance(part.forms, TextForms):
            continue
        for misfit in part.forms.misfits:
            yield (
                f"variant {misfit.variant + 1} of part {part.called} has {misfit.tokens} tokens, and what it should "
                f"shorten {misfit.before}: it is never chosen"
            )
