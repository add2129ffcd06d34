"""A template reads a name that nothing declares or assigns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import nearest_fix, place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    for problem in template.problems:
        if problem.code == "undefined-variable":
            place = place_of(problem, template.head.source)
            yield Hit(said(problem), place, fix=nearest_fix(problem, place))


RULE = Rule(
    name="undefined-variable",
    code="TPL002",
    summary="A template reads a name that nothing declares or assigns.",
    scope="template",
    check=_check,
    severity="error",
    fix="unsafe",
)
