"""A JSON answer of which no message speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Output

__all__ = ["RULE"]


def _check(output: Output, options: Mapping[str, Any]) -> Iterator[Hit]:
    composition = output.composition
    model = composition.prompt.model or ""
    if model and not model.startswith(("openai/", "azure/")) and "/" in model:
        return
    for rendered in composition.workspace.rendered(composition.prompt.name):
        if "json" not in rendered.rendered.text.lower():
            yield Hit("no message says JSON, which the JSON mode of OpenAI demands", output.place)
            return


RULE = Rule(
    name="json-mode-without-json",
    code="PRV001",
    summary="The answer is to be JSON and no message says so, which the JSON mode of OpenAI refuses.",
    scope="output",
    check=_check,
    severity="note",
    standing="off",
)
