"""What a plan should be, found the slow way: every closed set of parts, every limit, every total counted anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from promptreg.errors import BudgetError
from promptreg.render.budget.form import Form
from promptreg.render.budget.plan import Plan
from promptreg.render.budget.planner import make_plan
from tests.render.budget.layouts import Case, recount, shared_measure

__all__ = [
    "best_forms",
    "closure",
    "every_limit",
    "has_growing_totals",
    "is_in_full",
    "optimum",
    "plan_or_none",
    "required",
    "smallest",
    "walk_order",
]


def closure(case: Case, positions: Iterable[int]) -> frozenset[int]:
    """These parts, the rest of their groups, all that they need, and so on."""
    parts = case.layout.parts
    found = set(positions)
    while True:
        groups = {parts[position].group for position in found} - {None}
        more = {position for position, part in enumerate(parts) if part.group in groups}
        more |= {needed for position in found for needed in parts[position].needs}
        if more <= found:
            return frozenset(found)
        found |= more


def required(case: Case) -> frozenset[int]:
    """All that must be sent."""
    return closure(case, [position for position, part in enumerate(case.layout.parts) if part.priority is None])


def walk_order(case: Case) -> list[tuple[int, ...]]:
    """The optional entries, single parts and groups, in the order in which the walk comes to them."""
    parts = case.layout.parts
    must = required(case)
    entries: dict[object, list[int]] = {}
    for position, part in enumerate(parts):
        if position not in must:
            entries.setdefault(position if part.group is None else part.group, []).append(position)
    return sorted(
        map(tuple, entries.values()), key=lambda entry: (-min(parts[p].priority or 0 for p in entry), entry[0])
    )


def best_forms(case: Case, positions: Iterable[int]) -> list[Form | None]:
    """These parts in their best forms and no others."""
    chosen = set(positions)
    return [case.forms(position).best if position in chosen else None for position in range(len(case.layout.parts))]


def _closed_sets(case: Case) -> Iterator[tuple[tuple[int, ...], list[frozenset[int]]]]:
    """Every choice of entries (1 or 0 each, the lexicographically greatest first) and the sets it grows through."""
    must, entries = required(case), walk_order(case)
    closures = [closure(case, entry) for entry in entries]
    for vector in product((1, 0), repeat=len(entries)):
        grown = [must]
        for taken, more in zip(vector, closures, strict=True):
            if taken:
                grown.append(grown[-1] | more)
        if all(case.forms(position).best is not None for position in grown[-1]):
            yield vector, grown


def optimum(case: Case, limit: int, *, stepwise: bool) -> frozenset[int] | None:
    """The closed set within the limit that is lexicographically greatest in walk order.

    `stepwise`: among the sets that stay within the limit while their entries are added in walk order.
    """
    totals: dict[frozenset[int], int] = {}

    def total(positions: frozenset[int]) -> int:
        if positions not in totals:
            totals[positions] = recount(case, best_forms(case, positions))
        return totals[positions]

    for _, grown in _closed_sets(case):
        if all(total(positions) <= limit for positions in (grown if stepwise else grown[-1:])):
            return grown[-1]
    return None


def has_growing_totals(case: Case) -> bool:
    """Whether sending more entries never costs less."""
    for _, grown in _closed_sets(case):
        totals = [recount(case, best_forms(case, positions)) for positions in grown]
        if totals != sorted(totals):
            return False
    return True


def every_limit(case: Case, most: int = 60) -> Sequence[int]:
    """Limits from below anything to above everything; evenly thinned out when there are more than `most`."""
    everything = recount(case, best_forms(case, range(len(case.layout.parts))))
    step = max(1, (everything + 4) // most)
    return range(0, everything + 4 + step, step)


def plan_or_none(case: Case, limit: int, fit: str = "pack") -> Plan | None:
    """The plan, None when the required parts do not fit."""
    try:
        return make_plan(case.layout, limit, shared_measure(), fit)
    except BudgetError:
        return None


def smallest(case: Case) -> int | None:
    """The smallest limit at which there is a plan, by trying; None when there is none."""
    everything = recount(case, best_forms(case, range(len(case.layout.parts))))
    return next((limit for limit in range(everything + 1) if plan_or_none(case, limit) is not None), None)


def is_in_full(case: Case, plan: Plan, position: int) -> bool:
    """Whether a part is sent in its best form."""
    form = plan.decisions[position].form
    return form is not None and form == case.forms(position).best
