"""The log of a component, as rows and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from promptreg.output.entries import cut, padded
from promptreg.output.styled import Row, Span
from promptreg.output.terminal import one_line, width

__all__ = ["LogRow", "log_document", "log_rows"]

_STYLES = {"major": "red", "minor": "yellow", "broken": "red", "removed": "red", "release": "green", "none": "dim"}
_HEX = 8
_WIDEST_AUTHOR = 24


class LogRow(NamedTuple):
    """One commit. Versions, digests and tokens are those after it; of a removed file, all are None.

    `token_delta` is what the commit added to the component's own text; None, like `tokens`, when nobody can count.
    """

    commit: str
    date: str
    author: str
    subject: str
    change: str
    reasons: Sequence[str]
    version: str | None
    digest: str | None
    body: str | None
    contract: str | None
    path: str | None
    tokens: int | None
    token_delta: int | None
    releases: Sequence[str]


def log_document(name: str, counter: str | None, rows: Sequence[LogRow]) -> dict[str, Any]:
    """promptreg/log/1."""
    entries = [
        {**row._asdict(), "reasons": list(row.reasons), "releases": list(row.releases)}
        for row in rows
    ]  # fmt: skip
    return {"schema": "promptreg/log/1", "name": name, "counter": counter, "entries": entries}


def log_rows(rows: Sequence[LogRow], columns: int | None) -> Iterator[Row]:
    """A row for each commit, the reasons for its level below it; subjects are cut to `columns` where that is given.

    What comes from commits is made safe here, for pipes too: anybody may have written it.
    """
    versions = max((len(row.version or "-") for row in rows), default=0)
    changes = max((len(row.change) for row in rows), default=0)
    deltas = max((len(_delta(row)) for row in rows), default=0)
    authors = max((width(_author(row)) for row in rows), default=0)
    before = 10 + 2 + 12 + 2 + versions + 2 + _HEX + 2 + changes + 2 + deltas + 2 + authors + 2
    for row in rows:
        mark = f"  (released {', '.join(row.releases)})" if row.releases else ""
        subject = cut(one_line(row.subject), None if columns is None else max(20, columns - before - len(mark)))
        yield [
            Span(f"{row.date[:10]}  ", "dim"),
            Span(f"{row.commit[:12]}  ", "yellow"),
            Span(f"{row.version or '-':<{versions}}  ", "cyan"),
            Span(f"{_digits(row):<{_HEX}}  ", "dim"),
            Span(f"{row.change:<{changes}}  ", _STYLES.get(row.change, "")),
            Span(f"{_delta(row):>{deltas}}  "),
            Span(f"{padded(_author(row), authors)}  ", "dim"),
            Span(subject),
            Span(mark, "green"),
        ]
        for reason in row.reasons:
            yield [Span(f"{'':12}{one_line(reason)}", "dim")]


def _digits(row: LogRow) -> str:
    return row.digest.removeprefix("sha256:")[:_HEX] if row.digest else "-"


def _delta(row: LogRow) -> str:
    return "" if row.token_delta is None else f"{row.token_delta:+d}" if row.token_delta else "0"


def _author(row: LogRow) -> str:
    return cut(one_line(row.author), _WIDEST_AUTHOR)
