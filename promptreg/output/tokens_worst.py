"""The worst case of a prompt, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from promptreg.output.bars import Stretch
from promptreg.output.margin import Page
from promptreg.output.styled import Row
from promptreg.output.tokens_view import Line, heading, notes_rows, table, whole_bar

if TYPE_CHECKING:
    from promptreg.render.worst.worst_case import WorstCase, WorstRow
    from promptreg.template.bounds import Share

__all__ = ["verdict", "worst_rows"]

_NAMED = 3
"""Values of a part that are named, at most."""

_WORTH = 0.05
"""A value is named when it can take this share of the whole."""


def worst_rows(case: WorstCase, title: str, names: Mapping[str, str], page: Page) -> Iterator[Row]:
    """The verdict, a bar, a row for every part, and what the cache can use."""
    yield heading(title, ["worst case", case.counter if case.exact else f"{case.counter}, upper bounds"])
    known = sum(row.most or 0 for row in case.rows) + _around(case)
    yield from whole_bar(_stretches(case), page)
    yield []
    lines = [_line(row, names[row.id], known, case.tokens is not None) for row in case.rows]
    yield from table([*lines, *_sums(case)], known, page)
    yield []
    yield from notes_rows([("budget", verdict(case)), *((("risk", risk)) for risk in case.risks)], page)


def verdict(case: WorstCase) -> str:
    """Whether the prompt fits its budget whatever the inputs, in a sentence."""
    total = "no limit" if case.total is None else f"at most {case.total} tokens"
    if case.limit is None:
        return f"none; the prompt has {total}"
    room = f"{case.limit} tokens for the prompt" + (f" ({case.tokens} less {case.reserve})" if case.reserve else "")
    if case.total is not None and case.total <= case.limit:
        return f"{room}: always fits in full, {total}"
    if case.risks:
        return f"{room}: may be too small for what is required"
    return f"{room}: what is required always fits, at most {case.required} tokens; the whole has {total}"


def _stretches(case: WorstCase) -> list[tuple[str, Stretch]]:
    required = sum(row.most or 0 for row in case.rows if row.required)
    optional = sum(row.most or 0 for row in case.rows if not row.required)
    around = _around(case)
    found = [
        ("required" if case.tokens is not None else "parts", Stretch(required, "█", "#", "cyan")),
        ("optional", Stretch(optional, "▒", "=", "blue")),
        ("chat", Stretch(around, "▪", "+", "dim")),
    ]
    free = (case.limit or 0) - required - optional - around
    return [*found, ("free", Stretch(max(0, free), "░", ".", "dim"))]


def _line(row: WorstRow, name: str, whole: int, planned: bool) -> Line:
    words = ["required" if row.required else "optional"] if planned else []
    words += ["conditional"] if row.conditional else []
    if row.most is None:
        return Line(row.id, name, None, "! " + ", ".join(["no limit", *words]), "yellow", tuple(_lacking(row)))
    sign = "+" if row.required else "~"
    return Line(row.id, name, row.most, f"{sign} {', '.join(words)}" if words else "", "", tuple(_large(row, whole)))


def _lacking(row: WorstRow) -> Iterator[str]:
    """What is not declared, each once, with its place."""
    found = dict.fromkeys(lack for share in row.shares if share.tokens is None for lack in share.lacks)
    for lack in found:
        yield f"{lack}" + (f" ({lack.place})" if lack.place is not None else "")


def _large(row: WorstRow, whole: int) -> Iterator[str]:
    """The values that make up much of the prompt."""
    large = [share for share in row.shares if (share.tokens or 0) >= _WORTH * whole]
    if large:
        yield ", ".join(map(_share_text, large[:_NAMED]))


def _share_text(share: Share) -> str:
    times = f" ({share.times} times)" if share.times is not None and share.times > 1 else ""
    lacks = f" ({', '.join(map(str, share.lacks))})" if share.lacks else ""
    return f"{share.expression}: up to {share.tokens}{times}{lacks}"


def _sums(case: WorstCase) -> Iterator[Line]:
    if case.overhead is not None:
        words = (
            f"{case.overhead.profile}: {case.overhead.messages} around messages, {case.overhead.reply} for the reply"
        )
        yield Line("", "chat", _around(case), words, "dim")
    yield Line("", "in all", case.total)


def _around(case: WorstCase) -> int:
    return case.overhead.messages + case.overhead.reply if case.overhead is not None else 0
