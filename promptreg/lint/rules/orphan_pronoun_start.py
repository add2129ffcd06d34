"""The first part of a message starts with a word that refers to something before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_PRONOUN = re.compile(
    r"[\s\ue002]*(?:[-*+] )?(?P<word>It|They|These|Those|He|She|This(?= (?:is not|also|must|should|means|rule|one)))\b"
)


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    for text in prompt.texts[:1]:
        found = _PRONOUN.match(text.instructions)
        if found is not None and text.message == 0:
            said = f'"{found["word"]}" refers to nothing: the prompt starts here'
            yield from prompt.hits(said, (0, *found.span("word")))


RULE = Rule(
    name="orphan-pronoun-start",
    code="CLR010",
    summary="A prompt starts with a word that refers to something before it.",
    scope="rendered",
    check=_check,
    severity="note",
    confidence="medium",
    standing="pedantic",
)
