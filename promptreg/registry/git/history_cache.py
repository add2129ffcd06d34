"""The version table kept on disk, by commit: what leads to a commit never changes.

Tables lie in the folder `history` of the cache folder that a caller names, a few for each folder of each repository: a
JSON file per commit, nothing in it but what `Repository.history` gives. They may be deleted at any time, and one that
cannot be read or written is ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from promptreg.registry.git.history import Change
from promptreg.registry.git.names import path_in_repository
from promptreg.registry.git.repository import Repository
from promptreg.registry.git.revision import Commit

__all__ = ["cached_history"]

_FORMAT = 1
_KEPT = 4
_NAME = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\.json")
_HEADER = 5  # fields of a Change that belong to its commit


def cached_history(
    repository: Repository, folder: str, cache: Path | None, *, start: Commit | None = None
) -> tuple[Change, ...]:
    """`repository.history(folder, start=start)`, from the cache where it is there, and into it.

    A table of an earlier commit is continued where that gives the same rows in the same order.
    """
    begin = start or repository.head()
    if begin is None:
        return ()
    if cache is None:
        return tuple(repository.history(folder, start=begin))
    place = _place(repository, folder, cache)
    known = _read(place / f"{begin.id}.json")
    if known is not None:
        return known
    changes = _continued(repository, folder, begin, place)
    if changes is None:
        changes = tuple(repository.history(folder, start=begin))
    _write(place, begin.id, changes)
    return changes


def _place(repository: Repository, folder: str, cache: Path) -> Path:
    """The tables of one folder of one repository; a clone that is deepened gets new ones."""
    key = "\0".join((repository.git_dir, path_in_repository(folder), *sorted(repository.shallow)))
    return cache / "history" / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _continued(repository: Repository, folder: str, start: Commit, place: Path) -> tuple[Change, ...] | None:
    """The newest known table that leads to `start`, with what came since; None when there is none to continue."""
    for name in _newest(place):
        earlier = Commit(name.removesuffix(".json"), "")
        if repository.is_continued(earlier, start):
            known = _read(place / name)
            if known is not None:
                return (*repository.history(folder, start=start, since=earlier), *known)
    return None


def _newest(place: Path) -> list[str]:
    """The names of the tables, the last one written first."""
    try:
        with os.scandir(place) as entries:
            found = [(entry.stat().st_mtime_ns, entry.name) for entry in entries if _NAME.fullmatch(entry.name)]
    except OSError:
        return []
    return [name for _, name in sorted(found, reverse=True)]


def _encode(changes: Iterable[Change]) -> dict[str, Any]:
    """Commits once, and rows that name them by number."""
    commits: dict[tuple[str | None, ...], int] = {}
    rows = [[commits.setdefault(change[:_HEADER], len(commits)), *change[_HEADER:]] for change in changes]
    return {"format": _FORMAT, "commits": list(commits), "rows": rows}


def _decode(stored: Any) -> tuple[Change, ...]:
    """Raises ValueError, TypeError, LookupError for what `_encode` did not write."""
    if stored["format"] != _FORMAT:
        raise ValueError
    commits: Sequence[Sequence[str]] = stored["commits"]
    return tuple([Change(*commits[number], *rest) for number, *rest in stored["rows"]])


def _read(file: Path) -> tuple[Change, ...] | None:
    try:
        return _decode(json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def _write(place: Path, commit: str, changes: Iterable[Change]) -> None:
    """Keep a table, whole or not at all, and forget the oldest; a folder that refuses is no error."""
    text = json.dumps(_encode(changes), separators=(",", ":"))
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=place, prefix=".new-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(text)
            os.replace(temporary, place / f"{commit}.json")
        except OSError:
            os.unlink(temporary)
            raise
        for name in _newest(place)[_KEPT:]:
            os.unlink(place / name)
