"""What a YAML parser's complaint means, in one sentence for the author of the file.

Only words live here: both parsers of PyYAML say the same things differently, and neither says what to do.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from promptreg.text import Source

__all__ = ["Complaint", "explain", "placeholder"]

_QUOTE = "quote the value if it is text"
_CLIP = 40
_MISFIT = r"expected key|expected <block end>|expected '-' indicator"
_NAMELESS = r"alphabetic or numeric|alphanumeric"
_UNCLOSED = r"unexpected end of stream"
_DIRECTIVE = r"directive|incompatible YAML|document with no"
_LOOSE = r"<document start>"
_BEYOND_REPAIR = (_DIRECTIVE, _LOOSE)
_SHOWN_AT_START = (_NAMELESS, _UNCLOSED)
_CLOSERS = {'"': "closing quote", "'": "closing quote", "]": 'closing "]"', "}": 'closing "}"'}
_TAB = "a tab cannot indent YAML; use spaces"

# Needle in the parser's "problem", sentence. `{line}` and `{column}` tell where the enclosing construct starts.
_SENTENCES = (
    (r"tab character", _TAB),
    (r"mapping keys are not allowed", '"?" cannot start a key here; ' + _QUOTE),
    (
        r"mapping values are not allowed",
        'a ":" with a value is not expected here; quote the text if it holds ": ", or check the indentation',
    ),
    (
        r"sequence entries are not allowed",
        'a "- " item cannot start here; put it on a line of its own, or quote the value',
    ),
    (r"',' or '?\]|',' or '?\}", 'expected "," or the closing bracket of what opens on line {line}'),
    (
        _MISFIT,
        "this does not fit what starts on line {line}, column {column}; check the indentation, or quote the value",
    ),
    (r"expected (the )?node content", "expected a value here; " + _QUOTE),
    (_LOOSE, "this does not continue the document before it; check the indentation"),
    (r"document (indicator|separator)", "the quote opened on line {line} is not closed before this line"),
    (_UNCLOSED, "the quote opened on line {line} is never closed"),
    (
        r"unknown escape character",
        "unknown escape in double quotes; write a backslash as two, or use single quotes",
    ),
    (
        r"hexdecimal|hexadecimal|character escape code|surrogate|too large|not in range",
        "this escape names no character",
    ),
    (r"chomping|indentation indicator", 'a digit from 1 to 9, "+" or "-" may follow "|" or ">", nothing else'),
    (r"comment or (a )?line break", 'only a comment may follow "|" or ">" on its line; ' + _QUOTE),
    (_NAMELESS, '"*" and "&" cannot start a plain value; ' + _QUOTE),
    (_DIRECTIVE, 'a line that starts with "%" is a directive, not allowed here'),
    (r"nesting", "nested too deeply"),
    (r"tag|did not find expected '!'|URI", '"!" cannot start a plain value; ' + _QUOTE),
)


class Complaint(NamedTuple):
    """A sentence about a file, with the file offset of its place.

    `cause` is the offset of a line that reads well once its value is replaced; None when no line does.
    """

    offset: int
    message: str
    cause: int | None


def explain(error: Exception, source: Source, base: int, reached: int) -> Complaint:
    """Turn the error of a parser that read `source` from offset `base` into a sentence.

    `reached` is the file offset of the last event before the error.
    """
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    at = _offset(getattr(error, "problem_mark", None), base, reached)
    begun = _offset(getattr(error, "context_mark", None), base, at)
    if "expected ':'" in problem:
        return Complaint(begun, _no_colon(source.text, begun), None)
    if "cannot start any token" in problem:
        return Complaint(at, _cannot_start(source.text[at : at + 1]), at)
    if re.search(_MISFIT, problem) and source.text.startswith(":", at):
        return Complaint(at, "a key is missing before the colon", None)
    if re.search(_MISFIT, problem) and (closer := _closer_before(source.text, at)):
        return _follows(source, at, closer, reached)
    for needle, sentence in _SENTENCES:
        if re.search(needle, problem):
            start = source.location(begun)
            at = begun if needle in _SHOWN_AT_START else at
            cause = None if needle in _BEYOND_REPAIR else at
            return Complaint(at, sentence.format(line=start.line, column=start.column), cause)
    return Complaint(at, f"not readable as YAML: {' '.join(problem.split())}", at)


def _offset(mark: Any, base: int, otherwise: int) -> int:
    return otherwise if mark is None else base + int(mark.index)


def _no_colon(text: str, at: int) -> str:
    """About a key without a colon, quoting the rest of its line."""
    line = text[at : text.find("\n", at) if "\n" in text[at:] else len(text)].strip()
    return f'expected ": " after "{line[:_CLIP]}{"…" if len(line) > _CLIP else ""}"'


def _follows(source: Source, at: int, closer: str, begun: int) -> Complaint:
    """About text after a closing quote or bracket; `begun` is where what it closes may have started."""
    opening = source.text[begun : begun + 1]
    start = source.location(begun)
    if opening in ("'", '"') and start.line < source.location(at).line:
        end = source.location(at).line
        return Complaint(begun, f"this quote closes only on line {end}, before more text; close it earlier", begun)
    return Complaint(at, f"nothing may follow the {closer}; put quotes around the whole value", at)


def _closer_before(text: str, at: int) -> str | None:
    """Name of the quote or bracket that ends the text before offset `at` on its line."""
    before = text[text.rfind("\n", 0, at) + 1 : at].rstrip()
    return _CLOSERS.get(before[-1:])


def placeholder(opener: str) -> str:
    """About a value that begins with one of the opening signs of a template: {{ {% {#."""
    closer = {"{": "}", "%": "%", "#": "#"}[opener[1]] + "}"
    return f'YAML reads "{opener}" as a mapping; quote the value: "{opener} … {closer}"'


def _cannot_start(char: str) -> str:
    if char == "\t":
        return _TAB
    name = "a backtick" if char == "`" else f'"{char}"'
    return f"a plain value cannot start with {name}; quote it"
