"""An instruction leaves to the model what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.plain import QUOTED, sentence_at
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_VAGUE = re.compile(
    r"\b(?:as appropriate|if appropriate|where appropriate|as needed|if needed|if necessary|when necessary|as necessary"
    r"|if possible|where possible|when possible|as required|reasonabl[ey]|and so on|etc\.?(?=\s|$)|or something"
    r"|some kind of"
    r"|a few|somewhat|try to|as best (?:as )?you can|properly|appropriately|and/or|not too (?:long|short|much"
    r"|many))(?!\w)",
    re.IGNORECASE,
)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.kind not in ("body", "inline", "variant"):
        return
    text = template.instructions
    allowed = {word.lower() for word in options["allow"]}
    seen: set[str] = set()
    for found in _VAGUE.finditer(text):
        word = found.group().lower().rstrip(".")
        begin, stop = sentence_at(text, *found.span())
        at = found.start() - begin
        quoted = any(one.start() < at < one.end() for one in QUOTED.finditer(text[begin:stop]))
        if word not in seen | allowed and not quoted and not _is_defined(text, word):
            seen.add(word)
            yield Hit(f'"{found.group()}" leaves the decision to the model', template.place(*found.span()))


def _is_defined(text: str, word: str) -> bool:
    """Whether the text says what it means by the word."""
    return re.search(rf"[\"“*`]{re.escape(word)}[\"”*`]+ (?:means|is|here|stands)", text, re.IGNORECASE) is not None


RULE = Rule(
    name="vague-term",
    code="CLR006",
    summary="A hedge leaves to the model what an instruction means.",
    scope="template",
    check=_check,
    severity="note",
    confidence="low",
    standing="pedantic",
    options={"allow": Option((), "Words that are fine.")},
)
