"""Positions of the protocol: a line and a column from 0, the column in code units of the negotiated encoding."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

__all__ = ["Encoding", "Lines", "Position"]

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A line and a column in code units, both from 0."""

    line: int
    character: int


class Lines:
    """A text as its lines. As the protocol wants it, CR LF, LF and a lone CR each end a line, and nothing else does."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.encoding = encoding
        self._starts = [0]
        self._ends = []
        for found in _LINE_END.finditer(text):
            self._ends.append(found.start())
            self._starts.append(found.end())
        self._ends.append(len(text))

    def position(self, offset: int) -> Position:
        """Where code point `offset` is; inside of a line end, or behind the text, the last place before."""
        line = bisect_right(self._starts, max(0, offset)) - 1
        start = self._starts[line]
        return Position(line, self._units(self.text[start : min(offset, self._ends[line])]))

    def offset(self, position: Position) -> int:
        """The code point at a position; behind the end of a line or of the text, that end.

        A column between the two halves of a code point means its start.
        """
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._ends[position.line]
        line = self.text[start:end]
        if self.encoding == "utf-32" or line.isascii():
            return min(start + position.character, end)
        left = position.character
        for at, char in enumerate(line):
            left -= self._units(char)
            if left < 0:
                return start + at
        return end

    def _units(self, text: str) -> int:
        if self.encoding == "utf-32" or text.isascii():
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(char > "\uffff" for char in text)
