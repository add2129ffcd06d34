"""What is said when no plan can be made: the required parts are too large for the budget, or for their own limits."""

from __future__ import annotations

from collections.abc import Sequence

from promptreg.errors import BudgetError, Problem
from promptreg.render.budget.plan import PlanPart

__all__ = ["no_form", "too_small"]

_NAMED = 5
"""Contributors that an error carries, at most; a choice, not a measurement. The message names the first three."""


def no_form(parts: Sequence[PlanPart]) -> BudgetError:
    """Each of these required parts is larger than its own `max_tokens` in all of its forms."""
    problems = [
        Problem(
            BudgetError.code,
            f"part {part.called} is required and takes {part.forms.full_tokens} tokens, more than its max_tokens of"
            f" {part.forms.max_tokens}, and has no shorter form within it",
        )
        for part in parts
    ]
    return BudgetError(problems, largest=_largest([(part.id, part.forms.full_tokens) for part in parts]))


def too_small(required: Sequence[PlanPart], smallest: int, limit: int, reserve: int) -> BudgetError:
    """The required parts, in their shortest forms, need a limit of `smallest` and have one of `limit`."""
    shortest = [(part.id, part.forms.shortest) for part in required]
    largest = _largest([(name, form.tokens) for name, form in shortest if form is not None])
    called = {part.id: part.called for part in required}
    budget = f"the budget of {limit + reserve}" + (f" less {reserve} in reserve" if reserve else "")
    named = ", ".join(f"{called[name]} ({tokens})" for name, tokens in largest[:3])
    lacking = smallest - limit
    message = (
        f"{budget} is {lacking} token{'s' * (lacking != 1)} too small: what is required takes {smallest} at the least;"
        f" the smallest budget that would do is {smallest + reserve}"
    )
    return BudgetError(message + (f"; largest: {named}" if named else ""), smallest=smallest + reserve, largest=largest)


def _largest(sizes: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The largest of them, falling; ties keep their order."""
    return sorted(sizes, key=lambda size: size[1], reverse=True)[:_NAMED]
