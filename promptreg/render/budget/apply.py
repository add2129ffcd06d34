"""A plan carried out: the composition without what the plan leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from promptreg.model.prompt import Message
from promptreg.render.budget.assemble import Assembled, Unit
from promptreg.render.budget.form import Form, Piece, Range, Selection, SlotSelection
from promptreg.render.budget.plan import Decision, Plan
from promptreg.render.compose import ComposedMessage, ComposedPart, joined

__all__ = ["apply", "kept_messages"]


def apply(composed: Sequence[ComposedMessage], assembled: Assembled, plan: Plan) -> list[ComposedMessage]:
    """The composition as the plan has it; what the plan keeps in full is the very same object.

    Messages of slots that are left out are not in it; a declared message without any part left is not sent.
    """
    found: list[ComposedMessage | None] = list(composed)
    parts: dict[int, list[ComposedPart]] = {}
    for unit, decision in zip(assembled.units, plan.decisions, strict=True):
        if unit.part is None:
            _apply_to_slot(unit, decision.form, found)
        elif decision.state != "kept":
            position = unit.messages[0]
            own = parts.setdefault(position, list(composed[position].parts))
            own[unit.part] = _part(own[unit.part], unit, decision)
    for position, own in parts.items():
        declared = composed[position].declared
        assert isinstance(declared, Message)
        found[position] = joined(declared, tuple(own))
    return [message for message in found if message is not None]


def _part(full: ComposedPart, unit: Unit, decision: Decision) -> ComposedPart:
    form = decision.form
    if form is None:
        return full._replace(state="dropped", text="", pieces=())
    selection = form.selection
    assert isinstance(selection, Selection)
    base = full
    if selection.variant is not None:
        assert unit.variants is not None
        base = unit.variants.part(selection.variant)
    if selection.pieces is None:
        return base._replace(state=decision.state)
    return base._replace(state=decision.state, text=_laid(base.text, selection.pieces), pieces=selection.pieces)


def _laid(text: str, pieces: tuple[Piece, ...]) -> str:
    return "".join(text[piece.start : piece.end] if isinstance(piece, Range) else piece.text for piece in pieces)


def _apply_to_slot(unit: Unit, form: Form | None, found: list[ComposedMessage | None]) -> None:
    kept = kept_messages(form)
    for number, position in enumerate(unit.messages):
        full = found[position]
        assert full is not None
        if number not in kept:
            found[position] = None
        elif (pieces := kept[number]) is not None:
            text = _laid(full.content, pieces)
            raw = {**(full.raw or {}), "content": text}
            found[position] = full._replace(content=text, raw=raw, pieces=pieces, full=full.content)


def kept_messages(form: Form | None) -> dict[int, tuple[Piece, ...] | None]:
    """The messages of a slot that a form sends, by their place in it from 0, with their pieces."""
    if form is None:
        return {}
    assert isinstance(form.selection, SlotSelection)
    return {message.position: message.pieces for message in form.selection.messages}
