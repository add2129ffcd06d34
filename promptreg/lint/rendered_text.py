"""The text of a rendered message as its author wrote it: values of inputs and examples are masked."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from promptreg.lint.plain import examples_in, plain_of, without
from promptreg.lint.prose import PRINTED

if TYPE_CHECKING:
    from promptreg.lint.subjects import RenderedPrompt
    from promptreg.render.segment import Segment

__all__ = ["RenderedText", "rendered_texts", "shape_of"]

_NUMBER = 8
"""A value of up to so many digits is kept: it may be a limit."""


class RenderedText:
    """One message. `text` has values masked by PRINTED, line ends in them too; numbers are kept.

    `pieces` are its parts and what separates them. Offsets are those of the message.
    """

    def __init__(self, message: int, role: str, pieces: list[str], prompt: RenderedPrompt) -> None:
        self.message = message
        self.role = role
        self.pieces = pieces
        self.text = "".join(pieces)
        self._prompt = prompt

    @cached_property
    def instructions(self) -> str:
        """The text with code, tags and examples masked too. What is code is told part by part."""
        return without("".join(map(_plain, self.pieces)), examples_in(self.text))

    def component_at(self, offset: int) -> Segment:
        """The segment that a character belongs to."""
        return next(
            segment
            for segment in self._prompt.rendered.segments
            if segment.message == self.message and segment.start <= offset < segment.end
        )


@lru_cache(maxsize=128)  # the renderings of a prompt have most of their parts in common
def _plain(text: str) -> str:
    from promptreg.markdown.blocks import read_blocks

    return plain_of(text, read_blocks(text))


def rendered_texts(prompt: RenderedPrompt) -> tuple[RenderedText, ...]:
    """The messages of a rendered prompt that are one text; those of slots hold nothing but values."""
    messages = prompt.rendered.messages
    return tuple(
        RenderedText(number, messages[number]["role"], pieces, prompt)
        for number, pieces in prompt.rendered.written(_masked)
        if any(map(_has_words, pieces))
    )


def shape_of(texts: tuple[RenderedText, ...]) -> tuple[tuple[int, str], ...]:
    """What renderings have in common that differ in nothing but what their values are."""
    return tuple((text.message, _RUN.sub(PRINTED, text.text)) for text in texts)


_RUN = re.compile(f"{PRINTED}+")


def _has_words(text: str) -> bool:
    return bool(text.replace(PRINTED, "").strip())


def _masked(text: str) -> str:
    if text.isdecimal() and len(text) <= _NUMBER:
        return text
    return PRINTED * len(text)
