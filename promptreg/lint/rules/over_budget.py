"""A prompt that cannot keep to its own budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.errors import BudgetError, PromptregError
from promptreg.lint.finding import Hit
from promptreg.lint.part_sizes import SHORTENED, guess, inputs_of, parts_of, size_of
from promptreg.lint.problems import said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition, RenderedPrompt
from promptreg.model.prompt import Message, Part

if TYPE_CHECKING:
    from promptreg.render.worst.worst_case import WorstCase, WorstRow

__all__ = ["RULE"]

_SHORTEST = 300
"""Tokens to which any part that may be shortened can be cut, if its budget does not ask for more."""

_OVERHEAD = 20
"""Tokens that a message costs beyond its text, at most, in the chat profiles that are known."""


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    budget = composition.prompt.budget
    if "tokens" not in budget or composition.closure is None:
        return
    limit = budget["tokens"] - budget.get("reserve", 0)
    if _guessed(composition) > limit:
        worst = composition.head.worst
        if worst is not None and worst.limit is not None and _needed(composition, worst) > worst.limit:
            exact = _exact(composition)
            if exact is not None and exact.limit is not None and (needed := _needed(composition, exact)) > exact.limit:
                place = composition.head.place(("budget", "tokens"))
                yield Hit(_said(composition, exact, needed), place, amount=needed)
                return
    yield from _samples(composition, limit)


def _guessed(composition: Composition) -> float:
    """What required parts need at most, at a glance: only above the budget is it worth working out."""
    total = 0.0
    for part in parts_of(composition):
        total += _OVERHEAD
        if isinstance(part, Part) and "priority" not in part.budget and not _is_shortened(part):
            specs = (composition.prompt.inputs[name] for name in inputs_of(composition, part))
            total += size_of(composition, part) + sum(spec.max_tokens or 0 for spec in specs)
    return total


def _is_shortened(part: Part) -> bool:
    return any(key in part.budget for key in SHORTENED)


def _exact(composition: Composition) -> WorstCase | None:
    """The same by the counter of the model: only what is about to be reported is worth loading a tokenizer for."""
    try:
        return composition.workspace.registry.worst_case(composition.prompt.name)
    except PromptregError:
        return None


def _needed(composition: Composition, worst: WorstCase) -> int:
    """Tokens that inputs can make the prompt need: static text of required parts, and what inputs may have for sure."""
    parts = _parts(composition)
    around = worst.overhead.messages + worst.overhead.reply if worst.overhead is not None else 0
    return around + sum(_least(composition, parts.get(row.id), row) for row in worst.rows)


def _parts(composition: Composition) -> dict[str, Part]:
    messages = (message for message in composition.prompt.messages if isinstance(message, Message))
    return {part.id: part for message in messages for part in message.parts}


def _least(composition: Composition, part: Part | None, row: WorstRow) -> int:
    """What a required part needs when its inputs are as long as they may be; a declared `max_tokens` can be reached."""
    if not row.required or part is None or _is_shortened(part):
        return 0
    names = {share.expression.split(".")[0].split("[")[0] for share in row.shares}
    declared = [spec.max_tokens for name, spec in composition.prompt.inputs.items() if name in names]
    return row.static + sum(tokens for tokens in declared if tokens is not None)


def _said(composition: Composition, worst: WorstCase, needed: int) -> str:
    parts = _parts(composition)
    rows = sorted(worst.rows, key=lambda row: -_least(composition, parts.get(row.id), row))
    largest = ", ".join(f"{row.id} {row.label.name}" for row in rows[:3])
    return (
        f"required parts can need {needed:,} tokens, and the budget leaves room for {worst.limit:,}; "
        f"the largest are {largest}"
    )


def _samples(composition: Composition, limit: int) -> Iterator[Hit]:
    """Samples that are refused for want of room."""
    registry, name = composition.workspace.registry, composition.prompt.name
    for rendered in composition.workspace.rendered(name):
        if rendered.sample is None or _fits(composition, rendered, limit):
            continue
        try:
            registry.render(name, rendered.values, counter=composition.head.estimate)
        except BudgetError:
            try:
                registry.render(name, rendered.values)
            except BudgetError as error:
                place = composition.head.key_place(("samples", rendered.sample))
                message = f'the sample "{rendered.sample}" does not fit the budget: {said(error.problems[0])}'
                yield Hit(message, place)
            except PromptregError:
                continue
        except PromptregError:
            continue


def _fits(composition: Composition, rendered: RenderedPrompt, limit: int) -> bool:
    """Whether there is room at a glance: for all, or for what must be sent in full and the least of the rest."""
    around = float(_OVERHEAD * len(rendered.rendered.messages))
    if guess(rendered.rendered.text) + around <= limit:
        return True
    least: dict[str, float] = {}
    for part in parts_of(composition):
        if "priority" not in part.budget:
            shortened = any(key in part.budget for key in SHORTENED)
            least[part.id] = max(_SHORTEST, part.budget.get("min_tokens", 0)) if shortened else 0
    for segment in rendered.rendered.segments:
        part_id = segment.part or ""
        if part_id in least and not least[part_id] >= _SHORTEST:
            around += guess(segment.text)
    return around + sum(least.values()) <= limit


RULE = Rule(
    name="over-budget",
    code="BUD001",
    summary="The required parts of a prompt, or one of its samples, do not fit its budget.",
    scope="composition",
    check=_check,
    severity="error",
)
