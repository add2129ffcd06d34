"""OpenAI's responses API: `instructions` and a list of `input` items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from promptreg.render.exporters.chat import Image, Text, Turn, nameless, read_turns, texts_only

__all__ = ["export"]

_NAME = "openai-responses"


def export(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{"instructions": ..., "input": [...]}`.

    A system message of one text at the very start becomes `instructions` (the key is absent without one); any other
    system or developer message stays an item at its place. Instructions hold for one request: with
    `previous_response_id` they are sent again. A message that calls tools becomes one item for its text, if it has
    some, and one for each call. `name` has no place.
    """
    turns = read_turns(messages, _NAME)
    request: dict[str, Any] = {}
    if turns and turns[0].role == "system" and turns[0].name is None and _is_one_text(turns[0]):
        if turns[0].texts:
            request["instructions"] = turns[0].texts[0]
        turns = turns[1:]
    request["input"] = [item for turn in turns for item in _items(turn)]
    return request


def _is_one_text(turn: Turn) -> bool:
    return len(turn.parts) == 1 and isinstance(turn.parts[0], Text)


def _items(turn: Turn) -> Iterator[dict[str, Any]]:
    nameless(turn, _NAME)
    if turn.role == "tool":
        yield {"type": "function_call_output", "call_id": turn.call_id, "output": _content(turn)}
        return
    if not turn.calls or any(part != Text("") for part in turn.parts):
        yield {"role": turn.role, "content": _content(turn)}
    for call in turn.calls:
        yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """A text stays a text; parts stay parts, named by the side they come from."""
    if not turn.parts:
        return ""
    if isinstance(turn.parts[0], Text) and len(turn.parts) == 1:
        return turn.parts[0].text
    if turn.role == "assistant":
        return [{"type": "output_text", "text": text, "annotations": []} for text in texts_only(turn, _NAME)]
    return [_part(part) for part in turn.parts]


def _part(part: Text | Image) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "input_text", "text": part.text}
    image = {"type": "input_image", "image_url": part.url}
    return image if part.detail is None else {**image, "detail": part.detail}
