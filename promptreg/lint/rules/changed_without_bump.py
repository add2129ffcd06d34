"""A head that differs from the release of the same number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head
from promptreg.model.component import Component
from promptreg.model.digest import text_digest
from promptreg.model.lock import LockEntry
from promptreg.model.prompt import Prompt
from promptreg.model.version import Version

__all__ = ["RULE"]

_SHOWN = 3


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    store, own = head.workspace.store, head.head
    try:
        released = store.releases.lock.get((own.name, own.version))
    except PromptregError:
        return
    if released is None or store.is_clean(own) or _is_as_locked(own, released):
        return
    place = head.place(("version",))
    last = max(version for name, version in store.releases.lock if name == own.name)
    message = f"{own.name} differs from its release {own.version}, and still has this version"
    yield Hit(message, place, fix=_fix(head, place, last))


def _is_as_locked(head: Component | Prompt, released: LockEntry) -> bool:
    """Whether the head is what the lock says was released: then it is the frozen copy that was changed or lost.

    Where the output schema is a file of its own, that may be what changed, so nothing can be told.
    """
    return released.schema is None and text_digest(head.written.source.text) == released.file


def _fix(head: Head, place: Place, last: Version) -> Fix | None:
    """The lowest version that the contract allows, where that can be told and the number is written plainly."""
    from promptreg.model.semver import bumped, level_of
    from promptreg.registry.next_version import closure_changes
    from promptreg.registry.resolve import resolve_release

    store = head.workspace.store
    try:
        old = resolve_release(head.name, last, store)
        changes = closure_changes(old, head.workspace.registry.closure(head.name), store)
    except PromptregError:
        return None
    version = bumped(last, level_of(list(changes)))
    if place.text.count(str(head.head.version)) != 1:
        return None
    text = place.text.replace(str(head.head.version), str(version))
    left = _left_behind(head, version)
    return Fix("unsafe", f"raise the version to {version}{left}", (Edit(place, text),))


def _left_behind(head: Head, version: Version) -> str:
    """What the new number is not for: those who ask for another one go on with the release they have."""
    heads = head.workspace.store.heads.values()
    refs = {
        f"{one.name} ({use.text})"
        for one in heads
        for use in one.uses
        if use.ref.name == head.name and use.ref.constraint is not None and not use.ref.constraint.allows(version)
    }
    if not refs:
        return ""
    shown = ", ".join(sorted(refs)[:_SHOWN])
    more = f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
    return f", which {shown}{more} will not take"


RULE = Rule(
    name="changed-without-bump",
    code="REG005",
    summary="A file was changed after its version was released, and the version was not raised.",
    scope="head",
    check=_check,
    severity="error",
    fix="unsafe",
    reach="registry",
)
