"""Two orders to answer in nothing but one format, and the formats differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.lint.finding import Hit
from promptreg.lint.plain import CODE, EXAMPLE, sentence_at
from promptreg.lint.prose import PRINTED
from promptreg.lint.rendered_text import RenderedText
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_FORMAT = r"JSON(?:[ -]Lines)?|JSONL|XML|YAML|CSV|TSV|HTML|Markdown|LaTeX|plain text"
_ONLY = re.compile(
    r"\b(?:answer|respond|reply|output|return|write|produce|print|give|emit|responses?|answers?|repl(?:y|ies))\b"
    r"(?:\s+(?:must|should|shall|is|are|be|with|in|as|the|an?|your|me|us|back|answer|response|result|output|always|valid"
    r"|well-formed|single|one|raw)){0,6}?"
    rf"\s+(?:only|exclusively|solely|nothing but|strictly)(?:\s+(?:in|as|with|an?|the|valid|one|single|raw"
    rf"|well-formed|of)){{0,4}}"
    rf"\s+(?P<after>{_FORMAT})\b"
    rf"|(?:\b(?:in|with|as|valid|raw|an?|output|return|write|produce|print|emit)\s+)(?P<before>{_FORMAT})(?:\s+(?:format|object|array|document"
    rf"|text))?\s+(?:only\b|and nothing else\b)"
    rf"|\bonly\s+(?:output|return|respond with|answer with|answer in|reply in|reply with|write"
    rf"|print)(?:\s+(?:an?|the|valid|raw|single|one|your|answer|in))"
    rf"{{0,4}}\s+(?P<first>{_FORMAT})\b",
    re.IGNORECASE,
)
_GUARD = re.compile(
    r"\b(?:if|when|whenever|unless|except|either|or|not|never|don't|for (?:the|each|every|all)|field|fields"
    r"|value|values|key"
    r"|inside|within|where|code block|fence[ds]?|fenced|then|while|input|first|second|file|files|tool|section"
    r"|column)\b",
    re.IGNORECASE,
)


class _Order(NamedTuple):
    format: str
    start: int
    end: int
    text: RenderedText


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    found = [order for text in prompt.texts for order in _orders(text)]
    for number, later in enumerate(found):
        for earlier in found[:number]:
            if earlier.format.lower() != later.format.lower():
                said = f"only {later.format} here, and only {earlier.format} elsewhere in the same prompt"
                other = (f"only {earlier.format}", (earlier.text.message, earlier.start, earlier.end))
                yield from prompt.hits(said, (later.text.message, later.start, later.end), other=other)
                break


def _orders(text: RenderedText) -> Iterator[_Order]:
    if "only" not in text.text and "nothing" not in text.text and "ly" not in text.text:
        return
    plain = text.instructions
    for found in _ONLY.finditer(plain):
        begin, stop = sentence_at(plain, *found.span())
        sentence = plain[begin:stop]
        if not (_GUARD.search(sentence) or EXAMPLE.search(sentence) or CODE in sentence or PRINTED in sentence):
            group = found.lastgroup or 0
            yield _Order(found[group], *found.span(group), text)


RULE = Rule(
    name="conflicting-format",
    code="CLR002",
    summary="Two orders to answer in nothing but one format name different formats.",
    scope="rendered",
    check=_check,
)
