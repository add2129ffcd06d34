"""From the characters of a YAML scalar's value back to the characters of the file, for every way to write a scalar.

Each aligner proposes pieces; `align` keeps them only when they tile the value and every exact one holds in the
file, so a mistake here can make a place coarser but never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptreg.text import Piece, Source, TextMap

__all__ = ["align"]

_LINE_END = re.compile(r"\r?\n")
_FOLD = r"[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*"
_PLAIN_TOKEN = re.compile(f"(?P<fold>{_FOLD})")
_SINGLE_TOKEN = re.compile(f"(?P<escape>'')|(?P<fold>{_FOLD})")
_DOUBLE_TOKEN = re.compile(
    rf"(?P<joined>\\\r?\n(?:[ \t]*\r?\n)*[ \t]*)"
    r"|(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^xuU\r\n]))"
    rf"|(?P<fold>{_FOLD})"
)


def align(source: Source, start: int, end: int, style: str, value: str) -> TextMap:
    """Map `value`, written as the scalar `source.text[start:end]` in `style` ("" plain, | > ' "), to the file.

    Exact pieces are verbatim; a piece for an escape, a fold or, when all else fails, the whole scalar is not.
    """
    if not style and source.text[start:end] == value:
        return TextMap.whole(source, value, start, end)
    split = _block if style in ("|", ">") else _flow
    pieces = tuple(_merged(split(source.text, start, end, style, value)))
    if _holds(source.text, pieces, value):
        return TextMap(source, value, pieces)
    return TextMap.whole(source, value, start, end)


def _holds(text: str, pieces: tuple[Piece, ...], value: str) -> bool:
    at = 0
    for piece in pieces:
        if piece.start != at or piece.end <= at:
            return False
        at = piece.end
        if piece.exact:
            written = text[piece.file_start : piece.file_end]
            if written.endswith("\r\n"):
                written = written[:-2] + "\n"
            if written != value[piece.start : piece.end]:
                return False
    return at == len(value)


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces, with neighbours joined that are exact and side by side in the file (CR LF only ends a piece)."""
    last: Piece | None = None
    for piece in pieces:
        if last and last.exact and piece.exact and last.file_end == piece.file_start and _one_to_one(last):
            last = Piece(last.start, piece.end, last.file_start, piece.file_end, True)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _one_to_one(piece: Piece) -> bool:
    return piece.end - piece.start == piece.file_end - piece.file_start


def _flow(text: str, start: int, end: int, style: str, value: str) -> Iterator[Piece]:
    """Pieces of a plain or quoted scalar: verbatim runs between escapes and folded line ends."""
    tokens = {"'": _SINGLE_TOKEN, '"': _DOUBLE_TOKEN}.get(style, _PLAIN_TOKEN)
    begin, stop = (start + 1, end - 1) if style else (start, end)
    at = 0
    for token in tokens.finditer(text, begin, stop):
        size = token.start() - begin
        if size:
            yield Piece(at, at + size, begin, token.start(), True)
        at += size
        begin = token.end()
        size = _token_size(token)
        if size:
            exact = text[token.start() : begin] == value[at : at + size]
            yield Piece(at, at + size, token.start(), begin, exact)
        at += size
    if begin < stop:
        yield Piece(at, at + stop - begin, begin, stop, True)


def _token_size(token: re.Match[str]) -> int:
    """How many characters of the value a token makes."""
    if token.lastgroup == "escape":
        return 1
    line_ends = token[0].count("\n")
    if token.lastgroup == "joined":
        return line_ends - 1
    return max(1, line_ends - 1)


class _Line:
    """One content line of a block scalar: file offsets of its text and of what follows its line end."""

    __slots__ = ("after", "end", "start")

    def __init__(self, start: int, end: int, after: int) -> None:
        self.start = start
        self.end = end
        self.after = after

    def is_blank(self) -> bool:
        return self.start >= self.end


def _block(text: str, start: int, end: int, style: str, value: str) -> Iterator[Piece]:
    """Pieces of a literal or folded block scalar: line by line without the indentation."""
    lines = list(_lines(text, start, end))
    indent = _indent(text, lines, value)
    at = 0
    pending: list[_Line] = []  # lines whose end is not yet known to be kept, folded or chomped
    for line in lines:
        line.start = min(line.start + indent, line.end)
        if line.is_blank():
            pending.append(line)
            continue
        for piece in _breaks(text, pending, line, at, style):
            yield piece
            at = piece.end
        size = line.end - line.start
        yield Piece(at, at + size, line.start, line.end, True)
        at += size
        pending = [line]
    for line in pending:
        if at < len(value):
            yield Piece(at, at + 1, line.end, line.after, True)
            at += 1


def _breaks(text: str, pending: list[_Line], following: _Line, at: int, style: str) -> Iterator[Piece]:
    """Pieces for the line ends between two content lines; `pending` is the first of them and blank lines."""
    first = pending[0] if pending and not pending[0].is_blank() else None
    folds = style == ">" and first and text[first.start] not in " \t" and text[following.start] not in " \t"
    if first and folds and len(pending) == 1:
        yield Piece(at, at + 1, first.end, following.start, False)
        return
    for line in pending[1:] if folds else pending:
        yield Piece(at, at + 1, line.end, line.after, True)
        at += 1


def _indent(text: str, lines: list[_Line], value: str) -> int:
    """Columns of indentation: what the first line with text has in the file and no more in the value."""
    for line in lines:
        written = text[line.start : line.end]
        if written.strip(" "):
            spaces = len(written) - len(written.lstrip(" "))
            first = next((found for found in value.split("\n") if found.strip(" ")), "")
            return spaces - (len(first) - len(first.lstrip(" ")))
    return 0


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    """The lines after the header at `start`, with their indentation."""
    header = _LINE_END.search(text, start, end)
    at = header.end() if header else end
    while at < end:
        found = _LINE_END.search(text, at, end)
        line_end, after = found.span() if found else (end, end)
        yield _Line(at, line_end, after)
        at = after
