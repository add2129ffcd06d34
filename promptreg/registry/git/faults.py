"""Why git could not answer: one class per reason, and how what git says on stderr becomes one of them."""

from __future__ import annotations

import re

from promptreg.errors import PromptregError
from promptreg.registry.git.names import shown

__all__ = ["GitError", "MissingObject", "NoRepository", "TooLarge", "failure"]


class GitError(PromptregError):
    """Git failed or cannot be run; the message quotes what it said."""

    code = "git"


class NoRepository(GitError):
    """No repository can be read here; `reason` says why.

    It is `no-git` (no git binary), `no-repository` (none around the folder), `unsafe` (it belongs to another user and
    safe.directory does not name it) or `unusable` (damaged, or of a format that this git does not know).
    """

    code = "no-repository"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class MissingObject(GitError):
    """An object is named but not stored here, as in partial, shallow and damaged clones; `object_id` names it."""

    code = "missing-object"

    def __init__(self, object_id: str | None) -> None:
        what = f"object {object_id}" if object_id else "an object that is needed"
        super().__init__(
            f"{what} is not in this clone: it is partial, shallow or damaged, and nothing is fetched behind your back; "
            "`git fetch --refetch --no-filter` completes a partial clone, `git fetch --unshallow` a shallow one"
        )
        self.object_id = object_id


class TooLarge(GitError):
    """Something stored in the repository is larger than what is read from one."""

    code = "too-large"


# Different versions of git stop at different places.
_MISSING = re.compile(
    r"could not fetch ([0-9a-f]{40,64}) from promisor remote"
    r"|(?:unable to|[Cc]annot|[Cc]ould not|failed to) read (?:blob|tree|commit|object)(?: object)? \(?([0-9a-f]{40,64})"
    r"|[Ff]ailed to traverse parents of commit ([0-9a-f]{40,64})"
    r"|(?:bad|missing) (?:tree )?object ([0-9a-f]{40,64})"
    r"|not a tree object"
    r"|fetch\.parallel cannot be negative"
)


def failure(command: str, said: bytes, code: int) -> GitError:
    """The error for a git command that ended with `code` (negative: a signal) after saying `said` on stderr."""
    text = said.decode("utf-8", "replace").strip()
    missing = _MISSING.search(text)
    if missing:
        return MissingObject(next(filter(None, missing.groups()), None))
    lines = [line for line in text.splitlines() if line.startswith(("fatal: ", "error: "))] or text.splitlines()
    reason = "; ".join(shown(line.removeprefix("fatal: ").removeprefix("error: ")) for line in lines[-3:])
    if not reason:
        reason = f"it was ended by signal {-code}" if code < 0 else f"it ended with code {code}"
    return GitError(f"git {command} failed: {reason}")
