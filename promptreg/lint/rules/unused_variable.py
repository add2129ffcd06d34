"""An input that is declared and never used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.reads import inputs_read
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    if not head.head.inputs:
        return
    read = inputs_read(head, head.members)
    for name in head.head.inputs:
        if name not in read:
            yield Hit(f'the input "{name}" is declared and never used', head.key_place(("inputs", name)))


RULE = Rule(
    name="unused-variable",
    code="TPL003",
    summary="An input is declared and reaches no output, condition, binding or included component.",
    scope="head",
    check=_check,
)
