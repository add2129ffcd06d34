"""What the margin says about one line of a prompt, made to fit the room beside it.

A note never moves to another line: what does not fit is said in fewer words, and at last cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from promptreg.output.styled import Span
from promptreg.output.terminal import one_line, width
from promptreg.render.segment import Segment

__all__ = ["Note", "Strokes", "fitted", "note_of"]


class Strokes(NamedTuple):
    """The characters that a view is drawn with."""

    bar: str
    more: str
    rule: str
    arrow: str
    ellipsis: str


class Note(NamedTuple):
    """The origin of a line's first character, the inputs that the line shows, and the other components in it.

    `owner` is None where the line above has the same one.
    """

    owner: tuple[str, str] | None
    path: str
    line: int
    inputs: tuple[str, ...] = ()
    untrusted: bool = False
    others: tuple[str, ...] = ()


def note_of(written: Sequence[Segment], *, named: bool) -> Note:
    """The note for the segments of a line, of which there is at least one; `named`: it names the owner."""
    lead = written[0]
    shown = [segment for segment in written if segment.kind in ("value", "derived")]
    inputs = dict.fromkeys(name for segment in shown for name in _inputs(segment))
    others = dict.fromkeys(segment.component for segment in written if segment.component != lead.component)
    return Note(
        owner=(lead.component, lead.version) if named else None,
        path=lead.path,
        line=lead.line,
        inputs=tuple(inputs),
        untrusted=any(segment.trust == "untrusted" for segment in shown),
        others=tuple(others),
    )


def _inputs(segment: Segment) -> tuple[str, ...]:
    return segment.inputs if segment.input is None else (segment.input,)


def fitted(note: Note, room: int, style: str, strokes: Strokes) -> list[Span]:
    """The note in at most `room` columns: the first wording that fits, else the shortest one, cut."""
    wording: list[Span] = []
    for wording in _wordings(note, style, strokes):
        if _width(wording) <= room:
            return wording
    return _cut(wording, room, strokes.ellipsis)


def _wordings(note: Note, style: str, strokes: Strokes) -> Iterator[list[Span]]:
    """From everything to the least: version, path and trust go first (the mark before the line tells the trust)."""
    inputs = f"{strokes.arrow} {', '.join(note.inputs)}" if note.inputs else ""
    trusted = f"{inputs} (untrusted)" if note.untrusted and inputs else inputs
    others = "".join(f" + {name}" for name in note.others)
    name, version = note.owner or ("", "")
    full = f"{name}@{version}" if name else ""
    short = f"{strokes.ellipsis}/{name.rpartition('/')[2]}" if "/" in name else name
    line = f":{note.line}"
    place = f"{note.path}{line}" if name else line
    file = f"{strokes.ellipsis}/{note.path.rpartition('/')[2]}{line}" if name else line
    for owner, where, said in (
        (full, place, trusted + others),
        (full, file, trusted + others),
        (full, line, trusted + others),
        (full, line, trusted),
        (full, line, inputs),
        (name, line, trusted),
        (name, line, inputs),
        (short, line, inputs),
        ("", line, inputs),
    ):
        pieces = [Span(owner, style), Span(where, "dim"), Span(said.strip(), "dim")]
        yield _spaced([Span(one_line(piece.text), piece.style) for piece in pieces if piece.text])


def _spaced(pieces: Sequence[Span]) -> list[Span]:
    return [Span(piece.text if piece is pieces[0] else f" {piece.text}", piece.style) for piece in pieces]


def _width(spans: Sequence[Span]) -> int:
    return sum(width(span.text) for span in spans)


def _cut(spans: Sequence[Span], room: int, ellipsis: str) -> list[Span]:
    """The start of the spans, ended by an ellipsis."""
    kept: list[Span] = []
    left = room - width(ellipsis)
    for span in spans:
        text = span.text
        while text and width(text) > left:
            text = text[:-1]
        kept.append(Span(text, span.style))
        left -= width(text)
        if text != span.text:
            break
    return [*kept, Span(ellipsis, "dim")]
