"""A component that no prompt is made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import Head
from promptreg.model.prompt import Prompt

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    workspace = head.workspace
    if isinstance(head.head, Prompt) or any(fnmatchcase(head.name, glob) for glob in options["entry-points"]):
        return
    heads = workspace.store.heads
    if not any(isinstance(one, Prompt) for one in heads.values()) or workspace.store.broken:
        return
    if not any(isinstance(heads[name], Prompt) for name in workspace.with_dependants([head.name])):
        yield Hit(f"no prompt is made with {head.name}", head.place(("kind",)))


RULE = Rule(
    name="unused-component",
    code="REG007",
    summary="No prompt is made with this component.",
    scope="head",
    check=_check,
    reach="registry",
    severity="note",
    standing="off",
    options={"entry-points": Option((), "globs of names that are used from elsewhere")},
)
