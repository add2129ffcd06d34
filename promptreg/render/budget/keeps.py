"""From which limit on a part would be kept in full. Asked only when rows are shown: it plans again and again."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.render.budget.plan import Layout, Plan
from promptreg.render.budget.planner import make_plan
from promptreg.tokens.measure import Measure

__all__ = ["KeepsAt", "keeps_at"]

_PLANS = 256
_PARTS = 200
"""How far the search goes: at most this many plans of this many parts, so that it ends within about a second."""


class KeepsAt(NamedTuple):
    """A limit at which a part is kept in full; `is_smallest`: at no smaller one from the present limit on."""

    limit: int
    is_smallest: bool


def keeps_at(layout: Layout, plan: Plan, measure: Measure, *, search: bool = True) -> tuple[KeepsAt | None, ...]:
    """For every part of the plan a limit that would keep it in full; None where it is already, or where none would.

    *In full* is the part's best form. Between a plan's limit and its `next_limit` nothing changes, so trying these
    one after the other finds the smallest. When that takes too long, the answer is the limit from which on the part
    is in the core; there it is kept for certain, though perhaps also at some limit below. So it is without `search`,
    for a layout whose forms depend on the limit.
    """
    wanted = {
        position
        for position, decision in enumerate(plan.decisions)
        if decision.form is None or decision.form != layout.parts[position].forms.best
    }
    if not wanted:
        return (None,) * len(layout.parts)
    certain = _core_limits(layout, measure)
    wanted.intersection_update(certain)
    found: dict[int, KeepsAt] = {}
    tried = plan
    for _ in range(_PLANS if search and len(layout.parts) <= _PARTS else 0):
        if not wanted or tried.next_limit is None:
            break
        tried = make_plan(layout, tried.next_limit, measure, plan.fit)
        full = {p for p in wanted if tried.decisions[p].form == layout.parts[p].forms.best}
        found.update(dict.fromkeys(full, KeepsAt(tried.limit or 0, True)))
        wanted -= full
    for position in wanted:
        limit = certain[position]
        found[position] = KeepsAt(limit, tried.next_limit is not None and limit <= tried.next_limit)
    return tuple(found.get(position) for position in range(len(layout.parts)))


def _core_limits(layout: Layout, measure: Measure) -> dict[int, int]:
    """The limits from which on parts are in the core, or required and in full; without parts that never are."""
    everything = make_plan(layout, None, measure)
    kept = [(position, everything.decisions[position]) for position in everything.walk]
    kept = [(position, decision) for position, decision in kept if decision.form is not None]
    highest = next((decision.total for _, decision in reversed(kept) if decision.stage == "required"), layout.overhead)
    limits = {}
    for position, decision in kept:
        if decision.stage != "required":
            highest = max(highest, decision.total)
        limits[position] = highest
    return limits
