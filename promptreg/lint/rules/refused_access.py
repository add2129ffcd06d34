"""A template reaches for what is not data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_CODES = ("refused-name", "refused-call")


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    for problem in template.problems:
        if problem.code in _CODES:
            yield Hit(said(problem), place_of(problem, template.head.source))


RULE = Rule(
    name="refused-access",
    code="TPL005",
    summary="A template calls a method or reads a name that starts with an underscore.",
    scope="template",
    check=_check,
    severity="error",
)
