"""A ref leads to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import nearest_fix, place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]

_CODES = ("unknown-name",)


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    for problem in head.problems:
        if problem.code in _CODES and problem.path == head.source.path:
            place = place_of(problem, head.source)
            yield Hit(said(problem), place, fix=nearest_fix(problem, place))


RULE = Rule(
    name="missing-reference",
    code="REG001",
    summary="A ref names a component that the registry does not hold.",
    scope="head",
    check=_check,
    severity="error",
    fix="unsafe",
)
