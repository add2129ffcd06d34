"""What a prompt costs, for people: a bar for the whole budget, a row for every part, and a note where something is
missing. Signs and words say what colours say, so nothing depends on colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from promptreg.model.prompt import Prompt, Slot
from promptreg.output.bars import Stretch, bar, divided, percent
from promptreg.output.margin import Page
from promptreg.output.styled import Row, Span
from promptreg.output.terminal import one_line, width

__all__ = ["Budgeted", "Line", "heading", "notes_rows", "part_names", "table", "whole_bar"]

_NARROW = 72
_BAR = 14
_GAP = 2
_LONGEST_NAME = 34
_WIDEST_BAR = 100


class Budgeted(NamedTuple):
    """The budget of a prompt; `tokens` None: it has none."""

    tokens: int | None
    reserve: int

    @property
    def limit(self) -> int | None:
        """What it leaves for the prompt."""
        return None if self.tokens is None else self.tokens - self.reserve


class Line(NamedTuple):
    """A line of the table: a part, the overhead or the total.

    `tokens` None: there is no limit. `state` is a sign and words; `notes` come below it, one line each.
    """

    id: str
    name: str
    tokens: int | None
    state: str = ""
    style: str = ""
    notes: tuple[str, ...] = ()


def heading(title: str, details: Sequence[str]) -> Row:
    """`name@version  what it is`."""
    return [Span(one_line(title), "bold"), Span("  " + "  ".join(details), "dim")]


def whole_bar(stretches: Sequence[tuple[str, Stretch]], page: Page, *, more: str = "") -> Iterator[Row]:
    """A bar for all stretches, and what its characters stand for; each stretch comes with its name."""
    columns = max(10, min(page.columns, _WIDEST_BAR))
    yield divided([stretch for _, stretch in stretches], columns, unicode=page.unicode)
    entries = [
        [Span(stretch.drawn if page.unicode else stretch.plain, stretch.style), Span(f" {name} {stretch.amount}  ")]
        for name, stretch in stretches
        if stretch.amount
    ]
    row: list[Span] = []
    for entry in [*entries, *([[Span(more, "dim")]] if more else [])]:
        if row and sum(width(span.text) for span in [*row, *entry]) > page.columns:
            yield row
            row = []
        row += entry
    yield row


def table(lines: Sequence[Line], whole: int, page: Page, *, unlimited: str = "no limit") -> Iterator[Row]:
    """The lines in columns; `whole` is what shares are of. On a narrow screen there is no bar."""
    columns = _Columns.of(lines, page, unlimited)
    for line in lines:
        row = columns.row(line, whole)
        if not line.id and sum(width(span.text) for span in row) > page.columns:
            row = columns.row(line._replace(state=""), whole)
            line = line._replace(notes=(line.state,))
        yield row
        for note in line.notes:
            yield from columns.note(note)


class _Columns(NamedTuple):
    """Widths of the columns; `bar` 0: none."""

    id: int
    name: int
    tokens: int
    bar: int
    page: Page
    unlimited: str

    @classmethod
    def of(cls, lines: Sequence[Line], page: Page, unlimited: str) -> _Columns:
        most = max((width(one_line(line.name)) for line in lines), default=0)
        tokens = max(len(unlimited if line.tokens is None else str(line.tokens)) for line in lines)
        return cls(
            id=max(len(line.id) for line in lines),
            name=min(_LONGEST_NAME, most, max(12, page.columns - 36)),
            tokens=tokens,
            bar=_BAR if page.columns >= _NARROW else 0,
            page=page,
            unlimited=unlimited,
        )

    def row(self, line: Line, whole: int) -> Row:
        name = _fitted(one_line(line.name), self.name, unicode=self.page.unicode)
        tokens = self.unlimited if line.tokens is None else str(line.tokens)
        share = "" if line.tokens is None else percent(line.tokens, whole)
        drawn = bar(line.tokens or 0, whole, self.bar, unicode=self.page.unicode) if line.id else ""
        row = [
            Span(f"{line.id:<{self.id}}  ", "dim"),
            Span(name + " " * (self.name - width(name)), "" if line.id else "dim"),
            Span(f"  {tokens:>{self.tokens}}", "" if line.tokens is not None else "bold"),
            Span(f"  {share:>5}", "dim"),
        ]
        if self.bar:
            row.append(Span("  " + drawn + " " * (self.bar - len(drawn)), line.style))
        row.append(Span(f"  {line.state}", line.style))
        return row

    def note(self, note: str) -> Iterator[Row]:
        """A note below a row, broken at blanks."""
        indent = " " * (self.id + _GAP + 2)
        for part in broken(one_line(note), max(20, self.page.columns - len(indent))):
            yield [Span(indent + part, "dim")]


def notes_rows(notes: Iterable[tuple[str, str]], page: Page) -> Iterator[Row]:
    """Facts below the table: a word and what there is to say, broken at blanks."""
    found = list(notes)
    size = max((len(word) for word, _ in found), default=0)
    for word, said in found:
        lines = broken(one_line(said), max(20, page.columns - size - _GAP))
        for at, line in enumerate(lines):
            yield [Span(f"{word if not at else '':<{size}}  ", "bold"), Span(line)]


def broken(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns`, broken at blanks; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _fitted(text: str, columns: int, *, unicode: bool) -> str:
    """The text with its start left out where it is too long: the end of a name says more."""
    if width(text) <= columns:
        return text
    mark = "…" if unicode else "..."
    while text and width(text) + len(mark) > columns:
        text = text[1:]
    return mark + text


def part_names(prompt: Prompt) -> dict[str, str]:
    """How people call the parts and slots of a prompt, by id."""
    names: dict[str, str] = {}
    for message in prompt.messages:
        if isinstance(message, Slot):
            names[message.id] = f"slot {message.input}"
            continue
        for part in message.parts:
            inline = f"<{part.fence}>" if part.fence else "text"
            names[part.id] = part.use.ref.name if part.use is not None else inline
    return names
