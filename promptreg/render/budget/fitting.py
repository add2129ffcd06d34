"""A composition made to fit its budget."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import Lock

from promptreg.errors import BudgetError, Problem
from promptreg.model.prompt import Prompt
from promptreg.model.written import KeyPath
from promptreg.render.budget.allowance import Allowance
from promptreg.render.budget.apply import apply
from promptreg.render.budget.assemble import Assembled, Pricing, assemble, sticky_step
from promptreg.render.budget.keeps import KeepsAt, keeps_at
from promptreg.render.budget.lost import Lost, find_lost
from promptreg.render.budget.misfits import check_fixed_variants
from promptreg.render.budget.plan import Plan
from promptreg.render.budget.planner import make_plan
from promptreg.render.budget.warming import warm
from promptreg.render.compose import ComposedMessage, Composer
from promptreg.render.ledger import content_texts
from promptreg.render.program import Program
from promptreg.template import Limits
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import Profile

__all__ = ["Fitted", "Fitter"]

_SEARCHED = 100_000
"""Characters of a prompt for which other budgets are tried: 256 plans of one as long, of 1,400 items, took 1.8 s."""


class Fitted:
    """What is sent of a composition, and why. Immutable; what costs time is worked out when asked for."""

    def __init__(
        self, full: Sequence[ComposedMessage], assembled: Assembled, plan: Plan, pricing: Pricing, allowed: Allowance
    ) -> None:
        self.full = full
        self.assembled = assembled
        self.plan = plan
        self.pricing = pricing
        self.allowance = allowed
        self.messages = apply(full, assembled, plan)

    @cached_property
    def lost(self) -> tuple[Lost, ...]:
        """Everything that is not sent."""
        return find_lost(self.full, self.assembled, self.plan)

    @cached_property
    def keeps_at(self) -> tuple[KeepsAt | None, ...]:
        """For each part of the plan a limit at which it is kept in full; plans again, so ask only to show it."""
        # where histories are cut by a share of the limit, other limits have other forms
        search = self.allowance.sticky is not True and self._size <= _SEARCHED
        return keeps_at(self.assembled.layout, self.plan, self.pricing.measure, search=search)

    @property
    def _size(self) -> int:
        """Characters of the full composition."""
        return sum(len(text) for message in self.full for text in content_texts(message.content))

    @property
    def is_pressed(self) -> bool:
        """Whether anything is shortened or left out."""
        return any(decision.state != "kept" for decision in self.plan.decisions)

    @property
    def unstable(self) -> frozenset[str]:
        """The parts whose presence or length depends on the room that other parts leave."""
        if not self.is_pressed:
            return frozenset()
        return frozenset(
            unit.id
            for unit, decision in zip(self.assembled.units, self.plan.decisions, strict=True)
            if unit.priority is not None or decision.state != "kept"
        )


class Fitter:
    """Fits compositions with one counter. Thread-safe; remembers counts, and whose variants were looked at."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self._checked: set[tuple[str, str]] = set()
        self._lock = Lock()

    def fit(
        self, composer: Composer, full: Sequence[ComposedMessage], profile: Profile | None, allowed: Allowance
    ) -> Fitted:
        """The composition within `allowed`.

        Raises BudgetError when what is required does not fit, or when a variant that no input changes is longer than
        what it should shorten; RenderError and LimitExceeded from the templates of variants.
        """
        self.check(composer.program, composer)
        pricing = Pricing(self.measure, profile)
        assembled = assemble(composer, full, pricing, sticky_step(allowed.sticky, allowed.limit))
        try:
            plan = make_plan(assembled.layout, allowed.limit, self.measure, allowed.fit, reserve=allowed.reserve)
        except BudgetError as error:
            raise _told(error, composer.program.prompt, assembled, allowed) from None
        return Fitted(full, assembled, plan, pricing, allowed)

    def prepare(self, program: Program) -> None:
        """Load what counting needs; of a prompt that has to be counted at every render, count the static texts.

        Raises TokenizerMissing, and BudgetError as `fit` does for variants.
        """
        self.measure.counter.count("ready")
        self.measure.static("ready")
        if program.is_limited:
            composer = Composer(program, {}, Limits(), self.measure.counter.count)
            self.check(program, composer)
            warm(program, composer, self.measure)

    def check(self, program: Program, composer: Composer) -> None:
        """Look once at the variants of a program that no input changes."""
        pin = program.closure.pin
        key = (pin.name, pin.digest)
        if key not in self._checked:
            check_fixed_variants(program, composer, self.measure)
            with self._lock:
                self._checked.add(key)


def _told(error: BudgetError, prompt: Prompt, assembled: Assembled, allowed: Allowance) -> BudgetError:
    """The error at the place of the limit that is too low: of a part, or of the prompt if it is written there."""
    places = {
        part.called: unit.key
        for part, unit in zip(assembled.layout.parts, assembled.units, strict=True)
        if "max_tokens" in unit.budget
    }
    problems = []
    for problem in error.problems:
        key: KeyPath | None = None
        own = next((name for name in places if problem.message.startswith(f"part {name} is required")), None)
        if own is not None:
            key = (*places[own], "budget", "max_tokens")
        elif allowed.tokens is not None and allowed.tokens == prompt.budget.get("tokens"):
            key = ("budget", "tokens")
        line = column = None
        if key is not None:
            _, line, column = prompt.written.location(key)
        problems.append(Problem(error.code, problem.message, prompt.path, line, column))
    return BudgetError(problems, smallest=error.smallest, largest=error.largest)
