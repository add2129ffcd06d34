"""A sample that its prompt cannot be rendered with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import (
    ConditionFailed,
    InputError,
    InvalidFile,
    LimitExceeded,
    PromptregError,
    RenderError,
)
from promptreg.lint.finding import Hit
from promptreg.lint.problems import said
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition

__all__ = ["RULE"]

_OWN = (ConditionFailed, InputError, InvalidFile, LimitExceeded, RenderError)
"""What a sample can be the reason of; a tokenizer that is missing is none."""


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    if composition.closure is None or not composition.prompt.samples:
        return
    workspace, name = composition.workspace, composition.prompt.name
    rendered = workspace.rendered(name)
    working = {one.sample for one in rendered}
    for sample in composition.prompt.samples:
        if sample in working:
            continue
        try:
            workspace.registry.render(name, workspace.sample(name, sample))
        except _OWN as error:
            if rendered or not _is_of_the_prompt(composition):
                yield Hit(f'the sample "{sample}" {_said(error)}', composition.head.key_place(("samples", sample)))
        except PromptregError:
            continue


def _is_of_the_prompt(composition: Composition) -> bool:
    """Whether the prompt cannot be compiled at all, which is not the fault of a sample."""
    from promptreg.render.library import Shelf
    from promptreg.render.program import compile_prompt

    assert composition.closure is not None
    try:
        compile_prompt(composition.closure, Shelf()).prepare()
    except PromptregError:
        return True
    return False


def _said(error: PromptregError) -> str:
    more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
    return f"does not render: {said(error.problems[0])}{more}"


RULE = Rule(
    name="broken-sample",
    code="REG012",
    summary="A prompt cannot be rendered with one of its own samples.",
    scope="composition",
    check=_check,
    severity="error",
)
