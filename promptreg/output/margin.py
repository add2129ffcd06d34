"""The terminal view of a rendered prompt: the text, and beside it where each line came from.

One colour a component: a bar before the text, and in the margin its `component@version`, the tokens of the part, and
`path:line`. Narrow screens get the same notes on lines of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptreg.output.styled import COMPONENT_STYLES, Row, Span
from promptreg.output.terminal import one_line, width
from promptreg.output.wrap import Cell, cells_of, lines_of, wrap
from promptreg.render.segment import Segment

__all__ = ["Page", "View", "margin_rows"]

_NARROW = 72
_MARGIN = 52
_GAP = 2


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


class _Note(NamedTuple):
    """One line of the margin. A needed one gets a row of its own when there is none; a passing one is for one line."""

    left: str
    style: str
    right: str = ""
    needed: bool = False
    passing: bool = False


def margin_rows(view: View, page: Page) -> Iterator[Row]:
    """The whole view, heading to notes."""
    yield [Span(one_line(view.title), "bold"), Span("  " + "  ".join(view.details), "dim")]
    drawing = _Drawing(view, page)
    for index, message in enumerate(view.messages):
        segments = [segment for segment in view.segments if segment.message == index]
        yield []
        yield drawing.heading(message, segments)
        yield from drawing.message(message, segments)
    if view.notes:
        yield []
        for note in view.notes:
            yield [Span(note, "dim")]


class _Drawing:
    """The state of one view: the colour of each component, and the run of text that the last note was about."""

    def __init__(self, view: View, page: Page) -> None:
        self.tokens = view.tokens
        self.styles: dict[str, str] = {}
        self.columns = page.columns
        self.bar, self.more, self.rule, self.arrow = "▌▏─←" if page.unicode else ("|", ":", "-", "<-")
        self.is_narrow = page.columns < _NARROW
        self.margin = 0 if self.is_narrow else min(_MARGIN, page.columns * 2 // 5)
        self.text_columns = max(20, page.columns - 2 - (self.margin + _GAP if self.margin else 0))
        self.run: tuple[str | None, str] | None = None
        self.counted: set[str] = set()
        self.told: set[str] = set()

    def heading(self, message: Mapping[str, Any], segments: Sequence[Segment]) -> Row:
        """`role ────── 240 tokens`."""
        self.run = None
        role = str(message["role"]) + (f" ({message['name']})" if message.get("name") else "")
        counted = [self.tokens[unit] for unit in dict.fromkeys(map(_unit, segments)) if unit in self.tokens]
        total = f" {sum(counted)} tok" if counted else ""
        line = self.rule * max(3, min(self.columns, 120) - width(role) - 1 - len(total))
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

    def _text(self, segments: Sequence[Segment]) -> Iterator[Row]:
        waiting: list[_Note] = []
        for line in lines_of(segments):
            cells = cells_of(line)
            fresh = self._notes(cells)
            if fresh and fresh[0].needed:
                yield from self._rest(waiting)
                waiting = []
            waiting.extend(fresh)
            if self.is_narrow:
                yield from self._captions(waiting)
                waiting = []
            for number, row in enumerate(wrap(cells, self.text_columns)):
                yield self._row(row, waiting, self.more if number else self.bar)
            waiting = [note for note in waiting if not note.passing]
        yield from self._rest(waiting)

    def _rest(self, waiting: Iterable[_Note]) -> Iterator[Row]:
        """Notes that found no row beside their text."""
        for note in waiting:
            if note.needed:
                yield self._row([], [note], self.bar)

    def _captions(self, notes: Iterable[_Note]) -> Iterator[Row]:
        needed = [note for note in notes if note.needed]
        for head, place in zip(needed[::2], needed[1::2], strict=True):
            yield [Span(f"{self.bar} {head.left} ", head.style), Span(f"{place.left}  {head.right}", "dim")]

    def _notes(self, cells: Sequence[Cell]) -> list[_Note]:
        """What the margin says from this line on. The line belongs to whoever wrote its first visible character."""
        written = [cell.segment for cell in cells if cell.text.strip() and cell.segment.glue != "separator"]
        if not written:
            return []
        notes: list[_Note] = []
        lead = written[0]
        run = (lead.part, lead.component)
        if run != self.run:
            self.run = run
            self.told = set()
            notes.extend(self._origin(lead))
        for segment in written:
            for note in self._asides(segment, lead):
                if note.left not in self.told:
                    self.told.add(note.left)
                    notes.append(note)
        if not notes and lead.kind == "literal":
            notes.append(_Note(f":{lead.line}", "dim", passing=True))
        return notes

    def _asides(self, segment: Segment, lead: Segment) -> Iterator[_Note]:
        """Another component inside the line, and the input that a piece shows."""
        if segment.component != lead.component:
            yield _Note(f"+ {segment.component}@{segment.version}", self._style(segment))
        shown = _input_note(segment)
        if shown:
            yield _Note(f"{self.arrow} {shown}", "dim")

    def _origin(self, segment: Segment) -> Iterator[_Note]:
        unit, tokens = _unit(segment), ""
        if unit in self.tokens and unit not in self.counted:
            self.counted.add(unit)
            tokens = f"{self.tokens[unit]} tok"
        yield _Note(f"{segment.component}@{segment.version}", self._style(segment), tokens, needed=True)
        yield _Note(f"{segment.label.path}:{segment.line}", "dim", needed=True)

    def _style(self, segment: Segment) -> str:
        count = len(self.styles)
        return self.styles.setdefault(segment.component, COMPONENT_STYLES[count % len(COMPONENT_STYLES)])

    def _row(self, cells: Sequence[Cell], waiting: list[_Note], stroke: str) -> Row:
        """One row: bar, text, and the next note that waits (it is taken from the list)."""
        lead = next((cell for cell in cells if cell.text), cells[0] if cells else None)
        is_gap = lead is not None and lead.segment.glue == "separator"
        bar = Span("  ")
        if lead is not None and not is_gap:
            bar = Span(stroke + " ", self._style(lead.segment))
        cells = _without_end(cells)
        row = [bar, *(Span(cell.text, self._text_style(cell, lead)) for cell in cells)]
        if waiting and self.margin and (waiting[0].needed or not is_gap):
            note = waiting.pop(0)
            used = sum(width(cell.text) for cell in cells)
            row.append(Span(" " * (self.text_columns + _GAP - used)))
            row.extend(self._margin_note(note))
        return row

    def _text_style(self, cell: Cell, lead: Cell | None) -> str:
        segment = cell.segment
        if segment.kind == "glue":
            return "dim"
        style = "" if lead is None or lead.segment.component == segment.component else self._style(segment)
        return f"{style} bold".strip() if segment.kind in ("value", "derived") else style

    def _margin_note(self, note: _Note) -> Iterator[Span]:
        room = self.margin - (len(note.right) + 1 if note.right else 0)
        left = _shortened(one_line(note.left), room)
        yield Span(left, note.style)
        if note.right:
            yield Span(" " * (self.margin - width(left) - len(note.right)) + note.right, "dim")


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


def _input_note(segment: Segment) -> str | None:
    if segment.kind == "value":
        label = segment.input
    elif segment.kind == "derived":
        label = f"{{{{ {segment.expression} }}}}"
    else:
        return None
    return f"{label} (untrusted)" if segment.trust == "untrusted" else label


def _shortened(text: str, room: int) -> str:
    """The end of a text that is too long: the end of a path says more than its start."""
    if width(text) <= room:
        return text
    while text and width(text) > room - 3:
        text = text[1:]
    return "..." + text
