"""A part of a prompt does not get the inputs that its component needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import InvalidFile, PromptregError
from promptreg.lint.finding import Hit
from promptreg.lint.problems import place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition

__all__ = ["RULE"]


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    if composition.closure is None or composition.workspace.rendered(composition.prompt.name):
        return
    from promptreg.render.library import Shelf
    from promptreg.render.program import compile_prompt

    try:
        compile_prompt(composition.closure, Shelf())
    except PromptregError as error:
        for problem in error.problems:
            if problem.code == InvalidFile.code and problem.path == composition.head.source.path:
                yield Hit(said(problem), place_of(problem, composition.head.source))


RULE = Rule(
    name="broken-binding",
    code="REG011",
    summary="A part does not give its component the inputs that it declares.",
    scope="composition",
    check=_check,
    severity="error",
)
