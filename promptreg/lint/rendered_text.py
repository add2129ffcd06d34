"""The text of a rendered message as its author wrote it: values of inputs and examples are masked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from promptreg.lint.plain import examples_in, plain_of, without
from promptreg.lint.prose import PRINTED

if TYPE_CHECKING:
    from promptreg.lint.subjects import RenderedPrompt
    from promptreg.render.segment import Segment

__all__ = ["RenderedText", "rendered_texts"]

_NUMBER = 8
"""A value of up to so many digits is kept: it may be a limit."""


class RenderedText:
    """One message. `text` has values masked by PRINTED (numbers are kept); offsets are those of the message."""

    def __init__(self, message: int, role: str, text: str, segments: tuple[Segment, ...]) -> None:
        self.message = message
        self.role = role
        self.text = text
        self.segments = segments

    @cached_property
    def instructions(self) -> str:
        """The text with code, tags and examples masked too."""
        from promptreg.markdown.blocks import read_blocks

        return without(plain_of(self.text, read_blocks(self.text)), examples_in(self.text))

    def component_at(self, offset: int) -> Segment:
        """The segment that a character belongs to."""
        return next(segment for segment in self.segments if segment.start <= offset < segment.end)


def rendered_texts(prompt: RenderedPrompt) -> tuple[RenderedText, ...]:
    """The messages of a rendered prompt that are one text; those of slots hold nothing but values."""
    by_message: dict[int, list[Segment]] = {}
    for segment in prompt.rendered.segments:
        by_message.setdefault(segment.message, []).append(segment)
    shown = {name for name, head in prompt.composition.members.items() if head.head.kind == "examples"}
    found = []
    for number, message in enumerate(prompt.rendered.messages):
        content, segments = message["content"], tuple(by_message.get(number, ()))
        if isinstance(content, str) and any(segment.kind == "literal" for segment in segments):
            text = "".join(_seen(segment, shown) for segment in segments)
            found.append(RenderedText(number, message["role"], text, segments))
    return tuple(found)


def _seen(segment: Segment, shown: set[str]) -> str:
    if segment.kind in ("literal", "glue") and segment.component not in shown:
        return segment.text
    if segment.text.isdecimal() and len(segment.text) <= _NUMBER:
        return segment.text
    return "".join(PRINTED if sign != "\n" else sign for sign in segment.text)
