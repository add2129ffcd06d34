"""The plan: which parts are sent, and in which form, so that the whole prompt stays within its limit.

Required parts come first, then optional ones by falling priority. What is kept in full without a gap is the *core*;
what still fits after the first miss is *filler*. Every decision compares an exact total with the limit, so no plan is
over it. The core is the longest run of steps whose running totals, all in full, are within the limit; since these
totals do not depend on the limit, the set of core parts only grows with it.

The cost is that of sorting the parts, and of one exact total for every form that is tried.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping

from promptreg.render.budget.form import Form
from promptreg.render.budget.plan import Decision, Layout, Plan
from promptreg.render.budget.refusal import no_form, too_small
from promptreg.render.budget.steps import Steps
from promptreg.render.budget.tally import Choice, Tally
from promptreg.tokens.measure import Measure

__all__ = ["make_plan"]

_NAMED = 3
"""Parts named in the reason of a drop, at most; a choice, not a measurement."""


def make_plan(layout: Layout, limit: int | None, measure: Measure, fit: str = "pack", *, reserve: int = 0) -> Plan:
    """Decide about every part of the layout; the same arguments give the same plan.

    `limit` is in tokens and without the reserve; `reserve` is only there to name a budget in an error. With `fit`
    "cutoff" nothing is sent after the first optional part that does not fit in full, with "pack" whatever still fits.

    Raises BudgetError when the required parts do not fit in their shortest forms; it names the smallest budget that
    does, and every larger one does too.
    """
    planner = _Planner(layout, limit, measure)
    planner.walk(in_full=planner.place_required(reserve), pack=fit == "pack")
    planner.lengthen()
    made = planner.decisions
    return Plan(
        decisions=tuple(made[position] for position in range(len(layout.parts))),
        walk=tuple(made),
        total=planner.tally.total,
        limit=limit,
        fit=fit,
        next_limit=planner.next_limit,
    )


class _Planner:
    """One plan in the making.

    Invariant: the tally is within the limit whenever a step is done. `decisions` are in the order in which they were
    made; a part that is decided anew moves to the end. `kept` says of each part that is sent why.
    """

    __slots__ = ("best", "decisions", "formless", "kept", "limit", "next_limit", "parts", "steps", "tally")

    def __init__(self, layout: Layout, limit: int | None, measure: Measure) -> None:
        self.parts = layout.parts
        self.best = [part.forms.best for part in layout.parts]
        self.formless = {position for position, form in enumerate(self.best) if form is None}
        self.limit = sys.maxsize if limit is None else limit
        self.steps = Steps(layout)
        self.tally = Tally(layout, measure)
        self.decisions: dict[int, Decision] = {}
        self.kept: dict[int, str] = {}
        self.next_limit: int | None = None

    def place_required(self, reserve: int) -> bool:
        """Send all required parts; whether all of them are in their best forms."""
        required = self.steps.required
        without = [self.parts[position] for position in required if position in self.formless]
        if without:
            raise no_form(without)
        for position in required:
            self._send([(position, self.best[position])], required)
            self._decide(position, "required")
        in_full = self.tally.total
        if self._fits(in_full):
            return True
        for position in required:
            self.tally.put((position, self.parts[position].forms.shortest))
        if self.tally.total > self.limit:
            smallest = min(self.tally.total, in_full)
            raise too_small([self.parts[position] for position in required], smallest, self.limit, reserve)
        self._grow(required, "required")
        return False

    def walk(self, *, in_full: bool, pack: bool) -> None:
        """Decide about all optional parts. There is no core when a required part had to be shortened."""
        stage = "core" if in_full else "filler" if pack else None
        for entry in self.steps.entries:
            if entry not in self.kept and not self._take(entry, stage):
                stage = "filler" if pack else None

    def lengthen(self) -> None:
        """Spend what is left on shortened parts, in walk order, until none can be lengthened."""
        shortened = [p for p, decision in self.decisions.items() if decision.state == "shortened"]
        while longer := [position for position in shortened if self._longer(position)]:
            for position in longer:
                self._decide(position, self.decisions[position].stage)

    def _take(self, entry: int, stage: str | None) -> bool:
        """Decide about an entry that is not kept yet; stage None: after the cut-off. Whether the core may go on."""
        why = self.steps.lone.get(entry)
        if why is not None and stage is not None and entry not in self.formless:
            return self._take_lone(entry, why, stage)
        step = self.steps.of(entry, self.kept)
        if not self.formless.isdisjoint(step):
            self._drop(entry, step[entry], 0, self._within_no_maximum(entry, step))
            return True
        if stage is not None:
            return self._take_step(entry, step, stage)
        total = self.tally.total_with(self._shortest(step))
        self._drop(entry, step[entry], max(0, total - self.limit), "after the cut-off")
        return False

    def _take_step(self, entry: int, step: Mapping[int, str], stage: str) -> bool:
        """Send a step, in full or shortened, or drop its entry; whether it was sent in full."""
        best = [(position, self.best[position]) for position in step]
        total = self.tally.total_with(best)
        if self._fits(total):
            self._send(best, step)
            for position in step:
                self._decide(position, stage)
            return True
        shortest = self._shortest(step)
        if shortest != best:
            total = self.tally.total_with(shortest)
            if self._fits(total):
                self._send(shortest, step)
                self._grow(step, stage)
                return False
        self._drop(entry, step[entry], total - self.limit, self._no_room(entry, step))
        return False

    def _take_lone(self, entry: int, why: str, stage: str) -> bool:
        """As `_take_step`, for a step of one part. Nearly all steps are, and this takes a fifth off a plan."""
        choice = (entry, self.best[entry])
        total = self.tally.total_with((choice,))
        if self._fits(total):
            self.tally.put(choice)
            self.kept[entry] = why
            self._decide(entry, stage)
            return True
        if self.parts[entry].forms.shortest is not choice[1]:
            return self._take_step(entry, {entry: why}, stage)
        self._drop(entry, why, total - self.limit, "no room")
        return False

    def _send(self, choices: Iterable[Choice], step: Mapping[int, str]) -> None:
        for choice in choices:
            self.tally.put(choice)
            self.kept[choice[0]] = step[choice[0]]

    def _grow(self, positions: Iterable[int], stage: str) -> None:
        """Lengthen parts that are at their shortest, one after the other, and decide about them."""
        for position in positions:
            self._longer(position)
            self._decide(position, stage)

    def _longer(self, position: int) -> bool:
        """Put the longest form that fits; whether it is a longer one than before."""
        forms = self.parts[position].forms
        held, best = self.tally.forms[position], self.best[position]
        if held is None or best is None or held == best:
            return False

        def fits(form: Form) -> bool:
            return self._fits(self.tally.total_with(((position, form),)))

        form = best if fits(best) else forms.longest(fits)
        if form is None or (form is not best and form.tokens <= held.tokens):
            return False
        self.tally.put((position, form))
        return True

    def _decide(self, position: int, stage: str | None) -> None:
        """Write down what is sent of a part, with the total as it is now."""
        part, reason = self.parts[position], self.kept[position]
        form, best = self.tally.forms[position], self.best[position]
        state = "kept"
        if form is not best and form != best:
            state, reason = "shortened", f"{reason}, shortened to fit"
        elif form is not None and form.note:
            state, reason = "shortened", f"{reason}, shortened to its max_tokens"
        if position in self.decisions:
            del self.decisions[position]
        self.decisions[position] = Decision(part.id, state, stage, form, 0, self.tally.total, reason)

    def _drop(self, entry: int, why: str, missing: int, reason: str) -> None:
        """Write down that an entry, which may be a group, is not sent."""
        reason = f"{why}, {reason}"
        for position in self.steps.members(entry):
            part = self.parts[position]
            self.decisions[position] = Decision(part.id, "dropped", None, None, missing, self.tally.total, reason)

    def _fits(self, total: int) -> bool:
        """Whether the total is within the limit; where it is not, a limit that high may change the plan."""
        if total <= self.limit:
            return True
        if self.next_limit is None or total < self.next_limit:
            self.next_limit = total
        return False

    def _shortest(self, step: Iterable[int]) -> list[Choice]:
        return [(position, self.parts[position].forms.shortest) for position in step]

    def _no_room(self, entry: int, step: Collection[int]) -> str:
        if len(step) == 1:
            return "no room"
        members = set(self.steps.members(entry))
        others = [self.parts[position].id for position in step if position not in members]
        if not others:
            return "no room"
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        return f"no room together with {', '.join(others[:_NAMED])}{more}"

    def _within_no_maximum(self, entry: int, step: Iterable[int]) -> str:
        first = next(position for position in step if position in self.formless)
        subject = "it" if self.steps.members(entry) == (first,) else f"part {self.parts[first].id}"
        return f"{subject} has no form within its max_tokens"
