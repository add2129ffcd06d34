"""What the plan gives up for being stable: its policies against others on random parts, most of all an exact knapsack.

Run from the project folder: python -m benchmarks.budget_policies. No clock is involved: the figures are the same
everywhere. Each instance has 40 parts with priorities from 1 to 10 and log-normal sizes (median 90 tokens); the budget
is a fifth to four fifths of them. *Value* is the sum of the priorities of what is kept. The last two columns compare
with a budget that is 2.5 % larger: how often something that was kept is dropped, and how often the value falls.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.measure import table
from promptreg.render.budget.form import Fits, Form, Selection
from promptreg.render.budget.plan import Layout, PlanMessage, PlanPart
from promptreg.render.budget.planner import make_plan
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY, Summary

INSTANCES = 400
PARTS = 40

_MEASURE = Measure(get_counter("approximate"))
"""Sizes are given here; nothing is counted."""


class Part(NamedTuple):
    """A part that is kept whole or not at all."""

    size: int
    priority: int


class Sized:
    """Forms of a part of so many tokens."""

    max_tokens = None

    def __init__(self, tokens: int) -> None:
        self.full_tokens = tokens
        self.best = self.shortest = Form(Summary(tokens, "", "", tokens, False), Selection())

    def longest(self, fits: Fits) -> Form | None:
        return None


Policy = Callable[[Sequence[Part], int], set[int]]


def main() -> None:
    """Print the table."""
    seed = random.Random(4)
    instances = [_instance(seed) for _ in range(INSTANCES)]
    best = [_value(parts, _knapsack(parts, budget)) for parts, budget in instances]
    policies: dict[str, Policy] = {
        "whole levels of priority": _levels,
        "fit: cutoff": lambda parts, budget: _plan(parts, budget, "cutoff"),
        "fit: pack": lambda parts, budget: _plan(parts, budget, "pack"),
        "greedy by priority per token": _density,
        "exact knapsack": _knapsack,
    }
    rows = [(name, *_row(policy, instances, best)) for name, policy in policies.items()]
    head = ("policy", "budget filled", "value of the knapsack's", "drops what was kept", "value falls")
    table(f"{INSTANCES} x {PARTS} parts", head, rows)


def _row(policy: Policy, instances: Sequence[tuple[list[Part], int]], best: Sequence[int]) -> list[str]:
    filled = value = evicted = fell = 0.0
    for (parts, budget), most in zip(instances, best, strict=True):
        kept = policy(parts, budget)
        more = policy(parts, budget + budget // 40)
        filled += sum(parts[at].size for at in kept) / budget
        value += _value(parts, kept) / most
        evicted += not kept <= more
        fell += _value(parts, more) < _value(parts, kept)
    return [f"{100 * share / len(instances):.1f} %" for share in (filled, value, evicted, fell)]


def _instance(seed: random.Random) -> tuple[list[Part], int]:
    parts = [Part(max(5, round(seed.lognormvariate(4.5, 0.8))), seed.randint(1, 10)) for _ in range(PARTS)]
    return parts, round(sum(part.size for part in parts) * seed.uniform(0.2, 0.8))


def _value(parts: Sequence[Part], kept: set[int]) -> int:
    return sum(parts[at].priority for at in kept)


def _plan(parts: Sequence[Part], budget: int, fit: str) -> set[int]:
    layout = Layout(
        tuple(PlanMessage(EMPTY) for _ in parts),
        tuple(PlanPart(str(at), at, Sized(part.size), part.priority) for at, part in enumerate(parts)),
    )
    plan = make_plan(layout, budget, _MEASURE, fit)
    return {at for at, decision in enumerate(plan.decisions) if decision.form is not None}


def _levels(parts: Sequence[Part], budget: int) -> set[int]:
    """All parts down to the lowest priority at which they still fit."""
    kept: set[int] = set()
    for level in sorted({part.priority for part in parts}, reverse=True):
        more = {at for at, part in enumerate(parts) if part.priority >= level}
        if sum(parts[at].size for at in more) > budget:
            break
        kept = more
    return kept


def _density(parts: Sequence[Part], budget: int) -> set[int]:
    kept = set()
    for at in sorted(range(len(parts)), key=lambda at: (-parts[at].priority / parts[at].size, at)):
        if parts[at].size <= budget:
            budget -= parts[at].size
            kept.add(at)
    return kept


def _knapsack(parts: Sequence[Part], budget: int) -> set[int]:
    """The set of the greatest value within the budget, by dynamic programming over values: fewest tokens for each."""
    least: list[tuple[int, int]] = [(0, 0)]
    for at, part in enumerate(parts):
        beyond = (budget + 1, 0)
        with_it = [(size + part.size, kept | 1 << at) for size, kept in least]
        shifted = [beyond] * part.priority + with_it
        least = [min(pair) for pair in zip(least + [beyond] * part.priority, shifted, strict=True)]
    value = max(value for value, (size, _) in enumerate(least) if size <= budget)
    return {at for at in range(len(parts)) if least[value][1] >> at & 1}


if __name__ == "__main__":
    main()
