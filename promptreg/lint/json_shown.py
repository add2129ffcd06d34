"""JSON as prompts show it: where it stands in a template, and whether it was meant to parse and does not.

A sketch (with an ellipsis, comments, type words, triple quotes or angle brackets instead of values) was never meant to
parse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from promptreg.lint.prose import HIDDEN, PRINTED

if TYPE_CHECKING:
    from promptreg.lint.subjects import Template

__all__ = ["JsonFault", "JsonText", "fault_of", "json_texts", "value_of"]

_TOKEN = re.compile(
    r"""(?P<space>[\s\u00a0]+)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>[{}\[\]:,])"""
    rf"""|(?P<value>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|\b(?:true|false|null)\b)|(?P<printed>{PRINTED}+)"""
)
_OPEN = re.compile(r"^([ \t]*)\{[ \t]*$", re.MULTILINE)
_OPENING, _CLOSING = "{[", "}]"
_WORDS = {
    "Expecting ',' delimiter": "a comma or a closing bracket is expected here",
    "Expecting ':' delimiter": "a colon is expected here",
    "Expecting property name enclosed in double quotes": "a key in double quotes is expected here",
    "Expecting value": "a value is expected here",
    "Extra data": "something follows the end",
    "Invalid control character at": "a line end or control character stands in a string",
    "Unterminated string starting at": "a string is not closed",
    "Invalid \\escape": "a backslash that escapes nothing",
}


class JsonText(NamedTuple):
    """JSON in a template: `start` is the text offset of `text`, in which printing tags are masked."""

    start: int
    text: str


class JsonFault(NamedTuple):
    """Why a text that was meant as JSON is none, at which of its characters, and where a comma is too many."""

    at: int
    message: str
    comma: int | None = None


def json_texts(template: Template) -> Iterator[JsonText]:
    """Objects and lists in fences for JSON or without a language, and objects that open on a line of their own."""
    text = template.body.text.text
    if "{" not in text.replace("{{", "").replace("{%", "").replace("{#", "") and "json" not in text:
        return
    masked = template.masked
    taken: list[tuple[int, int]] = []
    for block in template.blocks:
        if block.kind == "fence":
            taken.append((block.start, block.end))
            if block.info.split(" ")[0].lower() in ("json", "") and block.closed:
                yield from _trimmed(masked, block.inner_start, block.inner_end)
    for found in _OPEN.finditer(masked):
        if any(start <= found.start() < end for start, end in taken):
            continue
        close = re.compile(rf"^{found.group(1)}\}}[ \t]*$", re.MULTILINE).search(masked, found.end())
        if close is not None:
            taken.append((found.start(), close.end()))
            yield from _trimmed(masked, found.start(), close.end())


def _trimmed(text: str, start: int, end: int) -> Iterator[JsonText]:
    """The text without blanks around it, if it looks like an object or list; none with block tags inside."""
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    inner = inner.strip()
    if inner[:1] in _OPENING and inner[:1] and HIDDEN not in inner:
        yield JsonText(start, inner)


def value_of(text: str) -> Any:
    """The value of JSON; raises ValueError for what is none. Printing tags outside of strings are none."""
    return json.loads(text.replace("\u00a0", " "))


def fault_of(text: str) -> JsonFault | None:
    """What keeps a text that starts with a bracket from being JSON; None for valid JSON and for sketches."""
    try:
        value_of(text)
    except json.JSONDecodeError as error:
        if _is_sketch(text) or _are_several(text) or _is_escaped(text):
            return None
        return _fault(error, text)
    except (ValueError, RecursionError):
        return None
    return None


def _fault(error: json.JSONDecodeError, text: str) -> JsonFault:
    """What Python says, with a comma at the end told alike by all of its versions: from 3.13 on, it points at it."""
    start = error.pos + 1 if text[error.pos : error.pos + 1] == "," else error.pos
    at = start + len(text[start:]) - len(text[start:].lstrip())
    before = text[:at].rstrip()
    if before.endswith(",") and text[at : at + 1] in ("}", "]"):
        return JsonFault(at, "a comma before the closing bracket", len(before) - 1)
    message = _WORDS.get(error.msg, error.msg[:1].lower() + error.msg[1:])
    return JsonFault(min(error.pos, len(text) - 1), message)


def _is_sketch(text: str) -> bool:
    """Whether it holds anything that JSON does not know, or is not closed; a value that is printed counts as such."""
    if '"""' in text:
        return True
    at = 0
    last = None
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup == "printed" or found.lastgroup == last == "value":
            return True
        last = found.lastgroup
        if found.lastgroup == "text" and found.group() in ('"..."', '"…"') and found.end() == len(text):
            return True
        at = found.end()
    return text[-1:] not in _CLOSING


def _is_escaped(text: str) -> bool:
    """Whether it is JSON with its braces doubled, as a formatting string of Python wants them."""
    try:
        value_of(text.replace("{{", "{").replace("}}", "}"))
    except ValueError:
        return False
    return True


def _are_several(text: str) -> bool:
    """Whether it is a row of values, one after the other, such as JSON lines."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        try:
            _, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            return False
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
    return True
