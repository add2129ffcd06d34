"""What a plan leaves out of the full prompt: parts, items, messages of slots, and what was cut. Told when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from promptreg.render.budget.apply import kept_messages
from promptreg.render.budget.assemble import Assembled, Unit
from promptreg.render.budget.form import Piece, Range, Selection
from promptreg.render.budget.forms_of import items_of
from promptreg.render.budget.plan import Decision, Plan
from promptreg.render.compose import ComposedMessage, ComposedPart
from promptreg.render.part_origins import NOWHERE, PartOrigins
from promptreg.render.segment import Segment, cuts

__all__ = ["Lost", "find_lost", "lost_segments"]


class Lost(NamedTuple):
    """A stretch `start:end` of the full prompt that is not sent, of a part or of a message of a slot.

    `how`: part (left out whole), item (an item or a message of a slot, left out), cut (by truncation), or variant (the
    whole part, for which a shorter variant stands). Fences are not counted.
    """

    part: str
    item: str | None
    how: str
    base: ComposedPart | ComposedMessage
    start: int
    end: int

    @property
    def text(self) -> str:
        """What is not sent; the text parts of a message in one."""
        return _text(self.base)[self.start : self.end]


def find_lost(composed: Sequence[ComposedMessage], assembled: Assembled, plan: Plan) -> tuple[Lost, ...]:
    """Everything that the plan does not send of a full composition, in document order."""
    found: list[Lost] = []
    for unit, decision in zip(assembled.units, plan.decisions, strict=True):
        if unit.part is None:
            found += _of_slot([composed[position] for position in unit.messages], unit, decision)
        elif decision.state != "kept":
            found += _of_part(composed[unit.messages[0]].parts[unit.part], decision)
    return tuple(found)


def lost_segments(lost: Sequence[Lost], origins: PartOrigins) -> Iterator[tuple[Lost, tuple[Segment, ...]]]:
    """What is lost, each with segments that tile its text and are in no message."""
    for _, group in groupby(lost, key=lambda found: id(found.base)):
        own = list(group)
        base = own[0].base
        if isinstance(base, ComposedPart):
            full = origins.text(base, NOWHERE)
        else:
            full = _laid_out(origins.slot_message(base, NOWHERE))
        yield from zip(own, cuts(full, [(found.start, found.end) for found in own]), strict=True)


def _laid_out(segments: Sequence[Segment]) -> list[Segment]:
    """The segments of a message with its text parts in one text."""
    found: list[Segment] = []
    for segment in segments:
        at = found[-1].end if found else 0
        found.append(segment._replace(start=at, end=at + len(segment.text), content_part=None))
    return found


def _text(base: ComposedPart | ComposedMessage) -> str:
    if isinstance(base, ComposedPart):
        return base.text
    content = base.content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    return content if isinstance(content, str) else ""


def _of_part(full: ComposedPart, decision: Decision) -> Iterator[Lost]:
    name = full.program.part.id
    if decision.form is None:
        yield Lost(name, None, "part", full, 0, len(full.text))
        return
    selection = decision.form.selection
    assert isinstance(selection, Selection)
    if selection.variant is not None:
        yield Lost(name, None, "variant", full, 0, len(full.text))
    elif selection.pieces is not None:
        yield from _of_pieces(full, selection.pieces, frozenset(selection.items))


def _of_pieces(full: ComposedPart, pieces: tuple[Piece, ...], gone: frozenset[str]) -> Iterator[Lost]:
    """The items that are left out, and what else is not among the pieces; joiners and blanks go without a word."""
    name = full.program.part.id
    spans = items_of(full) if gone or full.program.examples is not None else ()
    between = [(span.start, span.end) for span in spans] if full.program.examples is not None else None
    items = iter([span for span in spans if span.id in gone])
    item = next(items, None)
    for start, end in _gaps(pieces, len(full.text)):
        at = start
        while item is not None and item.start < end:
            yield from _cut_part(name, full, (at, item.start), between)
            yield Lost(name, item.id, "item", full, item.start, item.end)
            at = item.end
            item = next(items, None)
        yield from _cut_part(name, full, (at, end), between)


def _cut_part(
    name: str, full: ComposedPart, cut: tuple[int, int], examples: list[tuple[int, int]] | None
) -> Iterator[Lost]:
    """What was cut of a part; of examples only what overlaps one."""
    start, end = cut
    if examples is None or any(first < end and start < last for first, last in examples):
        yield from _cut(name, full, start, end)


def _of_slot(own: Sequence[ComposedMessage], unit: Unit, decision: Decision) -> Iterator[Lost]:
    kept = kept_messages(decision.form)
    for number, full in enumerate(own):
        if number not in kept:
            yield Lost(unit.id, full.item, "item", full, 0, len(_text(full)))
        elif kept[number] is not None:
            for start, end in _gaps(kept[number] or (), len(full.content)):
                yield from _cut(unit.id, full, start, end)


def _cut(name: str, base: ComposedPart | ComposedMessage, start: int, end: int) -> Iterator[Lost]:
    if _text(base)[start:end].strip():
        yield Lost(name, base.item if isinstance(base, ComposedMessage) else None, "cut", base, start, end)


def _gaps(pieces: tuple[Piece, ...], size: int) -> Iterator[tuple[int, int]]:
    """The ranges of a text that are not among the pieces."""
    at = 0
    for piece in pieces:
        if isinstance(piece, Range):
            if piece.start > at:
                yield at, piece.start
            at = piece.end
    if at < size:
        yield at, size
