"""Renderings to lint: one for each sample, then such as reach text that no sample reaches.

The inputs of the second kind are made from those of a sample by changing one input: a truth value turned, another
value of an enumeration, an empty or a longer list, an optional input left out, a number beside one it is compared with.
A prompt without a sample that works starts from inputs made up from what it declares.
A rendering is kept when it prints literal text, or takes a part, that no rendering before it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.subjects import Composition, RenderedPrompt
from promptreg.model.inputs import InputSpec
from promptreg.render.rendered import Rendered

__all__ = ["renderings"]

_TRIES = 40
"""Renderings tried beyond the samples."""

_Covered = set[tuple[str, int]]


def renderings(composition: Composition) -> Iterator[RenderedPrompt]:
    """The renderings of a prompt that work; a prompt whose parts cannot be resolved has none."""
    if composition.closure is None:
        return
    registry, name = composition.workspace.registry, composition.prompt.name
    covered: _Covered = set()
    bases: list[Mapping[str, Any]] = []
    for sample in composition.prompt.samples:
        try:
            values: Mapping[str, Any] = registry.sample(name, sample)
            rendered = registry.render(name, values)
            covered |= _reached(rendered)
        except PromptregError:
            continue
        bases.append(values)
        yield RenderedPrompt(composition, sample, "", rendered, values)
    if not bases:
        yield from _made_up(composition, covered, bases)
    tries = 0
    for values, words in _changes(composition, bases):
        tries += 1
        if tries > _TRIES:
            return
        try:
            rendered = registry.render(name, values)
            reached = _reached(rendered)
        except PromptregError:
            continue
        if not reached <= covered:
            covered |= reached
            yield RenderedPrompt(composition, None, words, rendered, values)


def _made_up(composition: Composition, covered: _Covered, bases: list[Mapping[str, Any]]) -> Iterator[RenderedPrompt]:
    """The rendering of inputs that are made up, if there is one; they become a base."""
    from promptreg.lint.made_inputs import made_inputs

    values = made_inputs(composition.prompt)
    if values is None:
        return
    try:
        rendered = composition.workspace.registry.render(composition.prompt.name, values)
        covered |= _reached(rendered)
    except PromptregError:
        return
    bases.append(values)
    yield RenderedPrompt(composition, None, "made-up inputs", rendered, values)


def _reached(rendered: Rendered) -> _Covered:
    return {(segment.path, segment.offset) for segment in rendered.segments if segment.kind != "value"}


def _changes(composition: Composition, bases: list[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Inputs that differ from those of a sample in one input, with words for the difference."""
    numbers = _compared(composition)
    for base in bases:
        for name, spec in composition.prompt.inputs.items():
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


def _compared(composition: Composition) -> frozenset[float]:
    """Numbers that templates and conditions of the prompt compare something with."""
    from jinja2 import nodes

    from promptreg.template.facts import walk

    found: set[float] = set()
    for head in (composition.head, *composition.members.values()):
        for template in head.templates:
            if template.parsed is None:
                continue
            for node in walk(template.parsed.tree):
                if isinstance(node, nodes.Compare):
                    constants = [node.expr, *(operand.expr for operand in node.ops)]
                    found.update(
                        item.value
                        for item in constants
                        if isinstance(item, nodes.Const) and type(item.value) in (int, float) and abs(item.value) < 1e9
                    )
    return frozenset(found)
