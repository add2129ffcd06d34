"""From a prompt and its inputs to what is sent: the steps of one render, and what can be done before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from promptreg.errors import InputError
from promptreg.model.prompt import Prompt
from promptreg.registry.labels import Pick
from promptreg.registry.store import Store
from promptreg.render.compose import ComposedMessage, Composer
from promptreg.render.intake import check_inputs
from promptreg.render.program import Program
from promptreg.render.rendered import Rendered, Tokenizing
from promptreg.template import Limits
from promptreg.tokens import profile_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.config import Config
    from promptreg.registry.resolve import Closure
    from promptreg.render.budget.fitting import Fitted, Fitter
    from promptreg.render.counting import Counting
    from promptreg.render.library import Shelf
    from promptreg.render.trial import Trial
    from promptreg.render.worst.worst_case import WorstCase
    from promptreg.tokens.counter import Counter
    from promptreg.tokens.measure import Measure

__all__ = ["Call", "Renderer", "renderer_for"]

_USED = (
    "budget.allowance",
    "budget.fitting",
    "budget.in_full",
    "budget.lost",
    "budget.notices",
    "budget.record",
    "budget.rows",
    "export",
    "ledger",
    "part_origins",
    "prefix_of",
)
"""The modules that a render, or what is asked of it later, may import."""


class Call(NamedTuple):
    """What one render is asked for; see `Registry.render`."""

    ref: str
    inputs: Mapping[str, Any]
    sample: str | None = None
    budget: int | None = None
    counter: str | None = None
    pick: Pick | None = None


def renderer_for(config: Config, *, on_disk: bool) -> Renderer:
    """What renders and counts as a configuration says; counts are kept on disk, or for this process only."""
    from functools import partial

    from promptreg.registry.config import blamed_on_counter
    from promptreg.render.counting import Counting

    blamed = partial(blamed_on_counter, config=config)
    return Renderer(Counting(config.counter, config.ranks, on_disk=on_disk, blamed=blamed))


class Renderer:
    """Renders the prompts of one registry, and counts their tokens. Thread-safe."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self._fitters: dict[str, Fitter] = {}

    def render(self, program: Program, store: Store, call: Call) -> Rendered:
        """The prompt with the inputs of the call; raises what `Registry.render` says."""
        given = call.inputs
        if not isinstance(given, Mapping):
            raise InputError.at(f"inputs must be a mapping, not {type(given).__name__}")
        if call.sample is None:
            return self._rendered(program, call, given)
        from promptreg.registry.side_file import sample_inputs, see_sample

        sample = sample_inputs(program.prompt, call.sample, store)
        given = {**sample, **given}
        try:
            return self._rendered(program, call, given)
        except InputError as error:
            raise see_sample(error, program.prompt.written, call.sample, sample, given) from None

    def _rendered(self, program: Program, call: Call, given: Mapping[str, Any]) -> Rendered:
        """The prompt with these inputs, those of the sample among them."""
        prompt = program.prompt

        def counter() -> Counter:
            return self.counting.of(prompt.model, call.counter).counter

        def count(text: str) -> int:
            return counter().count(text)

        values = check_inputs(prompt, given, program.slot_roles, count)
        composer = Composer(program, values, Limits(), count)
        composed = composer.messages()
        fitted: Fitted | Callable[[], Fitted] | None = None
        if program.is_limited or call.budget is not None:
            fitted = self._fit(composer, composed, call)
        return Rendered(
            program=program,
            composed=composed,
            absent=frozenset(name for name in values if name not in given),
            ref=call.ref,
            tokenizing=Tokenizing(counter, lambda: profile_for(prompt.model)),
            pick=call.pick,
            fitted=fitted,
        )

    def _fit(self, composer: Composer, composed: list[ComposedMessage], call: Call) -> Fitted | Callable[[], Fitted]:
        """The composition within its budget; where all of it surely fits, what plans and counts it when asked for."""
        from promptreg.render.budget.allowance import allowance
        from promptreg.render.budget.in_full import surely_fits

        prompt = composer.program.prompt
        fitter = self._fitter(self.counting.of(prompt.model, call.counter))
        profile, allowed = profile_for(prompt.model), allowance(prompt, call.budget)
        fitter.check(composer.program, composer)
        if surely_fits(composed, fitter.measure, profile, allowed):
            return lambda: fitter.fit(composer, composed, profile, allowed)
        return fitter.fit(composer, composed, profile, allowed)

    def worst_case(self, program: Program, ref: str, budget: int | None, counter: str | None) -> WorstCase:
        """The most tokens that the prompt can have; raises what `Registry.worst_case` says."""
        from promptreg.render.budget.allowance import allowance
        from promptreg.render.worst.worst_case import worst_case

        prompt = program.prompt
        measure = self.counting.of(prompt.model, counter)
        return worst_case(program, ref, measure, profile_for(prompt.model), allowance(prompt, budget))

    def trial(self, closure: Closure, shelf: Shelf) -> Trial:
        """The prompt of a closure, compiled into `shelf`, to be rendered in full many times."""
        from promptreg.render.trial import Trial

        model = getattr(closure.root, "model", None)
        tokenizing = Tokenizing(lambda: self.counting.of(model).counter, lambda: profile_for(model))
        return Trial(closure, shelf, tokenizing)

    def prepare(self, program: Program, store: Store) -> None:
        """Compile and load all that a render of this program may need, so that it opens no file.

        Raises what is wrong with its templates and schema, TokenizerMissing, and BudgetError for its variants.
        """
        from promptreg.render.answer import prepare_schema

        for module in _USED:
            import_module(f"promptreg.render.{module}")
        program.prepare()
        prepare_schema(program.prompt, store)
        self._fitter(self.counting.of(program.prompt.model)).prepare(program)
        profile_for(program.prompt.model)

    def checked(self, program: Program, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs of a prompt, checked, with defaults; raises InputError."""
        prompt: Prompt = program.prompt

        def count(text: str) -> int:
            return self.counting.of(prompt.model).counter.count(text)

        return check_inputs(prompt, inputs, program.slot_roles, count)

    def _fitter(self, measure: Measure) -> Fitter:
        """What plans with a counter; made once, though threads may at first make several."""
        from promptreg.render.budget.fitting import Fitter

        found = self._fitters.get(measure.counter.id)
        if found is None:
            found = self._fitters.setdefault(measure.counter.id, Fitter(measure))
        return found
