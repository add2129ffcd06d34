"""A cursor in one line of Markdown, which knows columns and tabs."""

from __future__ import annotations

__all__ = ["Line"]

_TAB = 4


class Line:
    """A cursor in one line: `at` is an offset of the text, `column` counts tabs as up to four blanks."""

    __slots__ = ("at", "column", "end", "partial", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.at = start
        self.end = end
        self.column = 0
        self.partial = 0

    @property
    def rest(self) -> str:
        """What is left of the line, leading blanks included."""
        return self.text[self.at : self.end]

    @property
    def blank(self) -> bool:
        """Whether nothing but white space is left."""
        return not self.rest.strip(" \t\r")

    def indent(self) -> int:
        """Columns of white space before the next character."""
        column, at = self.column, self.at
        width = self.partial
        column += self.partial
        while at < self.end and self.text[at] in " \t":
            step = _TAB - column % _TAB if self.text[at] == "\t" else 1
            width += step
            column += step
            at += 1
        return width

    def skip(self, columns: int) -> None:
        """Step over that many columns of white space; a tab may be used in part."""
        while columns > 0:
            if self.partial:
                step = min(self.partial, columns)
                self.partial -= step
            elif self.at < self.end and self.text[self.at] == "\t":
                width = _TAB - self.column % _TAB
                step = min(width, columns)
                self.partial = width - step
                self.at += 1
            elif self.at < self.end and self.text[self.at] == " ":
                step = 1
                self.at += 1
            else:
                return
            self.column += step
            columns -= step

    def take(self, characters: int) -> None:
        """Step over characters that are no tabs."""
        self.at += characters
        self.column += characters
