"""Anthropic's messages API: `system` beside `messages`, whose turns alternate between user and assistant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from promptreg.render.exporters.chat import Image, Text, Turn, arguments_of, nameless, read_turns, refuse, texts_only

__all__ = ["export"]

_NAME = "anthropic"
_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_SPEAKERS = {"user": "user", "tool": "user", "assistant": "assistant", "system": "system", "developer": "system"}
_CALL_ID = re.compile(r"[A-Za-z0-9_-]+")

_Block = dict[str, Any]


def export(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{"system": ..., "messages": [...]}`; `system` is absent when there is no text for it.

    System and developer messages at the start become `system`; a later one stays a message of role system, which
    the API takes (from Claude Opus 4.8 on) only between a user turn and an assistant turn or at the end. Neighbours
    of one speaker become one turn of several blocks, in order. A tool message is a tool_result block in a user turn
    and stands before other blocks. Empty texts are no blocks, blank ones are refused, as the API refuses both.
    One text alone is written as a text, anything else as a list of blocks. The list of messages may be empty or
    start with the assistant: the API wants a user turn first, and applications add it.
    """
    turns = [nameless(turn, _NAME) for turn in read_turns(messages, _NAME)]
    leading = list(takewhile(lambda turn: _SPEAKERS[turn.role] == "system", turns))
    system = [block for turn in leading for block in _text_blocks(turn)]
    chat = _Chat()
    for turn in turns[len(leading) :]:
        chat.add(turn)
    exported = [{"role": role, "content": _compact(blocks)} for role, blocks in chat.turns]
    return {"system": _compact(system), "messages": exported} if system else {"messages": exported}


class _Chat:
    """Turns so far: speaker and blocks. Neighbours have different speakers."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, list[_Block]]] = []

    def add(self, turn: Turn) -> None:
        speaker = _SPEAKERS[turn.role]
        blocks = _blocks(turn)
        last = self.turns[-1][0] if self.turns else None
        if speaker == "system" and last not in ("user", "system"):
            raise refuse(_NAME, turn.number, "a later system message has to follow a user or tool message")
        if speaker == "user" and last == "system":
            raise refuse(_NAME, turn.number, "after a later system message the assistant has to speak")
        if speaker != last:
            self.turns.append((speaker, blocks))
            return
        known = self.turns[-1][1]
        if turn.role == "tool" and known[-1]["type"] != "tool_result":
            raise refuse(_NAME, turn.number, "a tool result has to come directly after the call or another result")
        known.extend(blocks)


def _blocks(turn: Turn) -> list[_Block]:
    if turn.role == "tool":
        return [_result(turn)]
    if turn.role == "user":
        blocks = [_part(part, turn) for part in turn.parts if part != Text("")]
    else:
        blocks = _text_blocks(turn)
    blocks += [
        {
            "type": "tool_use",
            "id": _call_id(call.id, turn),
            "name": call.name,
            "input": arguments_of(call, turn, _NAME),
        }
        for call in turn.calls
    ]
    if not blocks:
        raise refuse(_NAME, turn.number, "a message needs content, this one is empty")
    return blocks


def _result(turn: Turn) -> _Block:
    block = {"type": "tool_result", "tool_use_id": _call_id(turn.call_id or "", turn)}
    content = [_part(part, turn) for part in turn.parts if part != Text("")]
    return {**block, "content": _compact(content)} if content else block


def _text_blocks(turn: Turn) -> list[_Block]:
    return [_text(text, turn) for text in texts_only(turn, _NAME)]


def _part(part: Text | Image, turn: Turn) -> _Block:
    return _text(part.text, turn) if isinstance(part, Text) else _image(part, turn)


def _text(text: str, turn: Turn) -> _Block:
    if text.isspace():
        raise refuse(_NAME, turn.number, f"a text of nothing but white space ({text[:10]!r}) is not accepted")
    return {"type": "text", "text": text}


def _image(image: Image, turn: Turn) -> _Block:
    if image.detail is not None:
        raise refuse(_NAME, turn.number, f'there is no place for the detail "{image.detail}" of an image')
    inline = image.inline()
    if inline is None:
        if not image.url.startswith(("https://", "http://")):
            raise refuse(_NAME, turn.number, f"an image is a web address or base64 data, not {image.url[:40]!r}")
        return {"type": "image", "source": {"type": "url", "url": image.url}}
    if inline.media_type not in _IMAGES:
        raise refuse(_NAME, turn.number, f"an image of type {inline.media_type!r} is not accepted")
    source = {"type": "base64", "media_type": inline.media_type, "data": inline.base64}
    return {"type": "image", "source": source}


def _call_id(id: str, turn: Turn) -> str:
    if not _CALL_ID.fullmatch(id):
        raise refuse(_NAME, turn.number, f"the id {id!r} of a tool call may hold letters, digits, _ and - only")
    return id


def _compact(blocks: list[_Block]) -> str | list[_Block]:
    if len(blocks) == 1 and blocks[0]["type"] == "text":
        text: str = blocks[0]["text"]
        return text
    return blocks
