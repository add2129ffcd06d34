"""The prose of a text alone: code, markup and quotations are masked, every other character keeps its offset."""

from __future__ import annotations

import re
from collections.abc import Iterable

from promptreg.markdown.blocks import Block

__all__ = [
    "CODE",
    "EXAMPLE",
    "FORM",
    "QUOTED",
    "examples_in",
    "plain_of",
    "sentence_at",
    "unfenced_of",
    "without",
    "without_tags",
]

CODE = "\ue002"
"""Stands for each masked character but line ends."""

_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][\w:.-]*(?:\s[^<>\n]{0,200})?/?>", re.DOTALL)
_LINE = re.compile(r"[^\n]+")
_BREAK = re.compile(
    r"(?<=[.!?。！？])[\"')\]*_]*\s+"  # the end of a sentence
    r"|(?<=[。！？])"
    r"|\n[ \t]*(?=[-*+•#>|\n\ue002]|[0-9]{1,3}[.)][ \t])"  # a new block or list item
    r"|:[ \t]*\n"
)
QUOTED = re.compile(r'"[^"\n]{1,300}"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»|「[^」\n]{1,300}」')
"""Text between double quotes on one line."""

EXAMPLE = re.compile(r"\b(?:e\.g\.|i\.e\.|for example|for instance|examples?|such as|sample)\b", re.IGNORECASE)
"""Words that announce an example."""

_MAY_SHOW = re.compile(
    r"example|sample|few|shot|demonstration|^[ \t]*(?:user|input|human|q|customer)\b.{0,12}:", re.I | re.M
)
_TAGGED = re.compile(
    r"<((?:good_|bad_)?(?:examples?|samples?|few[_-]?shots?|demonstrations?)(?:[_-]\w+)?)\b[^<>\n]*>.*?</\1>",
    re.I | re.S,
)
_TURN = re.compile(
    r"^[ \t*_>-]*(?:user|human|input|output|assistant|ai|customer|question|answer|q|a|system)[ \t]*[0-9]*[*_]*:[^\n]*",
    re.I | re.M,
)
_HEADED = re.compile(
    r"^[ \t]*(#{0,6})[ \t]*[*_]*(?:[\w-]+ ){0,3}?(?:examples?|samples?|few-shots?|demonstrations?)"
    r"(?: [\w#-]+){0,3}[*_:]*[ \t]*$",
    re.I | re.M,
)
_ANY_HEADING = re.compile(r"^[ \t]*(#{1,6})[ \t]", re.M)

FORM = re.compile(
    r"\b(?:formats?|templates?|structured?|outputs?|examples?|sample|layout|skeleton|respond with|following"
    r"|pattern|schema"
    r"|placeholders?|boilerplate|draft|report|outline)\b",
    re.IGNORECASE,
)
"""Words that announce a form for the model to fill in."""


def plain_of(text: str, blocks: Iterable[Block]) -> str:
    """A Markdown text with code, tags and HTML comments masked by CODE; its length and lines stay the same."""
    return without_tags(unfenced_of(text, blocks))


def unfenced_of(text: str, blocks: Iterable[Block]) -> str:
    """A Markdown text with fenced, indented and inline code masked by CODE."""
    found = []
    at = 0
    for block in blocks:
        if block.kind in ("fence", "code"):
            found.append(_sub(_SPAN, "`", text[at : block.start]))
            found.append(_LINE.sub(_masked, text[block.start : block.end]))
            at = block.end
    found.append(_sub(_SPAN, "`", text[at:]))
    return "".join(found)


def without_tags(text: str) -> str:
    """A text without code, with tags and HTML comments masked by CODE."""
    return _sub(_TAG, "<", text)


def examples_in(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of a text that show examples, not instructions: tagged, under a heading, or turns of a dialogue."""
    if _MAY_SHOW.search(text) is None:
        return ()
    found = [found.span() for found in _TAGGED.finditer(text)]
    found += [found.span() for found in _TURN.finditer(text)]
    for heading in _HEADED.finditer(text):
        level = len(heading.group(1)) or 7
        ends = (one.start() for one in _ANY_HEADING.finditer(text, heading.end()) if len(one.group(1)) <= level)
        found.append((heading.start(), next(ends, len(text))))
    return tuple(sorted(found))


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the given spans masked by CODE, line ends kept."""
    for start, end in spans:
        text = text[:start] + _LINE.sub(_masked, text[start:end]) + text[end:]
    return text


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence, list item or heading around `start:end` of a plain text, at most 300 characters on either side."""
    first = max(0, start - 300)
    begin = first
    for found in _BREAK.finditer(text, first, start):
        begin = found.end()
    after = _BREAK.search(text, end, min(len(text), end + 300))
    return begin, after.start() if after else min(len(text), end + 300)


def _sub(pattern: re.Pattern[str], mark: str, text: str) -> str:
    """The text with what matches masked, line ends kept."""
    if mark not in text:
        return text
    return pattern.sub(lambda found: _LINE.sub(_masked, found.group()), text)


def _masked(found: re.Match[str]) -> str:
    return CODE * (found.end() - found.start())
