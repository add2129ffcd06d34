"""The same instruction reaches one message from two components."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.lint.finding import Hit
from promptreg.lint.plain import CODE
from promptreg.lint.prose import PRINTED
from promptreg.lint.rendered_text import RenderedText
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_SENTENCE = re.compile(r"(?:[^\n.!?]|[.!?](?!\s|\Z)|\n(?![ \t]*(?:\Z|[\n#>|]|(?:[-*+]|[0-9]{1,3}[.)])[ \t])))+[.!?]?")
_WORD = re.compile(r"\w+")


class _Said(NamedTuple):
    message: int
    start: int
    end: int
    component: str


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    seen: dict[tuple[str, ...], _Said] = {}
    last: tuple[_Said, _Said] | None = None
    for first, second in _pairs(prompt, seen, options):
        if last is not None and second.message == last[1].message and _follows(prompt, last, (first, second)):
            last = (last[0]._replace(end=first.end), last[1]._replace(end=second.end))
            continue
        if last is not None:
            yield from _hits(prompt, *last)
        last = (first, second)
    if last is not None:
        yield from _hits(prompt, *last)


def _pairs(
    prompt: RenderedPrompt, seen: dict[tuple[str, ...], _Said], options: Mapping[str, Any]
) -> Iterator[tuple[_Said, _Said]]:
    """Sentences that were said before, with the place of the first time."""
    for text in prompt.texts:
        plain = text.instructions
        for found in _SENTENCE.finditer(plain):
            words = tuple(word.lower() for word in _WORD.findall(found.group()))
            if len(words) < options["words"] or CODE in found.group() or PRINTED in found.group():
                continue
            start = found.start() + len(found.group()) - len(found.group().lstrip(" \t\n-*+#>"))
            said = _Said(text.message, start, found.end(), "")
            before = seen.setdefault(words, said)
            if before is said or before.message != said.message:
                continue
            before, said = _placed(text, before), _placed(text, said)  # who says it takes long to find out
            if options["within"] or before.component != said.component:
                yield before, said


def _placed(text: RenderedText, said: _Said) -> _Said:
    return said._replace(component=text.component_at(said.start).component)


def _follows(prompt: RenderedPrompt, last: tuple[_Said, _Said], pair: tuple[_Said, _Said]) -> bool:
    """Whether a pair goes on where the last one ended, in both places."""
    content = prompt.rendered.messages
    for one, two in zip(last, pair, strict=True):
        if one.message != two.message or one.end > two.start or one.component != two.component:
            return False
        if content[one.message]["content"][one.end : two.start].strip(" \t\r\n-*+#>0123456789.)"):
            return False
    return True


def _hits(prompt: RenderedPrompt, first: _Said, second: _Said) -> Iterator[Hit]:
    said = f"{first.component} says the same in this prompt"
    if first.component == second.component:
        said = "this is said twice in the prompt"
    before = (first.message, first.start, first.end)
    yield from prompt.hits(said, (second.message, second.start, second.end), other=("the first time", before))


RULE = Rule(
    name="repeated-text",
    code="CLR005",
    summary="The same instruction reaches one message from two components.",
    scope="rendered",
    check=_check,
    severity="note",
    options={
        "words": Option(8, "Shorter sentences are not compared."),
        "within": Option(False, "Also report what one component says twice."),
    },
)
