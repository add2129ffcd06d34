"""A component is made of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]

_CODES = ("cycle",)


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    for problem in head.problems:
        if problem.code in _CODES and problem.path == head.source.path:
            yield Hit(said(problem), place_of(problem, head.source))


RULE = Rule(
    name="reference-cycle",
    code="REG002",
    summary="Components include each other in a circle.",
    scope="head",
    check=_check,
    severity="error",
)
