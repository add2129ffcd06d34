"""Bullet items of a body, read from its source text.

A bullet (`-`, `*`, `+`, `1.` or `1)` at column 0, outside fences) reaches through its indented continuation, nested
bullets and blank lines up to the next such bullet or unindented text. Tags do not count as text: a line of nothing but
block tags and comments neither starts nor ends a bullet, and at the end of one it stands outside.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from promptreg.template.positions import Tokens

__all__ = ["Bullet", "Bullets"]

_TAG = "\0"
_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_LEADING_TAGS = re.compile(rf"[ \t]*{_TAG}+")
_HIDDEN = {"block_begin": "block_end", "comment_begin": "comment_end"}


class Bullet(NamedTuple):
    """The text range of one bullet item, line ends included."""

    start: int
    end: int


class _Line(NamedTuple):
    start: int
    end: int
    text: str


class Bullets:
    """The bullets of one body, in order."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self.items = tuple(_bullets(_lines(_without_tags(text, tokens))))
        self.loops = tuple(_innermost(sorted(_loop_bodies(tokens), key=itemgetter(1)), self.items))
        """For each bullet the number of the innermost loop that repeats it, counting `for` tags from 1, or 0."""
        self._starts = [bullet.start for bullet in self.items]

    def at(self, offset: int) -> int | None:
        """The index of the bullet that text offset `offset` stands in."""
        index = bisect_right(self._starts, offset) - 1
        return index if index >= 0 and offset < self.items[index].end else None

    def borders(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The range cut wherever a bullet starts or ends."""
        index = max(0, bisect_right(self._starts, start) - 1)
        for bullet in self.items[index:]:
            if bullet.start >= end:
                break
            for edge in bullet:
                if start < edge < end:
                    yield start, edge
                    start = edge
        yield start, end


def _loop_bodies(tokens: Tokens) -> Iterator[tuple[int, int, int]]:
    """Number and text range of the body of each `for` block."""
    opened: list[tuple[str, int, int]] = []
    loops = 0
    items = tokens.items
    for at, token in enumerate(items):
        if token.type != "block_begin":
            continue
        word = next((t.text for t in items[at + 1 : at + 3] if t.type == "name"), "")
        loops += word == "for"
        if word in ("for", "if"):
            opened.append((word, token.end, loops))
        elif opened and (word == f"end{opened[-1][0]}" or (word == "else" and opened[-1][0] == "for")):
            kind, start, number = opened.pop()
            if kind == "for":
                yield number, start, token.start
            if word == "else":
                opened.append(("else", token.end, number))
        elif word == "endfor" and opened and opened[-1][0] == "else":
            opened.pop()


def _innermost(bodies: list[tuple[int, int, int]], bullets: tuple[Bullet, ...]) -> Iterator[int]:
    """For each bullet the number of the innermost loop body around its start, or 0; bodies by their start."""
    around: list[tuple[int, int]] = []
    at = 0
    for bullet in bullets:
        while at < len(bodies) and bodies[at][1] <= bullet.start:
            number, _, end = bodies[at]
            around.append((number, end))
            at += 1
        while around and around[-1][1] <= bullet.start:
            around.pop()
        yield around[-1][0] if around else 0


def _without_tags(text: str, tokens: Tokens) -> str:
    """The text with each character of a block tag or comment replaced, so that offsets stay."""
    parts: list[str] = []
    at = 0
    opening: tuple[str, int] | None = None
    for token in tokens.items:
        if token.type in _HIDDEN:
            opening = (_HIDDEN[token.type], token.start)
        start = opening[1] if opening and token.type == opening[0] else token.start
        if (opening and token.type == opening[0]) or token.type in ("raw_begin", "raw_end"):
            # the closing token may have swallowed line ends, which are text to us
            end = start + len(text[start : token.end].rstrip())
            parts += [text[at:start], _TAG * (end - start)]
            at = end
            opening = None
    parts.append(text[at:])
    return "".join(parts)


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for line in _LINE.findall(text):
        yield _Line(at, at + len(line), line)
        at += len(line)


def _bullets(lines: Iterator[_Line]) -> Iterator[Bullet]:
    start: int | None = None
    end = 0  # of the open bullet, without tag lines that may turn out to stand behind it
    fence: str | None = None
    for line in lines:
        tags = _LEADING_TAGS.match(line.text)
        text = line.text[tags.end() :] if tags else line.text
        offset = line.start + len(line.text) - len(text)
        seen = text.replace(_TAG, "").strip()
        if not seen and _TAG in line.text:
            continue
        closing = fence is not None
        fence = _fence_after(fence, text)
        if closing:
            end = line.end
        elif fence is None and _MARKER.match(text):
            if start is not None:
                yield Bullet(start, min(end, offset))
            start, end = offset, line.end
        elif seen and text[:1] not in (" ", "\t", _TAG):
            if start is not None:
                yield Bullet(start, end)
            start = None
        else:
            end = line.end
    if start is not None:
        yield Bullet(start, end)


def _fence_after(fence: str | None, text: str) -> str | None:
    """The fence that is open after a line."""
    found = _FENCE.match(text)
    if found is None:
        return fence
    mark = found[1]
    if fence is None:
        return mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence) and not text[found.end() :].strip()
    return None if closes else fence
