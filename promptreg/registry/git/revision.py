"""From the name of a revision to a commit."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from promptreg.errors import UsageError, nearest
from promptreg.registry.git.environment import Git
from promptreg.registry.git.faults import GitError, MissingObject
from promptreg.registry.git.names import revision_fault, shown
from promptreg.registry.git.objects import ObjectReader
from promptreg.registry.git.process import output
from promptreg.registry.git.refs import short_name

__all__ = ["Commit", "find_commit", "find_head", "refuse_revision"]

MAX_COMMIT = 10_000_000

# Where git answers with a guess and a warning, we do not answer.
_GUESSES = (
    (re.compile(r"^warning: refname '.*' is ambiguous", re.M), "names several refs: write refs/heads/… or refs/tags/…"),
    (re.compile(r"^warning: log for ", re.M), "asks for a time before the first entry of the reflog"),
)
_MAX_CHOICES = 5_000


class Commit(NamedTuple):
    """A commit: its full id and the id of its tree."""

    id: str
    tree: str

    @property
    def short(self) -> str:
        """The first twelve digits, for people."""
        return self.id[:12]


def find_commit(reader: ObjectReader, rev: str) -> Commit | None:
    """The one commit that `rev` names, or None.

    Raises UsageError for what can name none and where git would guess, MissingObject for a commit that is not here.
    """
    fault = revision_fault(rev)
    if fault:
        raise UsageError(f'the revision "{shown(rev)}" {fault}')
    try:
        answer, remarks = reader.find(rev + "^{commit}", MAX_COMMIT)
    except MissingObject:
        raise
    except GitError as error:  # git gives up on a reflog or an upstream that does not reach
        raise UsageError(f'the revision "{shown(rev)}" leads nowhere: {error}') from error
    if answer is None:
        return None
    for guess, fault in _GUESSES:
        if guess.search(remarks) and rev != "HEAD":  # that one always means itself, whatever else is called HEAD
            raise UsageError(f'the revision "{shown(rev)}" {fault}')
    if answer.kind != "commit":
        return None
    tree = answer.content.partition(b"\n")[0].removeprefix(b"tree ")
    return Commit(answer.object_id, tree.decode("ascii", "replace"))


def find_head(git: Git, reader: ObjectReader) -> Commit | None:
    """The commit that is checked out; None before the first one. Raises GitError when HEAD leads to a lost commit."""
    found = find_commit(reader, "HEAD")
    if found is not None:
        return found
    lost = _line(git, "rev-parse", "--verify", "-q", "HEAD")
    if lost:
        raise _damaged(f"HEAD is {lost}, and no commit of that id is in it")
    try:
        branch = _line(git, "symbolic-ref", "-q", "HEAD")
    except GitError:  # so says git before it tells the name of a branch that it cannot read
        raise _damaged("the branch that is checked out names no commit") from None
    if branch and os.path.lexists(os.path.join(git.folder, _line(git, "rev-parse", "--git-path", branch))):
        raise _damaged("the branch that is checked out names no commit")
    return None


def _line(git: Git, *arguments: str) -> str:
    return os.fsdecode(output(git, arguments, also_fine=1).removesuffix(b"\n"))


def _damaged(fault: str) -> GitError:
    return GitError(f"the repository is damaged: {fault}; `git fsck` tells what else is lost")


def refuse_revision(rev: str, refs: Sequence[str], *, is_shallow: bool) -> NoReturn:
    """Raise UsageError for a revision that is not there, with the ref (of these full names) that looks most like it."""
    names = [short_name(name) for name in refs]
    if rev in names or rev in refs:
        raise UsageError(f'"{shown(rev)}" leads to no commit of this repository')
    choice = nearest(rev, [name for name in names[:_MAX_CHOICES] if name.isprintable()])
    hint = " (this clone is shallow: older commits are not in it)" if is_shallow else ""
    raise UsageError.at(f'there is no revision "{shown(rev)}"{hint}', suggestion=choice)
