"""What became of the parts of a rendered prompt, and of the text that is not sent: for people and programs."""

from __future__ import annotations

from typing import Any, NamedTuple

from promptreg.render.ledger import PartRow, TokenCount
from promptreg.render.segment import Segment

__all__ = ["Dropped", "PlanReport", "fate", "row_text"]


class Dropped(NamedTuple):
    """Text of the full prompt that is not sent: of `item` of part `part`, or of the part itself; fences do not count.

    `how`: part (left out whole), item (an item or a message of a slot), cut (by truncation), or variant (a shorter one
    stands for it). The segments tile the text; they are in no message, and their offsets count in `text`.
    """

    part: str
    item: str | None
    how: str
    text: str
    segments: tuple[Segment, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of design section 6."""
        item = {"item": self.item} if self.item is not None else {}
        segments = [segment.as_dict() for segment in self.segments]
        return {"part": self.part, **item, "how": self.how, "text": self.text, "segments": segments}


class PlanReport(NamedTuple):
    """What became of the parts: rows of the ledger by their state, in document order. As text, one line a part."""

    kept: tuple[PartRow, ...]
    shortened: tuple[PartRow, ...]
    dropped: tuple[PartRow, ...]
    skipped: tuple[PartRow, ...]
    tokens: TokenCount

    def __str__(self) -> str:
        rows = [*self.kept, *self.shortened, *self.dropped, *self.skipped]
        rows.sort(key=lambda row: [int(number) for number in row.id.split(".")])
        return "\n".join(map(row_text, rows))


def row_text(row: PartRow) -> str:
    """One line about a part: `0.2 examples/replies: dropped: priority 40, no room (12 tokens missing, …)`."""
    said = f"{row.called}: {row.state}"
    if row.state in ("kept", "shortened"):
        size = f"{row.tokens}" if row.tokens == row.tokens_full else f"{row.tokens} of {row.tokens_full}"
        said += f" ({size} tokens, {row.stage})"
    return f"{said}: {fate(row)}"


def fate(row: PartRow) -> str:
    """Why it went so: `priority 40, no room (12 tokens missing, in full from a budget of 420)`."""
    more = []
    if row.missing:
        more.append(f"{row.missing} token{'s' * (row.missing != 1)} missing")
    if row.keeps_at is not None:
        more.append(f"in full from a budget of {row.keeps_at}")
    return row.reason + (f" ({', '.join(more)})" if more else "")
