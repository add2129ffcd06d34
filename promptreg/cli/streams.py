"""Standard output and standard error. stdout is data and nothing else; talk and errors go to stderr.

In a pipe data is written as the exact bytes. On a terminal it is made safe first (see promptreg.output.terminal);
what goes to stderr is always made safe, because a log is read on a terminal sooner or later.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple, TextIO

from promptreg.errors import Problem, UsageError
from promptreg.output.styled import Row, Span, color_wanted, encode
from promptreg.output.terminal import visible, visible_json

__all__ = [
    "Screen",
    "complain",
    "flush",
    "screen",
    "silence",
    "talk",
    "warn",
    "write_document",
    "write_json",
    "write_rows",
    "write_text",
]


class Screen(NamedTuple):
    """What standard output can show; `columns` is 80 where nobody knows."""

    is_terminal: bool
    color: bool
    unicode: bool
    columns: int


def screen() -> Screen:
    """Standard output as it is now."""
    stream = _stdout()
    is_terminal = stream.isatty()
    encoding = (stream.encoding or "").lower().replace("-", "")
    drawn = not is_terminal or (encoding.startswith("utf") and os.environ.get("TERM") != "dumb")
    return Screen(is_terminal, color_wanted(os.environ, is_terminal=is_terminal), drawn, _columns(stream))


def write_text(text: str) -> None:
    """Rendered text: its exact UTF-8 bytes in a pipe; made safe and ended with a newline on a terminal."""
    if _stdout().isatty():
        _show(visible(text if text.endswith("\n") else text + "\n"))
    else:
        _write_bytes(text)


def write_rows(rows: Iterable[Row]) -> None:
    """Rows for people: lists, trees, the margin view."""
    now = screen()
    text = encode(rows, color=now.color, safe=now.is_terminal)
    if now.is_terminal:
        _show(text)
    else:
        _write_bytes(text)


def write_document(document: dict[str, Any]) -> None:
    """A versioned JSON document."""
    from promptreg.output.json_text import document_text

    write_json(document_text(document))


def write_json(text: str) -> None:
    """JSON text: as it is in a pipe; on a terminal hidden characters are written as JSON escapes."""
    if _stdout().isatty():
        _show(visible_json(text))
    else:
        _write_bytes(text)


def complain(problems: Iterable[Problem]) -> None:
    """Errors, one line each: `error: path:line:column: key: message (did you mean "x"?)`."""
    for problem in problems:
        _say("error: ", "red", str(problem))


def warn(message: str) -> None:
    """One line on stderr about something that may be wrong."""
    _say("warning: ", "yellow", message)


def talk(text: str) -> None:
    """A remark on stderr; may have several lines."""
    for line in text.split("\n"):
        _say("", "", line)


def flush() -> None:
    """Push out what is buffered, so that a closed pipe or a full disk is noticed here and not at exit."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def silence() -> None:
    """Send the rest of standard output nowhere: its reader is gone, and the interpreter flushes once more at exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _redirect_to_nowhere(stream)


def _redirect_to_nowhere(stream: TextIO) -> None:
    try:
        target = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, target)
    os.close(nowhere)


def _stdout() -> TextIO:
    if sys.stdout is None:
        raise UsageError("standard output is closed")
    return sys.stdout


def _columns(stream: TextIO) -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _write_bytes(text: str) -> None:
    stream = _stdout()
    stream.flush()
    stream.buffer.write(text.encode("utf-8"))


def _show(text: str) -> None:
    """Safe text to a terminal, in its own encoding; what that cannot hold is written as an escape."""
    stream = _stdout()
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _say(label: str, style: str, line: str) -> None:
    stream = sys.stderr
    if stream is None:
        return
    color = color_wanted(os.environ, is_terminal=stream.isatty())
    text = encode([[Span(label, f"bold {style}".strip() if label else ""), Span(line)]], color=color, safe=True)
    stream.write(text.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8"))
