"""What a form shows, put together from its selection, so that its count can be checked against the text."""

from __future__ import annotations

from collections.abc import Sequence

from promptreg.render.budget.form import Form, Mark, Piece, Selection, SlotSelection
from promptreg.render.budget.slot_forms import SlotMessage
from promptreg.render.budget.text_forms import VariantText

__all__ = ["laid_out", "shown", "slot_texts"]


def laid_out(text: str, pieces: Sequence[Piece] | None) -> str:
    """The pieces of a text laid end to end; None is all of it. Checks that ranges are in order, apart and inside."""
    if pieces is None:
        return text
    here = 0
    found = []
    for piece in pieces:
        if isinstance(piece, Mark):
            found.append(piece.text)
            continue
        assert here <= piece.start < piece.end <= len(text)
        here = piece.end
        found.append(text[piece.start : piece.end])
    return "".join(found)


def shown(form: Form, whole: VariantText, variants: Sequence[VariantText] = ()) -> str:
    """The text of a form of a part, fence included; nothing at all has no fence."""
    selection = form.selection
    assert isinstance(selection, Selection)
    source = whole if selection.variant is None else variants[selection.variant]
    text = laid_out(source.text, selection.pieces)
    opening, closing = (source.fence if text else None) or ("", "")
    return f"{opening}{text}{closing}"


def slot_texts(form: Form, messages: Sequence[SlotMessage]) -> dict[int, str]:
    """The texts of the messages that a form of a slot sends, by position."""
    selection = form.selection
    assert isinstance(selection, SlotSelection)
    positions = [kept.position for kept in selection.messages]
    assert positions == sorted(set(positions))
    left_out = [message.id for at, message in enumerate(messages) if at not in positions]
    assert list(selection.items) == left_out
    return {kept.position: laid_out(messages[kept.position].text or "", kept.pieces) for kept in selection.messages}
