"""Who wrote a line: git's own blame for what is committed, and a comparison of lines for what is not."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from promptreg.errors import UsageError
from promptreg.registry.git.environment import Git
from promptreg.registry.git.faults import GitError
from promptreg.registry.git.history import read_headers
from promptreg.registry.git.names import decoded, encoded, object_id, shown
from promptreg.registry.git.process import output

__all__ = ["BlameLine", "blame_lines", "committed_line", "committed_lines", "working_bytes"]

_MANY = 1_000  # lines in one command line
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_QUOTED = re.compile(rb"\\([0-7]{3}|.)", re.S)
_NO_SUCH_LINE = re.compile(r"has only \d+ lines?|no such path|is not a blob|cannot stat path")


class BlameLine(NamedTuple):
    """The commit that last changed a line, and where the line stood in it.

    `time` is the author's, ISO 8601 with offset. Of a line that is not committed, all but `original_path` and
    `original_line` (where it stands now) is None. `is_oldest` marks the oldest commit of a shallow clone: the line is
    that old or older.
    """

    commit: str | None
    author: str | None
    email: str | None
    time: str | None
    summary: str | None
    original_path: str
    original_line: int
    is_oldest: bool = False


def blame_lines(
    git: Git, path: str, lines: Iterable[int], commit: str, shallow: frozenset[str]
) -> dict[int, BlameLine]:
    """Who wrote these lines (from 1) of a file of a commit, by line; the file is followed through renames.

    `git` runs at the top of the work tree, where there is one: commits that `blame.ignoreRevsFile` of the repository
    lists are passed over, as git does. Raises UsageError for a line or a file that is not there, GitError where that
    setting names no readable file.
    """
    _check_side_files(git)
    wanted = sorted(set(lines))
    found: dict[int, _Written] = {}
    for start in range(0, len(wanted), _MANY):
        found |= _written(git, path, wanted[start : start + _MANY], commit)
    # The commits are read like those of the history: blame would apply a mailmap, and nothing could stop it.
    headers = read_headers(git, (written.commit for written in found.values()))
    return {
        line: BlameLine(*headers[written.commit], written.path or path, written.line, written.commit in shallow)
        for line, written in found.items()
    }


class _Written(NamedTuple):
    """Which commit wrote a line, and where."""

    commit: str
    path: str
    line: int


def _written(git: Git, path: str, lines: Sequence[int], commit: str) -> dict[int, _Written]:
    ranges = (f"-L{line},{line}" for line in lines)
    arguments = ("blame", "--line-porcelain", "--root", "--no-textconv", "--no-progress", *ranges)
    try:
        said = output(git, (*arguments, object_id(commit), "--", path))
    except GitError as error:
        if _NO_SUCH_LINE.search(str(error)):
            which = f"line {lines[0]}" if len(lines) == 1 else "such lines"
            raise UsageError(f"{shown(path)} has no {which} in commit {commit[:12]}") from error
        raise
    found: dict[int, _Written] = {}
    head: list[str] = []
    name = b""
    for item in said.split(b"\n"):
        if item.startswith(b"\t"):  # the line itself, at the end of what is said about it
            found[int(head[2])] = _Written(head[0], _unquoted(name), int(head[1]))
            head = []
        elif not head:
            head = item.decode("ascii").split()
        elif item.startswith(b"filename "):
            name = item.removeprefix(b"filename ")
    return found


def _check_side_files(git: Git) -> None:
    """Refuse what blame would stop at or wait for: it opens these files whatever they are, and no option forbids it."""
    found = output(git, ("config", "-z", "--type=path", "--get-all", "blame.ignoreRevsFile"), also_fine=1)
    for name in filter(None, found.split(b"\0")):
        if not _is_file(os.path.join(os.fsencode(git.folder), name)):
            raise GitError(f"blame.ignoreRevsFile of the repository names {shown(decoded(name))}, which is no file")
    mailmap = os.path.join(git.folder, ".mailmap")
    if os.path.lexists(mailmap) and not _is_file(os.fsencode(mailmap)):
        raise GitError(f"{shown(mailmap)} is no file: git blame cannot read it")


def _is_file(path: bytes) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def working_bytes(top: str, path: str, limit: int) -> bytes:
    """A regular file of the work tree, as it is; raises UsageError when it cannot be read or is too large."""
    place = os.path.join(os.fsencode(top), encoded(path) or b"")
    try:
        descriptor = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(f"{shown(path)} is not a regular file")
            with open(descriptor, "rb", closefd=False) as stream:
                content = stream.read(limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UsageError(f"{shown(path)} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(content) > limit:
        raise UsageError(f"{shown(path)} is larger than {limit:,} bytes")
    return content


def committed_line(now: bytes, committed: bytes, line: int) -> int | None:
    """The number that line `line` (from 1) of a working file has in the committed version; None when it is new."""
    return committed_lines(now, committed, (line,))[line]


def committed_lines(now: bytes, committed: bytes, lines: Iterable[int]) -> dict[int, int | None]:
    """The numbers that lines (from 1) of a working file have in the committed version; None for those that are new.

    Line ends do not count. Raises UsageError when the file has no such line.
    """
    new, old = (content.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n") for content in (now, committed))
    head = _common(new, old)
    tail = _common(new[head:][::-1], old[head:][::-1])
    blocks: list[tuple[int, int, int]] | None = None
    found: dict[int, int | None] = {}
    for line in lines:
        if not 1 <= line <= len(new):
            raise UsageError(f"the file has no line {line}")
        if line <= head:
            found[line] = line
        elif line > len(new) - tail:
            found[line] = line - len(new) + len(old)
        else:
            if blocks is None:
                blocks = _matching(old[head : len(old) - tail], new[head : len(new) - tail])
            at = line - 1 - head
            places = (line - begin + start for start, begin, size in blocks if begin <= at < begin + size)
            found[line] = next(places, None)
    return found


def _matching(old: list[bytes], new: list[bytes]) -> list[tuple[int, int, int]]:
    """Runs of equal lines: where they begin in the old lines and in the new ones, and how long they are."""
    from difflib import SequenceMatcher

    return [(start, begin, size) for start, begin, size in SequenceMatcher(None, old, new).get_matching_blocks()]


def _common(one: list[bytes], other: list[bytes]) -> int:
    """How many items the lists share at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _unquoted(name: bytes) -> str:
    """A path as git writes it to a line: in quotes, with escapes of C, when it holds odd characters."""
    if not (name.startswith(b'"') and name.endswith(b'"') and len(name) > 1):
        return decoded(name)

    def character(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _ESCAPES.get(code, code)

    return decoded(_QUOTED.sub(character, name[1:-1]))
