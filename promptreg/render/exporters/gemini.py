"""Google's Gemini API (generateContent): `systemInstruction` beside `contents` of user and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from promptreg.render.exporters.chat import Image, Text, Turn, arguments_of, nameless, read_turns, refuse, texts_only

__all__ = ["export"]

_NAME = "gemini"
_SYSTEM = ("system", "developer")

_Part = dict[str, Any]


def export(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{"systemInstruction": ..., "contents": [...]}`; the instruction is absent when there is no text for it.

    System and developer messages at the start become the instruction, one part for each text; a later one has no
    place. Neighbours of one role become one content, but answers of tools stand in a content of their own: the API
    wants as many as there were calls, directly after them. An answer is carried as text under the key `output`, the
    name of its function is that of the call. Empty texts are no parts, since the API refuses them.
    """
    turns = [nameless(turn, _NAME) for turn in read_turns(messages, _NAME)]
    leading = list(takewhile(lambda turn: turn.role in _SYSTEM, turns))
    system = [{"text": text} for turn in leading for text in texts_only(turn, _NAME)]
    contents: list[dict[str, Any]] = []
    last = ""
    for turn in turns[len(leading) :]:
        parts = _parts(turn)
        if turn.role == last:
            contents[-1]["parts"].extend(parts)
        else:
            contents.append({"role": "model" if turn.role == "assistant" else "user", "parts": parts})
        last = turn.role
    return {"systemInstruction": {"parts": system}, "contents": contents} if system else {"contents": contents}


def _parts(turn: Turn) -> list[_Part]:
    if turn.role in _SYSTEM:
        raise refuse(_NAME, turn.number, f"a {turn.role} message has to stand before all others")
    if turn.role == "tool":
        return [_answer(turn)]
    parts = [_part(part, turn) for part in turn.parts if part != Text("")]
    parts += [
        {"functionCall": {"id": call.id, "name": call.name, "args": arguments_of(call, turn, _NAME)}}
        for call in turn.calls
    ]
    if not parts:
        raise refuse(_NAME, turn.number, "a message needs content, this one is empty")
    return parts


def _answer(turn: Turn) -> _Part:
    texts = texts_only(turn, _NAME)
    output: str | list[str] = list(texts) if len(texts) > 1 else "".join(texts)
    return {"functionResponse": {"id": turn.call_id, "name": turn.function, "response": {"output": output}}}


def _part(part: Text | Image, turn: Turn) -> _Part:
    if isinstance(part, Text):
        return {"text": part.text}
    if part.detail is not None:
        raise refuse(_NAME, turn.number, f'there is no place for the detail "{part.detail}" of an image')
    inline = part.inline()
    if inline is not None:
        return {"inlineData": {"mimeType": inline.media_type, "data": inline.base64}}
    if not part.url.startswith(("https://", "http://", "gs://")):
        raise refuse(_NAME, turn.number, f"an image is an address or base64 data, not {part.url[:40]!r}")
    return {"fileData": {"fileUri": part.url}}
