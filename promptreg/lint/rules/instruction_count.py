"""More instructions than models follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_INSTRUCTION = re.compile(
    r"(?:^|(?<=[.!?] ))[ \t]*(?:(?:[-*+]|[0-9]+[.)]) )?(?:You (?:must|should|need to|have to)|Always|Never"
    r"|Do not|Don't|Please|Make"
    r"|Ensure|Use|Write|Give|Keep|Avoid|Include|Return|Answer|Respond|Provide|Check|Add|Ask|Say|Start|Name|Report|Prefer"
    r"|Explain|List|Read|Find|Set|Put|Choose|Follow|Create|Generate|Output|Only)\b",
    re.MULTILINE,
)


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    found = [(text, one) for text in prompt.texts for one in _INSTRUCTION.finditer(text.instructions)]
    if len(found) > options["most"]:
        text, one = found[options["most"]]
        said = f"the prompt has {len(found)} instructions, {options['most']} at most are wanted"
        yield from prompt.hits(said, (text.message, one.end() - 1, one.end()), amount=len(found))


RULE = Rule(
    name="instruction-count",
    code="CLR009",
    summary="A prompt has more instructions than wanted.",
    scope="rendered",
    check=_check,
    severity="note",
    confidence="low",
    standing="pedantic",
    options={"most": Option(100, "So many instructions are fine.")},
)
