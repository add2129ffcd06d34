"""A file of the registry that cannot be read as a component or prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.problems import place_of, said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import File
from promptreg.text import Source

__all__ = ["RULE"]


def _check(file: File, options: Mapping[str, Any]) -> Iterator[Hit]:
    source = file.source or Source(file.path, "")
    for problem in file.problems:
        yield Hit(said(problem), place_of(problem, source))


RULE = Rule(
    name="invalid-front-matter",
    code="REG006",
    summary="A file is not YAML, breaks the format of components and prompts, or cannot be read.",
    scope="file",
    check=_check,
    severity="error",
)
