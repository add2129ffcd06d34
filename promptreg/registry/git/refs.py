"""The refs of a repository: branches, tags and whatever else points at objects."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.registry.git.environment import Git
from promptreg.registry.git.names import decoded
from promptreg.registry.git.process import output

__all__ = ["Ref", "list_names", "list_refs", "short_name"]

_FORMAT = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"
_PREFIXES = ("refs/heads/", "refs/tags/", "refs/remotes/")


class Ref(NamedTuple):
    """A ref: its full name, the id and kind of the object it points at, and the commit behind it.

    `commit` is None where there is none (a tag of a file or tree), and where one tag points at another; `resolve`
    follows those.
    """

    name: str
    object_id: str
    kind: str
    commit: str | None

    @property
    def short(self) -> str:
        """The name without `refs/heads/`, `refs/tags/` or `refs/remotes/`."""
        return short_name(self.name)


def list_names(git: Git) -> tuple[str, ...]:
    """The full names of all refs, also of those that point at nothing."""
    return tuple(decoded(line) for line in output(git, ("for-each-ref", "--format=%(refname)")).split(b"\n") if line)


def short_name(name: str) -> str:
    """The name of a ref without `refs/heads/`, `refs/tags/` or `refs/remotes/`."""
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)


def list_refs(git: Git) -> tuple[Ref, ...]:
    """All refs by name; raises GitError when one of them is damaged."""
    lines = output(git, ("for-each-ref", f"--format={_FORMAT}")).split(b"\n")
    return tuple(_ref(line) for line in lines if line)


def _ref(line: bytes) -> Ref:
    name, identity, kind, peeled, peeled_kind = (decoded(field) for field in line.split(b"\0"))
    commit = identity if kind == "commit" else peeled if peeled_kind == "commit" else None
    return Ref(name, identity, kind, commit)
