"""The terminal view of a rendered prompt: the text, and beside it where each line came from.

Before the text stand a bar in the colour of the component and a mark for text of inputs. The margin says for each line
where its first character came from and which inputs it shows, beside that line and nowhere else. Narrow screens have
no margin: there a line before the text names each component, and the marks remain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptreg.output.notes import Note, Strokes, fitted, note_of
from promptreg.output.styled import COMPONENT_STYLES, Row, Span
from promptreg.output.terminal import one_line, width
from promptreg.output.wrap import Cell, cells_of, lines_of, wrap
from promptreg.render.segment import Segment

__all__ = ["Page", "View", "margin_rows"]

_NARROW = 80
_MARGIN = 64
_GAP = 2
_BAR = 3
_UNTRUSTED = "!"
_DRAWN = Strokes("▌", "▏", "─", "←", "…")
_PLAIN = Strokes("|", ":", "-", "<-", "...")


class View(NamedTuple):
    """What is shown: heading texts, the messages with their segments, and what follows them.

    `tokens` counts each part and each message of a slot, by id; it may be empty.
    """

    title: str
    details: tuple[str, ...]
    messages: Sequence[Mapping[str, Any]]
    segments: Sequence[Segment]
    tokens: Mapping[str, int]
    notes: tuple[str, ...] = ()


class Page(NamedTuple):
    """The screen: its columns, and whether it can draw more than ASCII."""

    columns: int
    unicode: bool


class _Beside(NamedTuple):
    """What stands beside the first row of a line: a note, and the tokens of the part that begins there."""

    note: Note
    tokens: str


def margin_rows(view: View, page: Page) -> Iterator[Row]:
    """The whole view, heading to notes."""
    yield [Span(one_line(view.title), "bold"), Span("  " + "  ".join(view.details), "dim")]
    drawing = _Drawing(view, page)
    for index, message in enumerate(view.messages):
        segments = [segment for segment in view.segments if segment.message == index]
        yield []
        yield drawing.heading(message, segments)
        yield from drawing.message(message, segments)
    notes = [*drawing.legend(), *view.notes]
    if notes:
        yield []
        for note in notes:
            yield [Span(note, "dim")]


class _Drawing:
    """The state of one view: the colour of each component, and whose text the last line was."""

    def __init__(self, view: View, page: Page) -> None:
        self.tokens = view.tokens
        self.styles: dict[str, str] = {}
        self.columns = page.columns
        self.strokes = _DRAWN if page.unicode else _PLAIN
        self.is_narrow = page.columns < _NARROW
        self.margin = 0 if self.is_narrow else min(_MARGIN, page.columns * 2 // 5)
        self.text_columns = max(20, page.columns - _BAR - (self.margin + _GAP if self.margin else 0))
        self.run: tuple[str, str] | None = None
        self.counted: set[str] = set()
        self.marks: set[str] = set()

    def heading(self, message: Mapping[str, Any], segments: Sequence[Segment]) -> Row:
        """`role ────── 240 tokens`."""
        self.run = None
        role = str(message["role"]) + (f" ({message['name']})" if message.get("name") else "")
        counted = [self.tokens[unit] for unit in dict.fromkeys(map(_unit, segments)) if unit in self.tokens]
        total = f" {sum(counted)} tok" if counted else ""
        line = self.strokes.rule * max(3, min(self.columns, 120) - width(role) - 1 - len(total))
        return [Span(one_line(role) + " ", "bold"), Span(line + total, "dim")]

    def message(self, message: Mapping[str, Any], segments: Sequence[Segment]) -> Iterator[Row]:
        """The text of one message; content parts that are no text are named."""
        content = message["content"]
        if not isinstance(content, list):
            yield from self._text(segments)
        else:
            for index, part in enumerate(content):
                own = [segment for segment in segments if segment.content_part == index]
                if own or part.get("type") == "text":
                    yield from self._text(own)
                else:
                    yield [Span(f"  [{part.get('type')}]", "dim")]
        if message.get("tool_calls"):
            yield [Span(f"  [{len(message['tool_calls'])} tool calls]", "dim")]

    def legend(self) -> list[str]:
        """What the marks mean, for those that the view has."""
        meanings = {_UNTRUSTED: "text of an untrusted input", self._input_mark(): "text of an input"}
        told = [f"{mark} {meaning}" for mark, meaning in meanings.items() if mark in self.marks]
        return ["   ".join(told)] if told else []

    def _text(self, segments: Sequence[Segment]) -> Iterator[Row]:
        for line in lines_of(segments):
            cells = cells_of(line)
            beside = self._beside(cells)
            if self.is_narrow and beside is not None and beside.note.owner is not None:
                yield self._caption(beside)
            for number, row in enumerate(wrap(cells, self.text_columns)):
                is_first = number == 0
                stroke = self.strokes.bar if is_first else self.strokes.more
                yield self._row(row, beside if is_first and self.margin else None, stroke)

    def _beside(self, cells: Sequence[Cell]) -> _Beside | None:
        """What there is to say about a line; it belongs to whoever wrote its first visible character."""
        written = [cell.segment for cell in cells if cell.text.strip() and cell.segment.glue != "separator"]
        if not written:
            return None
        lead = written[0]
        unit, tokens = _unit(lead), ""
        run = (unit, lead.component)
        if unit in self.tokens and unit not in self.counted:
            self.counted.add(unit)
            tokens = f" {self.tokens[unit]} tok"
        note = note_of(written, named=run != self.run)
        self.run = run
        return _Beside(note, tokens)

    def _caption(self, beside: _Beside) -> Row:
        assert beside.note.owner is not None
        name, _ = beside.note.owner
        note = beside.note._replace(inputs=(), others=())
        room = max(20, self.columns - _BAR - len(beside.tokens))
        style = self._style(name)
        return [
            Span(f"{self.strokes.bar}  ", style),
            *fitted(note, room, style, self.strokes),
            Span(beside.tokens, "dim"),
        ]

    def _style(self, component: str) -> str:
        count = len(self.styles)
        return self.styles.setdefault(component, COMPONENT_STYLES[count % len(COMPONENT_STYLES)])

    def _row(self, cells: Sequence[Cell], beside: _Beside | None, stroke: str) -> Row:
        """One row: bar, mark, text, and what stands beside it."""
        lead = next((cell for cell in cells if cell.text), cells[0] if cells else None)
        bar = [Span(" " * _BAR)]
        if lead is not None and lead.segment.glue != "separator":
            bar = [Span(stroke, self._style(lead.segment.component)), Span(self._mark(cells), "bold"), Span(" ")]
        cells = _without_end(cells)
        row = [*bar, *(Span(cell.text, self._text_style(cell, lead)) for cell in cells)]
        if beside is not None:
            used = sum(width(cell.text) for cell in cells)
            row.append(Span(" " * (self.text_columns + _GAP - used)))
            row.extend(self._note(beside, "" if lead is None else self._style(lead.segment.component)))
        return row

    def _input_mark(self) -> str:
        return self.strokes.arrow[0]

    def _mark(self, cells: Iterable[Cell]) -> str:
        """The mark for text of inputs in a row; the same with and without colour."""
        shown = [cell.segment for cell in cells if cell.segment.kind in ("value", "derived")]
        if not shown:
            return " "
        is_untrusted = any(segment.trust == "untrusted" for segment in shown)
        mark = _UNTRUSTED if is_untrusted else self._input_mark()
        self.marks.add(mark)
        return mark

    def _text_style(self, cell: Cell, lead: Cell | None) -> str:
        segment = cell.segment
        if segment.kind == "glue":
            return "dim"
        own = lead is None or lead.segment.component == segment.component
        style = "" if own else self._style(segment.component)
        return f"{style} bold".strip() if segment.kind in ("value", "derived") else style

    def _note(self, beside: _Beside, style: str) -> Iterator[Span]:
        room = self.margin - len(beside.tokens)
        spans = fitted(beside.note, room, style, self.strokes)
        yield from spans
        if beside.tokens:
            yield Span(" " * (room - sum(width(span.text) for span in spans)) + beside.tokens, "dim")


def _without_end(cells: Sequence[Cell]) -> list[Cell]:
    """The cells of a row without the spaces at its end, which may stand out of the columns."""
    kept = list(cells)
    while kept:
        last = kept.pop()
        text = last.text.rstrip(" ")
        if text:
            return [*kept, Cell(text, last.segment)]
    return kept


def _unit(segment: Segment) -> str:
    """What is counted as one: a part, or a message of a slot."""
    part = segment.part or ""
    return part if "." in part else segment.item or part
