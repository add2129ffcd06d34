"""Which versions changed heads need: what a fix changes in a released file cannot keep its number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from promptreg.errors import PromptregError
from promptreg.lint.workspace import Workspace
from promptreg.registry.next_version import judge
from promptreg.registry.resolve import resolve_head

__all__ = ["Bump", "bumps"]


class Bump(NamedTuple):
    """A head that was changed after its release: its version, the one it needs (None: it cannot be told), and why."""

    name: str
    before: str
    after: str | None
    reasons: tuple[str, ...] = ()


def bumps(workspace: Workspace, paths: Iterable[str]) -> tuple[Bump, ...]:
    """The heads at these paths whose version is released with another text, by name."""
    store = workspace.store
    wanted = set(paths)
    found = []
    for name, head in sorted(store.heads.items()):
        if head.path in wanted:
            try:
                if store.is_clean(head) or not store.releases.holds(name, head.version):
                    continue
                verdict = judge(resolve_head(head, store), store, "auto")
            except PromptregError:
                found.append(Bump(name, str(head.version), None))
            else:
                reasons = tuple(map(str, verdict.reasons))
                found.append(Bump(name, str(head.version), str(verdict.version), reasons))
    return tuple(found)
