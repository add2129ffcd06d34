"""Text with origins laid out in columns: lines, and rows that fit a width. Segments are cut, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from promptreg.output.terminal import expand_tabs, visible, width
from promptreg.render.segment import Segment, cut

__all__ = ["Cell", "cells_of", "lines_of", "wrap"]

_RUNS = re.compile(r" +|[^ ]+")


class Cell(NamedTuple):
    """A run of text that is safe to show, with the segment (cut to this line) that it belongs to."""

    text: str
    segment: Segment


def lines_of(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """The segments of one text cut at its newlines; a newline belongs to the line that it ends."""
    line: list[Segment] = []
    for segment in segments:
        start = 0
        while start < len(segment.text):
            newline = segment.text.find("\n", start)
            end = len(segment.text) if newline < 0 else newline + 1
            line.extend(cut((segment,), start, end))
            start = end
            if newline >= 0:
                yield line
                line = []
    if line:
        yield line


def cells_of(line: Iterable[Segment]) -> list[Cell]:
    """One line as cells, without its newline and with tabs expanded."""
    cells: list[Cell] = []
    before = ""
    for segment in line:
        shown = visible(segment.text.removesuffix("\n"))
        if "\t" in shown:
            shown = expand_tabs(before + shown)[len(before) :]
        before += shown
        cells.append(Cell(shown, segment))
    return cells


def wrap(cells: Sequence[Cell], columns: int) -> list[list[Cell]]:
    """The cells in rows of at most `columns` columns, broken at spaces where there are any; at least one row.

    Joined again the rows give the same text: spaces at a break stay at the end of their row, where they may stand
    out of the columns.
    """
    full = [cell for cell in cells if cell.text]
    if not full:
        return [list(cells)]
    rows: list[list[Cell]] = [[]]
    used = 0
    for word in _words(full):
        for piece in _fitting(word, columns):
            size = _size(piece)
            if used and used + size > columns and not piece[0].text.isspace():
                rows.append([])
                used = 0
            rows[-1].extend(piece)
            used += size
    return rows


def _size(cells: Iterable[Cell]) -> int:
    return sum(width(cell.text) for cell in cells)


def _words(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Words and runs of spaces in turn; each may reach over several cells."""
    group: list[Cell] = []
    for cell in cells:
        for match in _RUNS.finditer(cell.text):
            if group and (match[0][0] == " ") != (group[-1].text[0] == " "):
                yield group
                group = []
            group.append(Cell(match[0], cell.segment))
    if group:
        yield group


def _fitting(word: list[Cell], columns: int) -> Iterator[list[Cell]]:
    """The word itself, or pieces of it when no row can hold it."""
    if word[0].text[0] == " " or _size(word) <= columns:
        yield word
        return
    for cell in word:
        piece, size = "", 0
        for char in cell.text:
            if piece and size + width(char) > columns:
                yield [Cell(piece, cell.segment)]
                piece, size = "", 0
            piece += char
            size += width(char)
        yield [Cell(piece, cell.segment)]
