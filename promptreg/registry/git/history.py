"""The version table: which commit made which version of which file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from promptreg.registry.git.environment import Git
from promptreg.registry.git.faults import GitError
from promptreg.registry.git.names import decoded, object_id, path_in_repository
from promptreg.registry.git.process import chunks, output, records
from promptreg.registry.git.tree import LINK, SUBMODULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["Change", "Header", "is_continued", "list_changes", "list_renames", "read_headers"]

_MANY = 1_000  # ids in one command line
_FORMAT = "%H%x00%an%x00%ae%x00%ad%x00%s"
_OPTIONS = (
    "-z",
    f"--format=tformat:{_FORMAT}",
    "--date=raw",  # git would stop at a time that it cannot write as a date
    "--encoding=UTF-8",
    # What configuration could turn on.
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-mailmap",
    "--no-notes",
    "--no-decorate",
    "--no-color",
    "--no-follow",
    "--no-relative",
    "--ignore-submodules=none",
)
_CHANGES = (
    "--raw",
    "--no-abbrev",
    "--no-renames",
    # Every commit that made a version, also on branches that a merge has overruled; children before parents, by time.
    "--full-history",
    "--date-order",
    # Of a merge, only what differs from all of its parents: a version that stands in no other commit.
    "-c",
    "--root",
)
_NO_MODE = "000000"


class Change(NamedTuple):
    """One file in one commit: who made which version of it, and when (ISO 8601 with offset, the author's clock).

    `status` is A (added), M (modified), D (deleted), T (turned into a link, a file or a submodule), or ? for a file in
    the oldest commit of a shallow clone, where nobody can tell. `old_id` is None without a version before, `new_id`
    without one after; of a merge, `old_id` is the version of the first parent that has one. `mode` is that of the new
    version, and of the old one where the file was deleted.
    """

    commit: str
    author: str
    email: str
    time: str
    subject: str
    path: str
    old_id: str | None
    new_id: str | None
    status: str
    mode: str

    @property
    def is_file(self) -> bool:
        """Whether the content is a file: not the target of a symbolic link, not the commit of a submodule."""
        return self.mode not in (LINK, SUBMODULE)


class Header(NamedTuple):
    """A commit without its changes; the first fields of a `Change`."""

    commit: str
    author: str
    email: str
    time: str
    subject: str


def list_changes(git: Git, folder: str, start: str, since: str | None, shallow: frozenset[str]) -> Iterator[Change]:
    """Every change to the files below a folder (or to one file), newest first, in the commits that lead to `start`.

    A commit comes before its parents, otherwise by time of commit; with `since`, commits that lead to it are left out.
    A rename is a deletion and an addition. Raises MissingObject for a clone without the trees.
    """
    span = (object_id(start), *((f"^{object_id(since)}",) if since else ()))
    place = ("--", *filter(None, (path_in_repository(folder),)))
    return _parse(records(chunks(git, ("log", *_OPTIONS, *_CHANGES, "--end-of-options", *span, *place))), shallow)


def list_renames(git: Git, folder: str, commit: str) -> dict[str, str]:
    """The files below a folder that a commit moved: the path before by the path after; at least half of each is alike.

    A merge moves nothing. Raises MissingObject for a clone without the files.
    """
    arguments = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-commit-id", "-M50%", "-l2000", "--no-relative")
    place = ("--", *filter(None, (path_in_repository(folder),)))
    fields = records(chunks(git, (*arguments, "--end-of-options", object_id(commit), *place)))
    found: dict[str, str] = {}
    for field in fields:
        path = decoded(next(fields))
        if field.rsplit(b" ", 1)[-1].startswith(b"R"):
            found[decoded(next(fields))] = path
    return found


def is_continued(git: Git, earlier: str, later: str) -> bool:
    """Whether the changes up to `later` are the new ones followed by those up to `earlier`, in the same order.

    So it is when `earlier` leads to `later` and every commit since is younger than it by the clock: then the order by
    time takes all new commits before the first old one.
    """
    between = f"{object_id(earlier)}...{object_id(later)}"
    try:
        found = output(
            git, ("rev-list", "--timestamp", "--left-right", "--boundary", "--end-of-options", between, "--")
        )
    except GitError:  # the earlier commit is not here, or no more
        return False
    new: list[int] = []
    limit = None
    for line in found.decode("ascii").splitlines():
        time, _, commit = line.partition(" ")
        if commit.startswith("<"):
            return False
        if commit.startswith(">"):
            new.append(int(time))
        elif commit == f"-{earlier}":
            limit = int(time)
    return limit is not None and min(new) > limit


def read_headers(git: Git, commits: Iterable[str]) -> dict[str, Header]:
    """Who made each of these commits, when, and its subject line, by id."""
    ids = [object_id(commit) for commit in dict.fromkeys(commits)]
    found: dict[str, Header] = {}
    for start in range(0, len(ids), _MANY):
        some = ids[start : start + _MANY]
        said = output(git, ("log", *_OPTIONS, "--no-patch", "--no-walk", "--end-of-options", *some, "--"))
        fields = iter(said.split(b"\0"))
        for _ in some:
            commit = next(fields).decode("ascii")
            found[commit] = _header(commit, fields)
    return found


def _header(commit: str, fields: Iterator[bytes]) -> Header:
    """The header from the fields that follow the id."""
    author, email, time, subject = [decoded(next(fields)) for _ in range(4)]
    return Header(commit, author, email, _iso_time(time), subject)


def _iso_time(raw: str) -> str:
    """ISO 8601 with offset for `seconds +hhmm`; a time that no calendar has is the beginning of 1970."""
    from datetime import datetime

    seconds, _, zone = raw.partition(" ")
    try:
        return datetime.fromtimestamp(int(seconds), _zone(zone)).isoformat()
    except (ValueError, OverflowError, OSError):
        return "1970-01-01T00:00:00+00:00"


@lru_cache(maxsize=256)
def _zone(text: str) -> tzinfo:
    """The time zone of `+hhmm`; raises ValueError for what is none."""
    from datetime import timedelta, timezone

    sign = text[:1]
    return timezone(timedelta(hours=int(sign + text[1:-2]), minutes=int(sign + text[-2:])))


def _parse(fields: Iterator[bytes], shallow: frozenset[str]) -> Iterator[Change]:
    header = Header("", "", "", "", "")
    is_oldest = False
    for field in fields:
        if field.startswith((b":", b"\n:")):
            path = decoded(next(fields))
            old_id, new_id, status, mode = _versions(field)
            yield Change(*header, path, old_id, new_id, "?" if is_oldest else status, mode)
        elif field:  # a merge has an empty one before its changes
            header = _header(field.decode("ascii"), fields)
            is_oldest = header.commit in shallow


def _versions(field: bytes) -> tuple[str | None, str | None, str, str]:
    """Old id, new id, status and mode of a raw line.

    It reads `:mode mode id id letter` for one parent; with more, there is a colon, mode, id and letter for each.
    """
    before, *rest = field.decode("ascii").lstrip("\n").split(" ")
    if len(rest) == 4:
        mode, old_id, new_id, status = rest
        if mode == _NO_MODE:
            return old_id, None, "D", before[1:]
        return (None if before[1:] == _NO_MODE else old_id), new_id, status[0], mode
    parents = before.count(":")
    modes = [before[parents:], *rest[: parents - 1]]
    mode, *ids = rest[parents - 1 : -1]
    found = next((one for one, its_mode in zip(ids, modes, strict=False) if its_mode != _NO_MODE), None)
    if mode == _NO_MODE:
        return found, None, "D", next(its_mode for its_mode in modes if its_mode != _NO_MODE)
    return found, ids[-1], "M" if found else "A", mode
