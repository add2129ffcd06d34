"""Finding the include tags of a body without parsing it.

Reads just enough of the lexical grammar (comments, raw blocks, strings, brackets) to know which tags are real. It must
not import Jinja2: a registry is scanned before any body is compiled. Tests hold it equal to the parser.
"""

from __future__ import annotations

import re

from promptreg.errors import Problem, TemplateInvalid
from promptreg.template.spans import IncludeRef
from promptreg.text import TextMap

__all__ = ["scan_includes"]

_MAYBE = re.compile(r"\{%[-+]?\s*include\b")
_OPEN = re.compile(r"\{\{|\{%|\{#")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*-?%\}")
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_STRING = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_INSIDE = re.compile(rf"{_STRING}|[-+]?%\}}|-?\}}\}}|[{{}}()\[\]]", re.S)
_INCLUDE = re.compile(rf"\{{%[-+]?\s*include\b\s*(?P<ref>{_STRING})?\s*(?P<rest>.*?)\s*[-+]?%\}}\Z", re.S)


def scan_includes(body: TextMap, *, name: str) -> tuple[IncludeRef, ...]:
    """The include tags of a body in order.

    Raises TemplateInvalid when an include names anything but a string literal, with all such tags. Other mistakes are
    left to `compile_template`.
    """
    text = body.text
    if _MAYBE.search(text) is None:
        return ()
    found: list[IncludeRef] = []
    problems: list[Problem] = []
    for start, end in _block_tags(text):
        tag = _INCLUDE.match(text, start, end)
        if tag is None:
            continue
        ref = _ref(tag)
        if ref is None:
            place = body.location(start)
            message = f'an include in {name} must name a component: {{% include "name" %}}'
            problems.append(Problem("refused-syntax", message, place.path, place.line, place.column))
        else:
            found.append(IncludeRef(ref, start, end))
    if problems:
        raise TemplateInvalid(problems)
    return tuple(found)


def _ref(tag: re.Match[str]) -> str | None:
    if tag["ref"] is None or tag["rest"]:
        return None
    written = tag["ref"][1:-1]
    return None if "\\" in written else written


def _block_tags(text: str) -> list[tuple[int, int]]:
    """The text ranges of all `{% %}` tags outside comments and raw blocks, up to the first unclosed tag."""
    tags: list[tuple[int, int]] = []
    at = 0
    while opening := _OPEN.search(text, at):
        start = opening.start()
        if opening[0] == "{#":
            close = text.find("#}", start + 2)
            if close < 0:
                break
            at = close + 2
        elif raw := _RAW.match(text, start):
            closing = _END_RAW.search(text, raw.end())
            if closing is None:
                break
            at = closing.end()
        else:
            end = _tag_end(text, start + 2, "%}" if opening[0] == "{%" else "}}")
            if end is None:
                break
            if opening[0] == "{%":
                tags.append((start, end))
            at = end
    return tags


def _tag_end(text: str, at: int, closer: str) -> int | None:
    """Where the tag that is open at `at` ends; a closer inside brackets does not count, as in Jinja2."""
    depth = 0
    while token := _INSIDE.search(text, at):
        word = token[0]
        at = token.end()
        if word.endswith(closer) and depth == 0:
            return at
        if word.endswith("%}"):
            at -= 1
        elif word.endswith("}}"):
            at = token.start() + 1
            depth -= word == "}}"
        elif word in ("{", "(", "["):
            depth += 1
        elif word in ("}", ")", "]"):
            depth -= 1
    return None
