"""A component that is nearly a copy of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    own = [twins for twins in head.workspace.twins if twins.second == head.name]
    if own:
        twins = max(own, key=lambda one: one.share)
        other = head.workspace.head(twins.first)
        related = (Related("the other one", other.place(("kind",)), other.name),)
        message = f"{round(100 * twins.share)} % of the text of {head.name} is that of {twins.first}"
        yield Hit(message, head.place(("kind",)), related)


RULE = Rule(
    name="near-duplicate-component",
    code="REG009",
    summary="A component holds nearly the text of another.",
    scope="head",
    check=_check,
    reach="registry",
    severity="note",
    standing="off",
)
