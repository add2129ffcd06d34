"""Rows of styled text, and their conversion to what a stream takes.

Commands build rows of `Span`s that hold content as it is; only `encode` adds escape codes, after it has made the
content safe. So no escape code on a terminal can come from content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from promptreg.output.terminal import one_line

__all__ = ["COMPONENT_STYLES", "Row", "Span", "color_wanted", "encode"]

_CODES = {
    "bold": "1",
    "dim": "2",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bright-green": "92",
    "bright-yellow": "93",
    "bright-blue": "94",
    "bright-magenta": "95",
    "bright-cyan": "96",
}
COMPONENT_STYLES = (
    "cyan",
    "yellow",
    "magenta",
    "green",
    "blue",
    "bright-cyan",
    "bright-yellow",
    "bright-magenta",
    "bright-green",
    "bright-blue",
)
"""Colours that tell components apart, in order of first appearance; red is kept for errors."""


class Span(NamedTuple):
    """A run of text with one style: names of `_CODES` joined by spaces, or none."""

    text: str
    style: str = ""


Row = Sequence[Span]


def color_wanted(environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to colour: NO_COLOR beats FORCE_COLOR, which beats TERM=dumb and what the stream is."""
    if environment.get("NO_COLOR"):
        return False
    forced = environment.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    return is_terminal and environment.get("TERM") != "dumb"


def encode(rows: Iterable[Row], *, color: bool, safe: bool) -> str:
    """The rows as text, one line each. `safe` makes hidden characters visible; colour implies it."""
    lines: list[str] = []
    for row in rows:
        if color:
            line = "".join(map(_painted, row))
        else:
            line = "".join(one_line(span.text) if safe else span.text for span in row)
        lines.append(line.rstrip(" ") + "\n")
    return "".join(lines)


def _painted(span: Span) -> str:
    text = one_line(span.text)
    if not span.style or not text:
        return text
    codes = ";".join(_CODES[name] for name in span.style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"
