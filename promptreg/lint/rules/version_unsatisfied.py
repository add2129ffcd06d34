"""No version fits a ref, or no single version fits all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]

_CODES = ("unsatisfiable", "conflict")


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    for problem in head.problems:
        if problem.code in _CODES and problem.path == head.source.path:
            yield Hit(said(problem), place_of(problem, head.source))


RULE = Rule(
    name="version-unsatisfied",
    code="REG003",
    summary="No version fits a ref, or one prompt would need two versions of one component.",
    scope="head",
    check=_check,
    severity="error",
)
