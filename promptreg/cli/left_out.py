"""Pieces of the full prompt that a budget left out: finding them, and saying why they are not sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from promptreg.render.ledger import PartRow
from promptreg.render.report import Dropped, fate
from promptreg.render.segment import Segment, cut

__all__ = ["LeftOut", "everything", "fate_document", "find_left_out", "heading"]

_HOW = {
    "part": "left out",
    "item": "left out",
    "cut": "cut out",
    "variant": "left out for a shorter variant",
}


class LeftOut(NamedTuple):
    """A stretch of dropped text, its segments cut to it."""

    dropped: Dropped
    segments: tuple[Segment, ...]


def everything(dropped: Iterable[Dropped]) -> list[LeftOut]:
    """All that is left out, each in full; a message that only calls tools has no segments."""
    return [LeftOut(found, found.segments) for found in dropped]


def find_left_out(dropped: Iterable[Dropped], wanted: str) -> list[LeftOut]:
    """Every place where a text stands in what is left out, in order."""
    return [
        LeftOut(found, _placed(found.segments, match.start(), match.end()))
        for found in dropped
        for match in re.finditer(re.escape(wanted), found.text)
    ]


def _placed(segments: Sequence[Segment], start: int, end: int) -> tuple[Segment, ...]:
    return tuple(s._replace(start=s.start + start, end=s.end + start) for s in cut(segments, start, end))


def heading(left_out: LeftOut, rows: Iterable[PartRow]) -> str:
    """What became of a piece: `not sent: item 0.2#3 of part 0.2 examples/refunds, left out: …`."""
    found = left_out.dropped
    row = _row(rows, found)
    item = f"item {found.item} of " if found.item else ""
    return f"not sent: {item}part {row.called}, {_HOW[found.how]}: {fate(row)}"


def fate_document(left_out: LeftOut, rows: Iterable[PartRow]) -> dict[str, Any]:
    """The key `dropped` of promptreg/why/1."""
    row = _row(rows, left_out.dropped)
    return {
        "how": left_out.dropped.how,
        "state": row.state,
        "reason": row.reason,
        "missing": row.missing,
        "keeps_at": row.keeps_at,
    }


def _row(rows: Iterable[PartRow], found: Dropped) -> PartRow:
    return next(row for row in rows if row.id == found.part)
