"""A ref to a component whose summary says that it is deprecated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Place, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]

_DEPRECATED = re.compile(r"\W*deprecated\b", re.IGNORECASE)


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    heads = head.workspace.store.heads
    for use in head.head.uses:
        target = heads.get(use.ref.name)
        if target is None or not _DEPRECATED.match(target.summary) or _DEPRECATED.match(head.head.summary):
            continue
        start = head.source.offset(use.line, use.column)
        at = head.source.text.find(use.text, start)
        place = Place(head.source, at if at >= 0 else start, at + len(use.text) if at >= 0 else start)
        related = Related("its summary", head.workspace.wrap(target).place(("summary",)), target.name)
        yield Hit(f"{target.name} is deprecated: {target.summary}", place, (related,))


RULE = Rule(
    name="deprecated-component",
    code="REG008",
    summary="A ref leads to a component whose summary says that it is deprecated.",
    scope="head",
    check=_check,
)
