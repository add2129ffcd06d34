"""Untrusted text in the message that has the most authority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import RenderedPrompt
from promptreg.lint.untrusted import can_instruct, passages

__all__ = ["RULE"]


def _check(rendered: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    inputs = rendered.composition.prompt.inputs
    told: set[str] = set()
    for passage in passages(rendered):
        segment = passage.segment
        authority = passage.role in ("system", "developer") and passage.part.id not in told
        if authority and can_instruct(segment, inputs):
            told.add(passage.part.id)
            place = Place(segment.label.source, segment.offset, segment.end_offset)
            message = f"untrusted text is part of a {passage.role} message"
            yield Hit(message, place, component=segment.component, version=segment.version)


RULE = Rule(
    name="untrusted-in-system",
    code="SEC002",
    summary="An input that is declared untrusted is part of a system or developer message.",
    scope="rendered",
    check=_check,
    standing="pedantic",
)
