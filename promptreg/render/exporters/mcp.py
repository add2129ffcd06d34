"""The result of `prompts/get` in the Model Context Protocol: messages of user and assistant, one content each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptreg.render.exporters.chat import Image, Text, Turn, nameless, read_turns, refuse

__all__ = ["export"]

_NAME = "mcp"


def export(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{"messages": [{"role": ..., "content": {"type": "text", "text": ...}}]}`.

    The protocol has no system role, so a system or developer message becomes a user message at the same place, and
    the role it had is noted in `_meta` of its content under `promptreg/role`. It is not joined to the first user
    message: text stays apart from text. A message of several parts becomes several messages. Tool calls, their
    results and images that are addresses have no place.
    """
    exported = []
    for turn in read_turns(messages, _NAME):
        nameless(turn, _NAME)
        if turn.calls or turn.role == "tool":
            raise refuse(_NAME, turn.number, "prompts of this protocol hold no tool calls or results")
        role = "assistant" if turn.role == "assistant" else "user"
        for part in turn.parts:
            content = _content(part, turn)
            if turn.role != role:
                content["_meta"] = {"promptreg/role": turn.role}
            exported.append({"role": role, "content": content})
    return {"messages": exported}


def _content(part: Text | Image, turn: Turn) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if part.detail is not None:
        raise refuse(_NAME, turn.number, f'there is no place for the detail "{part.detail}" of an image')
    inline = part.inline()
    if inline is None:
        raise refuse(_NAME, turn.number, f"an image has to be base64 data, not an address ({part.url[:40]!r})")
    return {"type": "image", "data": inline.base64, "mimeType": inline.media_type}
