"""A ref of a released prompt that takes whatever version there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    try:
        released = any(name == head.name for name, _ in head.workspace.store.releases.lock)
    except PromptregError:
        return
    if not released:
        return
    for use in head.head.uses:
        target = head.workspace.store.heads.get(use.ref.name)
        if use.ref.constraint.text or target is None:
            continue
        start = head.source.text.find(use.text, head.source.offset(use.line, use.column))
        if start < 0:
            continue
        place = Place(head.source, start, start + len(use.text))
        wish = f"^{target.version.major}"
        fix = Fix("safe", f"take {wish}", (Edit(place, f"{use.ref.name}@{wish}"),))
        yield Hit(f"{use.ref.name} is taken in whatever version there is", place, fix=fix)


RULE = Rule(
    name="unpinned-reference",
    code="REG004",
    summary="A released prompt takes a component in whatever version there is.",
    scope="head",
    check=_check,
    severity="note",
    standing="off",
    fix="safe",
)
