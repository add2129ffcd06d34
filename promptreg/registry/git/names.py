"""Names that come from outside or go to people: revisions, ids and paths are checked, odd characters are shown."""

from __future__ import annotations

import re
from collections.abc import Callable

from promptreg.errors import UsageError

__all__ = ["decoded", "encoded", "object_id", "path_in_repository", "revision_fault", "shown"]

MAX_REVISION = 1_000
MAX_PATH = 4_096

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# `a..b`, `a...b`, `^a`, `a^@`, `a^!`, `a^-1`: more than one commit, or all but one.
_RANGE = re.compile(r"\.\.|^\^|\^(?:[@!]|-[0-9]*)$")
# `:/text` and `a^{/text}` search messages, `a:path` and `:path` name files.
_NO_COMMIT = re.compile(r":|\^\{/")
_WIDEST = 200


def decoded(name: bytes) -> str:
    """A name as git stores it; bytes that are no UTF-8 become lone surrogates and survive `encoded`."""
    return name.decode("utf-8", "surrogateescape")


def encoded(name: str) -> bytes | None:
    """The bytes that `decoded` made the name from; None for text that no bytes stand for."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None


def shown(name: str) -> str:
    """The name for people and terminals: what is not printable (controls, bidirectional marks, stray bytes) is escaped.

    A name of more than 200 characters is shortened in the middle.
    """
    if len(name) > _WIDEST:
        name = f"{name[: _WIDEST // 2]}…{name[-_WIDEST // 2 :]}"
    if name.isprintable():
        return name
    return "".join(character if character.isprintable() else _escape(ord(character)) for character in name)


def _escape(point: int) -> str:
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def object_id(text: str) -> str:
    """`text` itself; raises UsageError unless it is a full object id (40 or 64 lower-case hexadecimal digits)."""
    if not _OBJECT_ID.fullmatch(text):
        raise UsageError(f'"{shown(text)}" is not a full object id')
    return text


def revision_fault(rev: str) -> str | None:
    """Why `rev` cannot name one commit, by its form alone, or None. What passes is one line without controls."""
    faults: tuple[tuple[Callable[[str], object], str], ...] = (
        (lambda rev: not rev.strip(), "is empty"),
        (lambda rev: rev.startswith("-"), "begins with a dash: options are not accepted here"),
        (_CONTROL.search, "holds control characters"),
        (lambda rev: len(rev) > MAX_REVISION or encoded(rev) is None, "is no text that a revision can have"),
        (_RANGE.search, "is a range: name one revision"),
        (_NO_COMMIT.search, "names a file or a search: name one revision"),
    )
    return next((fault for applies, fault in faults if applies(rev)), None)


def path_in_repository(path: str) -> str:
    """The path without a slash at its end; `""` and `"."` are the top.

    Raises UsageError for what is no path below the top: absolute, with parts that are empty, `.` or `..`, or with NUL.
    """
    if path in ("", ".", "./"):
        return ""
    parts = path.removesuffix("/").split("/")
    if "\0" in path or len(path) > MAX_PATH or encoded(path) is None or not {"", ".", ".."}.isdisjoint(parts):
        raise UsageError(f'"{shown(path)}" is no path below the top of a repository')
    return "/".join(parts)
