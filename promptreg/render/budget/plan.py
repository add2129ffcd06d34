"""What the plan is made from, and what it says. The planner itself is a pure function of these values."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.render.budget.form import Form, Forms
from promptreg.tokens.summary import Summary

__all__ = ["Decision", "Layout", "Plan", "PlanMessage", "PlanPart"]


class PlanPart(NamedTuple):
    """One part or slot that is present in the full composition, in document order.

    `message` is the position of its message in `Layout.messages`, `needs` are positions in `Layout.parts`.
    `priority` None: required. `name` is what people call it, where that says more than the id.
    """

    id: str
    message: int
    forms: Forms
    priority: float | None = None
    group: str | None = None
    needs: tuple[int, ...] = ()
    name: str = ""

    @property
    def called(self) -> str:
        """Its id and name."""
        return f"{self.id} {self.name}" if self.name else self.id


class PlanMessage(NamedTuple):
    """A message (or slot). `overhead` tokens are added once when one of its parts is sent."""

    separator: Summary
    overhead: int = 0


class Layout(NamedTuple):
    """Everything that a plan decides about. `overhead` is spent in any case: the priming of the reply."""

    messages: tuple[PlanMessage, ...]
    parts: tuple[PlanPart, ...]
    overhead: int = 0


class Decision(NamedTuple):
    """What became of one part.

    `state`: kept, shortened or dropped. `stage`: required, core or filler, None for a dropped part. `form` is what is
    sent, None when dropped. `missing` are the tokens that its shortest form (with all that must come along) lacked
    when it was dropped. `total` is the running total after the decision, overhead included; while required parts
    grow it holds the shortest forms of those that follow. `reason` says in words why it went so.
    """

    id: str
    state: str
    stage: str | None
    form: Form | None
    missing: int
    total: int
    reason: str


class Plan(NamedTuple):
    """Decisions in document order (as `Layout.parts`), and `walk`, their positions in the order they were made.

    `total` is the exact count of what is sent, overhead included; `limit` None is no limit. `next_limit` is the
    smallest larger limit at which anything but `missing` may be different; None when none is.
    """

    decisions: tuple[Decision, ...]
    walk: tuple[int, ...]
    total: int
    limit: int | None
    fit: str
    next_limit: int | None
