"""So many lines are emphasised that none is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_LOUD = re.compile(
    r"\b(?:MUST|NEVER|ALWAYS|CRITICAL|IMPORTANT|EXTREMELY|MANDATORY|REQUIRED|DO NOT|WARNING|ABSOLUTELY)\b|!!"
)
_LINE = re.compile(r"[^\n]*\w[^\n]*")


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    for text in prompt.texts:
        lines = list(_LINE.finditer(text.instructions))
        loud = [line for line in lines if _LOUD.search(line.group())]
        share = len(loud) / len(lines) if lines else 0.0
        if len(loud) >= options["lines"] and share > options["share"]:
            found = _LOUD.search(text.instructions, loud[0].start())
            assert found is not None
            said = f"{len(loud)} of {len(lines)} lines of this message are emphasised"
            yield from prompt.hits(said, (text.message, *found.span()), amount=len(loud))


RULE = Rule(
    name="emphasis-inflation",
    code="CLR008",
    summary="A large share of the lines of a message is emphasised.",
    scope="rendered",
    check=_check,
    severity="note",
    confidence="low",
    standing="pedantic",
    options={
        "share": Option(0.2, "The share of emphasised lines that is still fine."),
        "lines": Option(5, "Fewer emphasised lines are always fine."),
    },
)
