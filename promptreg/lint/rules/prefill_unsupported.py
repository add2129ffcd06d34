"""A prompt puts words into the mouth of a model that refuses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition
from promptreg.model.prompt import Message

__all__ = ["RULE"]

_CLAUDE = re.compile(r"claude-[a-z]+-([1-9])(?:[.-]([0-9]{1,2})(?![0-9]))?(?![0-9])")
_FIRST = (4, 6)
"""The first version of Claude whose API answers a message list that ends with the assistant's with an error (400)."""


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    prompt = composition.prompt
    last = prompt.messages[-1] if prompt.messages else None
    found = _CLAUDE.search(prompt.model or "")
    if not isinstance(last, Message) or last.role != "assistant" or found is None:
        return
    if (int(found.group(1)), int(found.group(2) or 0)) >= _FIRST:
        place = composition.head.place(("messages", len(prompt.messages) - 1, "role"))
        yield Hit(f"{prompt.model} refuses messages that end with one of the assistant", place)


RULE = Rule(
    name="prefill-unsupported",
    code="PRV002",
    summary="The last message is the assistant's, and the API of the model refuses that.",
    scope="composition",
    check=_check,
    severity="error",
)
