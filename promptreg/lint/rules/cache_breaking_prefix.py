"""Static text behind text that changes, where no cache can reuse it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.part_sizes import inputs_of, size_of
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import Composition
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Message

__all__ = ["RULE"]

_WORD = re.compile(r"[a-z][a-z0-9_]*")


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    if composition.closure is None or not _may_gain(composition, options):
        return
    worst = composition.head.worst
    prefix = worst.prefix if worst is not None else None
    if prefix is None or prefix.end is None or prefix.moved < options["least"]:
        return
    inputs = composition.prompt.inputs
    words = (*prefix.end.inputs, *_WORD.findall(prefix.end.reason))
    if all(_has_few_values(inputs[word]) for word in words if word in inputs):
        return
    gain = prefix.moved - prefix.tokens
    if gain < options["gain"]:
        return
    parts = {
        part.id: part
        for message in composition.prompt.messages
        if isinstance(message, Message)
        for part in message.parts
    }
    place = composition.head.place(parts[prefix.end.part].key)
    message = (
        f"part {prefix.end.part} {prefix.end.reason}, so a cache keeps {prefix.tokens:,} tokens; "
        f"{gain:,} more behind it never change"
    )
    yield Hit(message, place._replace(end=place.start + 1))


def _may_gain(composition: Composition, options: Mapping[str, Any]) -> bool:
    """Whether enough static text stands behind the first part that changes, in its message, at a glance."""
    total = 0.0
    for message in composition.prompt.messages:
        if not isinstance(message, Message):
            return False
        behind = 0.0
        volatile = False
        for part in message.parts:
            if part.when or inputs_of(composition, part):
                volatile = True
            else:
                size = size_of(composition, part)
                total += size
                behind += size if volatile else 0
        if volatile:
            return bool(behind >= options["gain"] and total >= options["least"])
    return False


def _has_few_values(spec: InputSpec) -> bool:
    """Whether a cache can hold the text for every value."""
    return spec.type == "boolean" or "enum" in spec.schema or "const" in spec.schema


RULE = Rule(
    name="cache-breaking-prefix",
    code="BUD003",
    summary="Text that changes stands before much text that does not, which no cache can reuse then.",
    scope="composition",
    check=_check,
    severity="note",
    options={
        "least": Option(1024, "tokens that a prefix needs before providers keep it"),
        "gain": Option(256, "tokens that must be won by another order"),
    },
)
