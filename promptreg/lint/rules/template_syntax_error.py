"""A template that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_CODES = ("template-syntax", "template-limit", "refused-syntax", "bad-name")


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    for problem in template.problems:
        if problem.code in _CODES:
            yield Hit(said(problem), place_of(problem, template.head.source))


RULE = Rule(
    name="template-syntax-error",
    code="TPL001",
    summary="A template breaks the template language, or uses what promptreg refuses.",
    scope="template",
    check=_check,
    severity="error",
)
