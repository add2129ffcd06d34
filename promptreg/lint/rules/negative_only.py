"""A prohibition that does not say what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.plain import sentence_at
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_NEGATIVE = re.compile(
    r"(?:^|(?<=[.!?] ))[ \t]*(?:[-*+] )?(?P<what>(?:Do not|Don't|Don’t|Never|Avoid) [a-z]+)", re.MULTILINE
)
_ALTERNATIVE = re.compile(
    r"\b(?:instead|but|rather|unless|except|if|when|without|only|because|since|so that|until|before|outside)\b|[;:–—]",
    re.IGNORECASE,
)
_POSITIVE = re.compile(r"\s*(?:[-*+] )?(?:Instead|Rather|Use|Write|Say|Ask|Leave|Keep|Give|Name|Take|Prefer)\b")


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.kind not in ("body", "inline", "variant"):
        return
    text = template.instructions
    for found in _NEGATIVE.finditer(text):
        _, stop = sentence_at(text, *found.span("what"))
        if not _ALTERNATIVE.search(text, found.end(), stop) and not _POSITIVE.match(text, stop):
            yield Hit(f'"{found["what"]}" does not say what to do instead', template.place(*found.span("what")))


RULE = Rule(
    name="negative-only",
    code="CLR007",
    summary="A prohibition does not say what to do instead.",
    scope="template",
    check=_check,
    severity="note",
    confidence="low",
    standing="pedantic",
)
