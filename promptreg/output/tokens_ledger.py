"""The ledger of one render, for people: what was kept, shortened and dropped, why, and what it would take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from promptreg.output.bars import Stretch
from promptreg.output.margin import Page
from promptreg.output.styled import Row
from promptreg.output.tokens_view import Line, heading, table, whole_bar

if TYPE_CHECKING:
    from promptreg.render.ledger import Ledger, PartRow

__all__ = ["ledger_rows"]

_SIGNS = {"kept": "+", "shortened": "~", "dropped": "-", "skipped": "."}
_STYLES = {"kept": "", "shortened": "yellow", "dropped": "red", "skipped": "dim"}
_STAGES = (
    ("required", "█", "#", "cyan"),
    ("core", "▓", "=", "blue"),
    ("filler", "▒", "-", "magenta"),
)


def ledger_rows(ledger: Ledger, budget: int | None, title: str, names: Mapping[str, str], page: Page) -> Iterator[Row]:
    """A bar for the budget, a row for every part and the overhead, and the total, which is their sum."""
    tokens = ledger.tokens
    of = f"{tokens.total} tokens" if tokens.limit is None else f"{tokens.total} of {tokens.limit} tokens"
    yield heading(title, [of, tokens.counter if tokens.exact else f"{tokens.counter}, upper bounds"])
    reserve = f"{tokens.reserve} of {budget} are reserved for the answer" if tokens.reserve else ""
    yield from whole_bar(_stretches(ledger), page, more=reserve)
    yield []
    yield from table([*(_line(row, names[row.id]) for row in ledger.parts), *_sums(ledger)], tokens.total, page)
    yield []


def _stretches(ledger: Ledger) -> list[tuple[str, Stretch]]:
    rows = ledger.parts
    found = [
        (stage, Stretch(sum(_added(row) for row in rows if row.stage == stage), drawn, plain, style))
        for stage, drawn, plain, style in _STAGES
    ]
    found.append(("chat", Stretch(_around(ledger), "▪", "+", "dim")))
    free = (ledger.tokens.limit or 0) - ledger.tokens.total
    return [*found, ("free", Stretch(max(0, free), "░", ".", "dim"))]


def _line(row: PartRow, name: str) -> Line:
    state = f"{_SIGNS[row.state]} {row.state}"
    if row.state == "skipped":
        state += f", {row.reason}"
    elif row.stage is not None:
        state += f", {row.stage}"
    return Line(row.id, name, _added(row), state, _STYLES[row.state], tuple(_notes(row)))


def _notes(row: PartRow) -> Iterator[str]:
    """Why a part is not there in full, and what it would take."""
    if row.state not in ("shortened", "dropped"):
        return
    said = [f"{row.tokens} of {row.tokens_full} tokens" if row.state == "shortened" else f"{row.tokens_full} tokens"]
    said.append(row.reason)
    if row.missing:
        said.append(f"{row.missing} token{'s' * (row.missing != 1)} missing")
    if row.keeps_at is not None:
        said.append(f"kept in full from a budget of {row.keeps_at}")
    yield "; ".join(said)


def _added(row: PartRow) -> int:
    """What the part adds to the total: its own tokens and what joining it adds or saves."""
    return row.tokens + row.seam_tokens


def _sums(ledger: Ledger) -> Iterator[Line]:
    overhead = ledger.overhead
    if overhead is not None:
        words = f"{overhead.profile}: {overhead.messages} around messages, {overhead.reply} for the reply"
        yield Line("", "chat", _around(ledger), words, "dim")
    yield Line("", "in all", ledger.tokens.total)


def _around(ledger: Ledger) -> int:
    return ledger.overhead.messages + ledger.overhead.reply if ledger.overhead is not None else 0
