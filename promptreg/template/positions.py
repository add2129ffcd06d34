"""Exact offsets for Jinja2's tokens and nodes, without a lexer or parser of our own.

Jinja2's tokens carry only a line number. Two small tricks give offsets. Each compiled lexer rule is wrapped so that the
last match is remembered: the tokenizer is a generator, so when a token arrives that match is the one that made it. And
the line number that the parser copies into every node is an `int` that also knows the offsets (`Pos`).
Nothing else in the package knows how lexing works.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.lexer import Lexer, TokenStream

__all__ = ["Pos", "Tag", "Token", "Tokens", "read_tokens", "start_of"]

# Tokens of a rule with several groups whose group has no name, and its number.
_GROUPS = {"data": 1, "comment": 1, "comment_end": 2, "raw_end": 2}
_CLOSERS = {"variable_begin": "variable_end", "block_begin": "block_end", "comment_begin": "comment_end"}
_SIGNS = re.compile(r"[-+]?(?:\}\}|%\}|#\})")


class Pos(int):
    """A line number that also knows which text offsets it stands for."""

    start: int
    end: int

    @classmethod
    def at(cls, line: int, start: int, end: int) -> Pos:
        """Build a position; `line` is what plain Jinja2 would have used."""
        pos = cls(line)
        pos.start = start
        pos.end = end
        return pos


class Token(NamedTuple):
    """A raw token: its text range, Jinja2's type and the text as written."""

    start: int
    end: int
    type: str
    text: str
    line: int


class Tag(NamedTuple):
    """A `{{ }}`, `{% %}` or `{# #}` tag; `inner_*` is its content without delimiters and white space around."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    type: str


class _Spy:
    """A compiled pattern that remembers its last match in a holder shared by all patterns of one lexing."""

    __slots__ = ("_holder", "_pattern")

    def __init__(self, pattern: re.Pattern[str], holder: list[re.Match[str]]) -> None:
        self._pattern = pattern
        self._holder = holder

    def match(self, source: str, pos: int) -> re.Match[str] | None:
        found = self._pattern.match(source, pos)
        if found is not None:
            self._holder[:] = [found]
        return found


class Tokens:
    """All tokens of a text in order, and its tags.

    When lexing stopped early, `error` is Jinja2's message and `stopped` the offset; the tokens before it are there.
    """

    def __init__(self, items: list[Token], *, error: str | None, stopped: int) -> None:
        self.items = items
        self.error = error
        self.stopped = stopped
        self.tags = list(_tags(items))
        self._tag_starts = [tag.start for tag in self.tags]
        self._starts = [token.start for token in items]
        self._index = {token.start: at for at, token in enumerate(items) if token.type == "string"}

    def tag_at(self, offset: int) -> Tag | None:
        """The tag that text offset `offset` stands in."""
        at = bisect_right(self._tag_starts, offset) - 1
        if at >= 0 and offset < self.tags[at].end:
            return self.tags[at]
        return None

    def name_after(self, offset: int, name: str) -> int:
        """Where the next token that reads `name` starts, from `offset` on (or `offset` when there is none)."""
        first = bisect_right(self._starts, offset - 1)
        return next((token.start for token in self.items[first:] if token.text == name), offset)

    def string_range(self, offset: int, value: str) -> tuple[int, int] | None:
        """Where the characters of a string literal stand, or None when it has escapes or adjacent parts."""
        at = self._index.get(offset)
        if at is None:
            return None
        token = self.items[at]
        return (token.start + 1, token.end - 1) if token.text[1:-1] == value else None

    def stream(self, lexer: Lexer) -> TokenStream:
        """The tokens as Jinja2's parser wants them, with positions for line numbers."""
        raw = ((Pos.at(t.line, t.start, t.end), t.type, t.text) for t in self.items)
        return TokenStream(lexer.wrap(raw), None, None)


def read_tokens(lexer: Lexer, text: str, *, most_tags: int, expression: bool = False) -> Tokens:
    """Lex a text (LF line ends only), up to one tag more than `most_tags`. Never raises: see `Tokens.error`."""
    from jinja2.exceptions import TemplateSyntaxError

    holder: list[re.Match[str]] = []
    view = copy(lexer)
    view.rules = {
        state: [rule._replace(pattern=_Spy(rule.pattern, holder)) for rule in rules]  # type: ignore[arg-type]
        for state, rules in lexer.rules.items()
    }
    items: list[Token] = []
    tags = 0
    try:
        for line, kind, value in view.tokeniter(text, None, None, "variable" if expression else None):
            start = _start(holder[0], kind)
            items.append(Token(start, start + len(value), kind, value, line))
            tags += kind in _CLOSERS
            if tags > most_tags:
                return Tokens(items, error="too many tags", stopped=start)
    except TemplateSyntaxError as error:
        return Tokens(items, error=error.message or "syntax error", stopped=_stop(holder, error))
    return Tokens(items, error=None, stopped=len(text))


def _start(match: re.Match[str], kind: str) -> int:
    if kind in match.re.groupindex and match[kind] is not None:
        return match.start(kind)
    group = _GROUPS.get(kind)
    return match.start(group) if group is not None and match.re.groups else match.start()


def _stop(holder: list[re.Match[str]], error: Any) -> int:
    if not holder:
        return 0
    last = holder[0]
    # these complain about the match itself, the others about what comes after it
    about_match = str(error.message).startswith(("unexpected '", "Missing end"))
    return last.start() if about_match else last.end()


def _tags(items: list[Token]) -> Iterator[Tag]:
    opening: int | None = None
    for at, token in enumerate(items):
        if token.type in _CLOSERS:
            opening = at
        elif opening is not None and token.type == _CLOSERS[items[opening].type]:
            yield _tag(items, opening, at)
            opening = None


def _tag(items: list[Token], opening: int, closing: int) -> Tag:
    first, last = opening + 1, closing - 1
    while first < last and items[first].type == "whitespace":
        first += 1
    while last > first and items[last].type == "whitespace":
        last -= 1
    # the closing token swallows white space that trimming removes; the tag ends at its delimiter
    sign = _SIGNS.match(items[closing].text)
    end = items[closing].start + (sign.end() if sign else 0)
    inner = (items[first].start, items[last].end) if first <= last else (end, end)
    return Tag(items[opening].start, end, *inner, items[opening].type)


def start_of(node: nodes.Node) -> int | None:
    """The leftmost text offset of a node and everything below it."""
    best: int | None = None
    stack: list[nodes.Node] = [node]
    while stack:
        here = stack.pop()
        pos = here.lineno
        if isinstance(pos, Pos) and (best is None or pos.start < best):
            best = pos.start
        stack.extend(here.iter_child_nodes())
    return best
