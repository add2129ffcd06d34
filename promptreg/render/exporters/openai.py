"""OpenAI's chat completions API (`messages`), which is the shape that rendering produces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

__all__ = ["export"]


def export(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The messages as they are, copied."""
    return [deepcopy(dict(message)) for message in messages]
