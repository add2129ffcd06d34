"""A text announces something that does not follow, or names a step that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.prose import PRINTED
from promptreg.lint.rendered_text import RenderedText
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_CUE = re.compile(
    r"(?:^|(?<=[\s(]))(?P<cue>(?i:the following|as follows|(?:given|shown|listed|described|provided|see|is"
    r"|are) below|here (?:is|are) the))\b"
    r"[^\n.!?:]{0,80}:?[ \t]*\Z",
)
_NAMED = re.compile(
    r"\b(?i:(?:see|in|from|to|of|with|after|before|at|repeat|as in|follow|per|under))\s+(?P<what>(?i:step|rule"
    r"|example|phase))\s+(?P<n>[0-9]{1,2})\b"
)
_SET = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?(?:#{1,6}[ \t]*)?[*_]*(?P<what>step|rule|example|phase)[ \t]+#?(?P<n>[0-9]{1,2})\b",
    re.I | re.M,
)
_NUMBERED = re.compile(r"^[ \t]*(?:#{1,6}[ \t]*)?[*_]*(?P<n>[0-9]{1,2})[.)][*_]*[ \t]", re.MULTILINE)


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    texts = prompt.texts
    if texts and texts[-1].role == "user" and texts[-1].message == len(prompt.rendered.messages) - 1:
        yield from _announced(prompt, texts[-1])
    for text in texts:
        yield from _named(prompt, text)


def _announced(prompt: RenderedPrompt, text: RenderedText) -> Iterator[Hit]:
    """A cue as the last words of a prompt."""
    end = len(text.text.rstrip())
    found = _CUE.search(text.text, max(0, end - 200), end)
    if (
        found is not None
        and PRINTED not in found.group()
        and found.group().rstrip().endswith((":", "below", "follows"))
    ):
        yield from prompt.hits(f'nothing follows "{found["cue"]}"', (text.message, *found.span("cue")))


def _named(prompt: RenderedPrompt, text: RenderedText) -> Iterator[Hit]:
    """Steps, rules and examples that are named by a number above the last one."""
    plain = text.instructions
    for found in _NAMED.finditer(plain):
        what, number = found["what"].lower(), int(found["n"])
        there = {int(one["n"]) for one in _SET.finditer(text.text) if one["what"].lower() == what}
        if what == "step":
            there |= {int(one["n"]) for one in _NUMBERED.finditer(text.text)}
        if len(there) > 1 and number > max(there):
            said = f"there is no {what} {number} in this prompt"
            yield from prompt.hits(said, (text.message, found.start("what"), found.end("n")))


RULE = Rule(
    name="dangling-reference",
    code="CLR003",
    summary="A prompt ends with words that announce something, or names a step that it does not have.",
    scope="rendered",
    check=_check,
)
