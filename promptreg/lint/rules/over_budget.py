"""A prompt that cannot keep to its own budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.errors import BudgetError, PromptregError
from promptreg.lint.finding import Hit
from promptreg.lint.problems import said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition
from promptreg.model.prompt import Message, Part

if TYPE_CHECKING:
    from promptreg.render.worst.worst_case import WorstCase, WorstRow

__all__ = ["RULE"]

_OVERHEAD = 20
"""Tokens that a message costs beyond its text, at most, in the chat profiles that are known."""

_SHORTENED = ("truncate", "variants", "drop", "min_items", "max_tokens")


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    if "tokens" not in composition.prompt.budget or composition.closure is None:
        return
    worst = composition.head.worst
    if worst is None or worst.limit is None:
        return
    if _needed(composition, worst) > worst.limit:
        exact = _exact(composition)
        if exact is not None and exact.limit is not None and (needed := _needed(composition, exact)) > exact.limit:
            yield Hit(_said(composition, exact, needed), composition.head.place(("budget", "tokens")))
            return
    yield from _samples(composition, worst.limit)


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
    if not row.required or part is None or any(key in part.budget for key in _SHORTENED):
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
        if (
            rendered.sample is None
            or _size(rendered.rendered.text) + _OVERHEAD * len(rendered.rendered.messages) <= limit
        ):
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


def _size(text: str) -> int:
    """Bytes: no tokenizer makes more tokens than that."""
    return len(text.encode())


RULE = Rule(
    name="over-budget",
    code="BUD001",
    summary="The required parts of a prompt, or one of its samples, do not fit its budget.",
    scope="composition",
    check=_check,
    severity="error",
)
