"""Sources, places in them, and maps from a text back to the file it was written in.

All offsets are code points of the verbatim decoded file (front matter included, CRLF kept); spans are half-open.
Lines and columns start at 1 and are only for people. Nothing here reads files.
"""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

from bisect import bisect_right
from typing import NamedTuple

__all__ = ["Location", "Piece", "Range", "Source", "TextMap"]


class Location(NamedTuple):
    """A place for people: project-relative path, line and column from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Source:
    """A decoded file: its display path and verbatim text. Immutable; the line table is built on first use."""

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    def _line_starts(self) -> list[int]:
        starts = self._starts
        if starts is None:
            starts = [0]
            at = self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._starts = starts
        return starts

    def location(self, offset: int) -> Location:
        """Where code point `offset` stands."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return Location(self.path, line, offset - starts[line - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """The code point at a line and column, both from 1; the end of the text for a place behind it."""
        starts = self._line_starts()
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(self.text))


class Piece(NamedTuple):
    """`text[start:end]` was written at `file_start:file_end`; when `exact`, the two are equal after CRLF -> LF."""

    start: int
    end: int
    file_start: int
    file_end: int
    exact: bool


class Range(NamedTuple):
    """A run of a mapped text with its place in the file (see `Piece`)."""

    start: int
    end: int
    file_start: int
    file_end: int
    exact: bool


class TextMap:
    """A text (LF line ends) together with the place in a source file of each of its characters.

    Invariant: `pieces` tile `text` in order. Inside an exact piece, text offset k is file offset `file_start + k`,
    except that the last character may be a newline that the file writes as CR LF.
    """

    __slots__ = ("_starts", "pieces", "source", "text")

    def __init__(self, source: Source, text: str, pieces: tuple[Piece, ...]) -> None:
        self.source = source
        self.text = text
        self.pieces = pieces
        self._starts = [p.start for p in pieces]

    @classmethod
    def of_slice(cls, source: Source, start: int, end: int) -> "TextMap":
        """The verbatim slice `source.text[start:end]`, with CR LF read as LF."""
        raw = source.text[start:end]
        if "\r" not in raw:
            return cls(source, raw, (Piece(0, len(raw), start, end, True),) if raw else ())
        pieces: list[Piece] = []
        at = 0
        begin = 0
        while begin < len(raw):
            cut = raw.find("\r\n", begin)
            stop = len(raw) if cut < 0 else cut + 2
            size = stop - begin - (0 if cut < 0 else 1)
            pieces.append(Piece(at, at + size, start + begin, start + stop, True))
            at += size
            begin = stop
        return cls(source, raw.replace("\r\n", "\n"), tuple(pieces))

    @classmethod
    def whole(cls, source: Source, text: str, start: int, end: int) -> "TextMap":
        """A text that stands for `source[start:end]` without matching it character by character."""
        exact = source.text[start:end] == text
        return cls(source, text, (Piece(0, len(text), start, end, exact),) if text else ())

    def ranges(self, start: int, end: int) -> list[Range]:
        """`text[start:end]` as runs, split where exactness changes or the file skips characters."""
        found: list[Range] = []
        index = max(0, bisect_right(self._starts, start) - 1)
        for piece in self.pieces[index:]:
            if piece.start >= end:
                break
            lo, hi = max(start, piece.start), min(end, piece.end)
            if lo >= hi:
                continue
            run = self._cut(piece, lo, hi)
            last = found[-1] if found else None
            if last and last.exact and run.exact and last.file_end == run.file_start:
                found[-1] = Range(last.start, run.end, last.file_start, run.file_end, True)
            else:
                found.append(run)
        return found

    @staticmethod
    def _cut(piece: Piece, lo: int, hi: int) -> Range:
        if not piece.exact:
            return Range(lo, hi, piece.file_start, piece.file_end, False)
        file_start = piece.file_start + lo - piece.start
        file_end = piece.file_end if hi == piece.end else piece.file_start + hi - piece.start
        return Range(lo, hi, file_start, file_end, True)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest file span that covers `text[start:end]`; an empty range gives an empty span."""
        if start >= end:
            here = self.offset(start)
            return here, here
        runs = self.ranges(start, end)
        return (runs[0].file_start, runs[-1].file_end) if runs else (self.offset(start), self.offset(end))

    def offset(self, at: int) -> int:
        """The file offset of text offset `at` (the end of the text maps to the end of its last piece)."""
        if not self.pieces:
            return 0
        index = max(0, bisect_right(self._starts, at) - 1)
        piece = self.pieces[index]
        if at >= piece.end:
            return piece.file_end
        return piece.file_start + (at - piece.start if piece.exact else 0)

    def location(self, at: int) -> Location:
        """Where text offset `at` stands in the file."""
        return self.source.location(self.offset(at))
