"""The outlines of the parts of a prompt, and of the shortest forms in which required ones can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.model.prompt import Slot
from promptreg.render.fence import Fence, fence_for
from promptreg.render.program import PartProgram
from promptreg.render.worst.shapes import included_shapes, part_shapes
from promptreg.template import Meter
from promptreg.template.bounds import (
    Ceiling,
    Gap,
    Lack,
    Outline,
    Shape,
    Share,
    gap_of,
    joined,
    of_value,
    optional,
    outline_of,
)
from promptreg.text import Location
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import Profile

__all__ = ["PartWorst", "slot_worst", "text_worst"]

_SUFFIX = 9
"""Characters by which a tag of a fence grows where a value holds its plain form."""

_MARK = " [\u2026]"

_STRETCH = 256
"""Bytes between two places where a text may be cut: 64 characters (render.budget.borders). Longer runs of blanks, or of
marks on one character, would be needed to go beyond."""


class PartWorst(NamedTuple):
    """A part or slot at its largest. `full` is what it can print, `shortest` the form that is sent at worst where there
    is no room for more; `static` the tokens of text that does not change with the inputs.

    `risk` says why there may be no legal form at all, "" where there always is one.
    """

    full: Outline
    shortest: Outline
    static: int
    risk: str = ""


def text_worst(part: PartProgram, inputs: Mapping[str, Shape], ceiling: Ceiling, measure: Measure) -> PartWorst:
    """A part of a message at its largest."""
    whole = _outline(part, inputs, ceiling)
    static = sum(measure.static(piece).tokens for piece in whole.pieces if isinstance(piece, str))
    shortest = _shortest(part, whole, inputs, ceiling)
    budget = part.part.budget
    most = budget.get("max_tokens")
    if most is None:
        return PartWorst(whole, shortest, static)
    cost = gap_of(shortest, ceiling).tokens
    risk = "" if cost is not None and cost <= most else f"part {part.part.id} may have no form within its max_tokens"
    place = part.label.source.location(0)
    return PartWorst(_capped(whole, most, place, ceiling), _capped(shortest, most, place, ceiling), static, risk)


def slot_worst(slot: Slot, place: Location, profile: Profile | None, total: int | None) -> PartWorst:
    """The messages of a slot at their largest. `total` limits the tokens of all their texts; `place` is the slot's.

    With a profile, names, tool calls and images cost something too, and nothing limits them but the slot's budget.
    """
    lacks: tuple[Lack, ...] = ()
    tokens = total
    if total is None:
        lacks = (Lack(slot.input, ("max_tokens",), place),)
    if profile is not None:
        tokens = None
        lacks = (Lack(f"the slot {slot.input}", ("max_tokens in its budget",), place),)
    most = slot.budget.get("max_tokens")
    if most is not None:
        tokens, lacks = most if tokens is None else min(most, tokens), ()
    share = Share(slot.input, place, tokens, lacks)
    outline = Outline((Gap(tokens, None, digit=False, shares=(share,)),)) if tokens != 0 else Outline()
    budget = slot.budget
    if "drop" in budget and budget.get("min_items") == 0 and "min_tokens" not in budget:
        return PartWorst(outline, Outline(), 0)
    risk = f"slot {slot.id} may have no form within its max_tokens" if most is not None else ""
    return PartWorst(outline, outline, 0, risk)


def _outline(part: PartProgram, inputs: Mapping[str, Shape], ceiling: Ceiling) -> Outline:
    return _fenced(part, _joined(part, _runs(part, inputs, ceiling), ceiling), ceiling)


def _runs(part: PartProgram, inputs: Mapping[str, Shape], ceiling: Ceiling) -> list[Outline]:
    """The outline of each example, or of the one body of the part, in order."""
    shapes = part_shapes(part, inputs)
    if part.examples is None:
        return [_run(part, shapes, {}, ceiling)]
    return [_run(part, shapes, {"example": example.fields}, ceiling) for example in part.examples.examples]


def _run(part: PartProgram, shapes: Mapping[str, Shape], known: Mapping[str, Any], ceiling: Ceiling) -> Outline:
    """One run of the template; `known` are values that no input changes. If there are no others, it is rendered."""
    template = part.template
    if part.bound is not None and all(item.path is None for item in part.bound):
        values = {item.name: item.value for item in part.bound}
        return Outline.of(("".join(template.stream({**values, **known}, Meter())),)).stripped()
    shapes = {**shapes, **{name: of_value(value) for name, value in known.items()}}
    outline = outline_of(template.body, template.includes, shapes, ceiling, included_shapes, template.reading)
    return outline.stripped()


def _joined(part: PartProgram, runs: list[Outline], ceiling: Ceiling) -> Outline:
    return runs[0] if part.examples is None else joined(runs, part.examples.separator, ceiling)


def _fenced(part: PartProgram, outline: Outline, ceiling: Ceiling) -> Outline:
    """The outline inside the part's fence; its tags may get a suffix unless the text is known."""
    name = part.part.fence
    if name is None or not outline.pieces:
        return outline
    known = outline.text
    if known is not None:
        fence = fence_for(name, part.part.id, known)
        return Outline.of((fence.opening, known, fence.closing))
    plain, suffix = Fence(name), Gap(_SUFFIX, _SUFFIX)
    opening = (plain.opening[:-2], suffix, plain.opening[-2:])
    closing = (plain.closing[:-1], suffix, plain.closing[-1:])
    fenced = Outline.of((*opening, *outline.pieces, *closing))
    return Outline((optional(fenced, ceiling),)) if outline.empty else fenced


def _capped(outline: Outline, most: int, place: Location, ceiling: Ceiling) -> Outline:
    """At most `most` tokens when counted alone, however long the text would be."""
    gap = gap_of(outline, ceiling)
    if gap.tokens is not None and gap.tokens <= most:
        return outline
    share = Share("max_tokens", place, most)
    return Outline(
        (gap._replace(tokens=most + 2 * ceiling.seam, bytes=None, after_digit=0, shares=(share,), lacks=()),)
    )


def _shortest(part: PartProgram, whole: Outline, inputs: Mapping[str, Shape], ceiling: Ceiling) -> Outline:
    """The outline of the smallest form that is sure to be legal."""
    budget = part.part.budget
    least = budget.get("min_tokens", 0)
    has_items = "drop" in budget or "min_items" in budget
    if least and (part.variants or has_items):
        return whole  # a shorter rung may have fewer tokens than are legal
    forms = [whole, *(_outline(form, inputs, ceiling) for form in part.variants)]
    if has_items and part.examples is not None:
        forms.append(_fewest(part, inputs, ceiling))
    found = min(forms, key=lambda form: _size(form, ceiling))
    if "truncate" not in budget:
        return found
    gap = gap_of(found, ceiling)
    around = gap_of(_fenced(part, Outline((_MARK, Gap(0, 0))), ceiling), ceiling).tokens or 0
    tokens = max(least, around) + _STRETCH + 2 * ceiling.seam
    if gap.tokens is not None and gap.tokens <= tokens:
        return found
    return Outline((gap._replace(tokens=tokens, bytes=None, shares=(), lacks=()),))


def _fewest(part: PartProgram, inputs: Mapping[str, Shape], ceiling: Ceiling) -> Outline:
    """As many examples as have to stay, the largest ones."""
    assert part.examples is not None
    runs = [run for run in _runs(part, inputs, ceiling) if run.pieces]
    count = max(1, part.part.budget.get("min_items", 1))
    largest = sorted(runs, key=lambda run: _size(run, ceiling), reverse=True)[:count]
    return _fenced(part, _joined(part, [Outline((optional(run, ceiling),)) for run in largest], ceiling), ceiling)


def _size(outline: Outline, ceiling: Ceiling) -> float:
    tokens = gap_of(outline, ceiling).tokens
    return float("inf") if tokens is None else tokens
