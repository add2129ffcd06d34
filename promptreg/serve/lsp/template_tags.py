"""Where the tags of a template are, also while one is being written: an open tag ends with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Tag", "Word", "local_names", "tag_at", "word_at"]

_OPEN = re.compile(r"\{\{|\{%|\{#")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}.*?(?:\{%[-+]?\s*endraw\s*[-+]?%\}|\Z)", re.DOTALL)
_INSIDE = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[-+]?%\}|-?\}\}|\{\{|\{%|\{#")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRING = re.compile(r"\"[^\"\n]*(?:\"|\Z)|'[^'\n]*(?:'|\Z)")
_NAME = r"[A-Za-z_]\w*"
_LOCAL = re.compile(
    rf"\{{%[-+]?\s*(?:set\s+(?P<set>{_NAME}(?:\s*,\s*{_NAME})*)|for\s+(?P<for>{_NAME}(?:\s*,\s*{_NAME})*)\s+in\b"
    rf"|with\s+(?P<with>{_NAME})\s*=|(?:macro|call)\s+(?P<macro>{_NAME}\s*\([^)%]*\)))"
)


class Tag(NamedTuple):
    """A tag `start:end`, its opening (`{{`, `{%` or `{#`), and what is between the delimiters."""

    start: int
    end: int
    opening: str
    inner_start: int
    inner_end: int


class Word(NamedTuple):
    """A name, empty where one could be written; `before` is the text of its tag in front of it.

    `quoted` is whether it is inside of a string, which it then is all of.
    """

    start: int
    end: int
    text: str
    before: str
    quoted: bool = False


def _tags(text: str, start: int, end: int) -> Iterator[Tag]:
    at = start
    while found := _OPEN.search(text, at, end):
        raw = _RAW.match(text, found.start(), end)
        if raw is not None:
            at = raw.end()
            continue
        tag = _tag(text, found, end)
        yield tag
        at = tag.end


def _tag(text: str, opening: re.Match[str], end: int) -> Tag:
    start, inner = opening.span()
    if opening.group() == "{#":
        stop = text.find("#}", inner, end)
        return Tag(start, end, "{#", inner, end) if stop < 0 else Tag(start, stop + 2, "{#", inner, stop)
    closer = "}}" if opening.group() == "{{" else "%}"
    for found in _INSIDE.finditer(text, inner, end):
        if found.group().endswith(closer):
            return Tag(start, found.end(), opening.group(), inner, found.start())
        if found.group() in ("{{", "{%", "{#"):
            break
    line = text.find("\n", inner, end)
    stop = end if line < 0 else line
    return Tag(start, stop, opening.group(), inner, stop)


def tag_at(text: str, start: int, end: int, offset: int) -> Tag | None:
    """The tag of the template `text[start:end]` that an offset is inside of."""
    for tag in _tags(text, start, end):
        if tag.start > offset:
            return None
        if tag.inner_start <= offset <= tag.inner_end:
            return tag
    return None


def word_at(text: str, start: int, end: int, offset: int) -> Word:
    """The name at an offset of the expression `text[start:end]`, or the empty place where one could be written."""
    for found in _STRING.finditer(text, start, end):
        closed = len(found.group()) > 1 and found.group()[-1] == found.group()[0]
        if found.start() < offset < found.end() or (offset == found.end() and not closed):
            last = found.end() - 1 if closed else found.end()
            inner = text[found.start() + 1 : last]
            return Word(found.start() + 1, last, inner, text[start : found.start()], quoted=True)
    for found in _WORD.finditer(text, start, end):
        if found.start() <= offset <= found.end():
            return Word(*found.span(), found.group(), text[start : found.start()])
    return Word(offset, offset, "", text[start:offset])


def local_names(text: str, start: int, end: int) -> dict[str, tuple[int, int]]:
    """The names that a template sets, loops over or defines, each with the place where it first does so."""
    found: dict[str, tuple[int, int]] = {}
    for tag in _LOCAL.finditer(text, start, end):
        group = tag.lastgroup or ""
        for name in _WORD.finditer(text, *tag.span(group)):
            found.setdefault(name.group(), name.span())
    return found
