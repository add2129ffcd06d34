"""The decisions of a plan for a record: states and tokens, never content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from promptreg.model.prompt import Prompt, Slot
from promptreg.render.budget.fitting import Fitted
from promptreg.render.budget.plan import Decision

__all__ = ["budget_record", "part_records"]


def part_records(fitted: Fitted, prompt: Prompt) -> Iterator[dict[str, Any]]:
    """One entry for each part and slot, in document order; those that were not planned are skipped or empty."""
    planned = {decision.id: decision for decision in fitted.plan.decisions}
    states = {part.program.part.id: part.state for message in fitted.messages for part in message.parts}
    for message in prompt.messages:
        for name in (message.id,) if isinstance(message, Slot) else (part.id for part in message.parts):
            decision = planned.get(name)
            yield {"id": name, "state": states.get(name, "kept")} if decision is None else _entry(decision)


def _entry(decision: Decision) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": decision.id, "state": decision.state, "stage": decision.stage}
    form = decision.form
    entry["tokens"] = form.tokens if form is not None else 0
    if form is not None and decision.state == "shortened":
        entry["form"] = form.note
        entry["left_out"] = list(form.selection.items)
    return entry


def budget_record(fitted: Fitted) -> dict[str, Any]:
    """What the plan was made for."""
    allowed = fitted.allowance
    return {
        "tokens": allowed.tokens,
        "reserve": allowed.reserve,
        "fit": allowed.fit,
        "total": fitted.plan.total,
        "counter": fitted.pricing.measure.counter.id,
    }
