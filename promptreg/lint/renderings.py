"""Renderings to lint: one for each sample, then such as reach text that no sample reaches.

The inputs of the second kind are made from those of a sample by changing one input that a condition around such text
reads: a truth value turned, another value of an enumeration, an empty or a longer list, an optional input left out, a
number beside one it is compared with. A rendering is kept when it prints literal text that no rendering before it did.
A prompt without a sample that works starts from inputs made up from what it declares. All is rendered in full, without
a budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.errors import PromptregError
from promptreg.lint.deciding import Deciding
from promptreg.lint.subjects import Composition, RenderedPrompt
from promptreg.model.inputs import InputSpec

if TYPE_CHECKING:
    from promptreg.render.trial import Trial

__all__ = ["renderings"]

_TRIES = 40
"""Renderings tried beyond the samples."""


def renderings(composition: Composition) -> Iterator[RenderedPrompt]:
    """The renderings of a prompt that work; a prompt whose parts cannot be resolved or compiled has none."""
    if composition.closure is None:
        return
    workspace, name = composition.workspace, composition.prompt.name
    try:
        trial = workspace.trial(name)
    except PromptregError:
        return
    bases: list[Mapping[str, Any]] = []
    for sample in composition.prompt.samples:
        try:
            values: Mapping[str, Any] = workspace.sample(name, sample)
            rendered = trial.render(values)
        except PromptregError:
            continue
        trial.take(rendered)
        bases.append(values)
        yield RenderedPrompt(composition, sample, "", rendered, values)
    if not bases:
        yield from _made_up(composition, trial, bases)
    yield from _beyond(composition, trial, bases)


def _beyond(composition: Composition, trial: Trial, bases: list[Mapping[str, Any]]) -> Iterator[RenderedPrompt]:
    """Renderings that print what no sample prints."""
    missed = trial.missed
    if not missed or not bases:
        return
    deciding = Deciding(composition)
    names = deciding.inputs(template.body for template in missed)
    for tries, (values, words) in enumerate(_changes(composition, bases, names, deciding.numbers)):
        if tries >= _TRIES:
            return
        try:
            rendered = trial.render(values)
        except PromptregError:
            continue
        if trial.take(rendered):
            yield RenderedPrompt(composition, None, words, rendered, values)
            if not trial.missed:
                return


def _made_up(composition: Composition, trial: Trial, bases: list[Mapping[str, Any]]) -> Iterator[RenderedPrompt]:
    """The rendering of inputs that are made up, if there is one; they become a base."""
    from promptreg.lint.made_inputs import made_inputs

    values = made_inputs(composition.prompt)
    if values is None:
        return
    try:
        rendered = trial.render(values)
    except PromptregError:
        return
    trial.take(rendered)
    bases.append(values)
    yield RenderedPrompt(composition, None, "made-up inputs", rendered, values)


def _changes(
    composition: Composition, bases: Iterable[Mapping[str, Any]], names: frozenset[str], numbers: frozenset[float]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Inputs that differ from those of a sample in one input, with words for the difference."""
    for base in bases:
        for name, spec in composition.prompt.inputs.items():
            if name not in names:
                continue
            if name in base and not spec.required:
                yield {key: value for key, value in base.items() if key != name}, f"without {name}"
            for value in _others(spec, base.get(name, spec.default), numbers):
                yield {**base, name: value}, f"{name} = {_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} items"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _others(spec: InputSpec, value: Any, numbers: frozenset[float]) -> Iterator[Any]:
    """Other values of an input, likely to lead elsewhere."""
    if spec.type == "boolean":
        yield value is not True
    for choice in spec.schema.get("enum", ()):
        if choice != value:
            yield choice
    if spec.type in ("array", "messages") and isinstance(value, list) and value:
        yield []
        yield [*value, value[-1]]
    if spec.type in ("integer", "number"):
        for number in sorted(numbers):
            yield from (int(number) - 1, int(number), int(number) + 1)
    if spec.type == "string" and "enum" not in spec.schema and value:
        yield ""
