"""Chat messages as typed turns: what every exporter starts from. Knows the common shape and no provider's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from promptreg.errors import Problem, UsageError

__all__ = [
    "Call",
    "DataImage",
    "Image",
    "Text",
    "Turn",
    "arguments_of",
    "nameless",
    "read_turns",
    "refuse",
    "texts_only",
]

_ROLES = ("system", "developer", "user", "assistant", "tool")
_KEYS = {"role", "content", "name", "tool_calls", "tool_call_id"}


class Text(NamedTuple):
    """A text part, character by character."""

    text: str


class DataImage(NamedTuple):
    """An image that travels inside the message, in base64."""

    media_type: str
    base64: str


class Image(NamedTuple):
    """An image part: any address, `data:` included. `detail` is None unless it was asked for."""

    url: str
    detail: str | None

    def inline(self) -> DataImage | None:
        """The image itself when the address is a base64 `data:` one."""
        head, comma, data = self.url.partition(",")
        if not comma or not head.startswith("data:") or not head.endswith(";base64"):
            return None
        return DataImage(head[len("data:") : -len(";base64")].split(";")[0], data)


class Call(NamedTuple):
    """A function the assistant called; `arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


class Turn(NamedTuple):
    """One message. `number` is its place in the list, from 0; `function` is what a tool message answers to."""

    number: int
    role: str
    parts: tuple[Text | Image, ...]
    name: str | None
    calls: tuple[Call, ...]
    call_id: str | None
    function: str | None

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the text parts that are not empty."""
        return tuple(part.text for part in self.parts if isinstance(part, Text) and part.text)


def refuse(provider: str, index: int, reason: str) -> UsageError:
    """The error for what a provider cannot express, with the place of the message."""
    return UsageError([Problem(UsageError.code, f"{provider}: {reason}", key=f"messages[{index}]")])


def read_turns(messages: Sequence[Mapping[str, Any]], provider: str) -> tuple[Turn, ...]:
    """The messages, typed. Raises UsageError for keys, parts and calls that no exporter converts."""
    functions: dict[str, str] = {}
    turns = []
    for index, message in enumerate(messages):
        turn = _Reader(provider, index, message).turn(functions)
        functions.update((call.id, call.name) for call in turn.calls)
        turns.append(turn)
    return tuple(turns)


def nameless(turn: Turn, provider: str) -> Turn:
    """The turn, for a provider whose messages carry no name."""
    if turn.name is not None:
        raise refuse(provider, turn.number, f'there is no place for the name "{turn.name}"')
    return turn


def texts_only(turn: Turn, provider: str) -> tuple[str, ...]:
    """The texts of a turn that may hold nothing else."""
    if any(isinstance(part, Image) for part in turn.parts):
        raise refuse(provider, turn.number, f"a message of role {turn.role} holds text only, this one has an image")
    return turn.texts


def arguments_of(call: Call, turn: Turn, provider: str) -> dict[str, Any]:
    """The arguments of a call as an object, for providers that do not take JSON text.

    Refuses what would not survive: text that is no JSON object, a key given twice, a number that a float would round.
    No text at all stands for no arguments.
    """
    place = f'the arguments of the call of "{call.name}"'
    if not call.arguments.strip():
        return {}
    try:
        value = json.loads(
            call.arguments, object_pairs_hook=_unique, parse_float=_lossless, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise refuse(provider, turn.number, f"{place} have to become an object: {error}") from error
    if not isinstance(value, dict):
        raise refuse(provider, turn.number, f"{place} have to be a JSON object, not {call.arguments[:40]!r}")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _lossless(text: str) -> float:
    number = float(text)
    if Decimal(repr(number)) != Decimal(text):
        raise ValueError(f"the number {text} would be rounded")
    return number


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


class _Reader:
    """Reads one message, with the provider's name and the place at hand for complaints."""

    def __init__(self, provider: str, index: int, message: Mapping[str, Any]) -> None:
        self.provider = provider
        self.index = index
        self.message = message

    def fault(self, reason: str) -> UsageError:
        return refuse(self.provider, self.index, reason)

    def turn(self, functions: Mapping[str, str]) -> Turn:
        present = {key: value for key, value in self.message.items() if value is not None}
        role = present.get("role")
        if role not in _ROLES:
            raise self.fault(f"the role {role!r} is none of {', '.join(_ROLES)}")
        for key in present:
            if key not in _KEYS:
                raise self.fault(f'there is no conversion for the key "{key}"')
        calls = self.calls(present.get("tool_calls", ()))
        if calls and role != "assistant":
            raise self.fault(f"only the assistant calls tools, the role is {role}")
        call_id, name = present.get("tool_call_id"), present.get("name")
        function = None
        if role == "tool":
            function = functions.get(call_id) if isinstance(call_id, str) else None
            if function is None:
                raise self.fault(f"no earlier message calls a tool with the id {call_id!r}")
            name = None if name == function else name
        elif call_id is not None:
            raise self.fault(f"only a tool message answers a call, the role is {role}")
        return Turn(self.index, role, self.parts(present.get("content")), name, calls, call_id, function)

    def parts(self, content: Any) -> tuple[Text | Image, ...]:
        if content is None:
            return ()
        if isinstance(content, str):
            return (Text(content),)
        if not isinstance(content, Sequence):
            raise self.fault(f"the content is neither text nor a list of parts but {type(content).__name__}")
        return tuple(self.part(number, part) for number, part in enumerate(content))

    def part(self, number: int, part: Any) -> Text | Image:
        match part:
            case {"type": "text", "text": str(text), **more} if not more:
                return Text(text)
            case {"type": "image_url", "image_url": {"url": str(url), **image}, **more} if not more:
                detail = image.pop("detail", "auto")
                if not image and isinstance(detail, str):
                    return Image(url, None if detail == "auto" else detail)
            case {"type": "text" | "image_url"}:
                pass
            case {"type": str(kind)}:
                raise self.fault(f'there is no conversion for a content part of type "{kind}" (content[{number}])')
        raise self.fault(f"content[{number}] is no plain text or image_url part")

    def calls(self, calls: Any) -> tuple[Call, ...]:
        if not isinstance(calls, Sequence):
            raise self.fault("tool_calls is no list")
        return tuple(map(self.call, calls))

    def call(self, call: Any) -> Call:
        match call:
            case {"function": {"name": str(name), "arguments": str(arguments), **inner}, "id": str(id), **more}:
                if not inner and more in ({}, {"type": "function"}):
                    return Call(id, name, arguments)
            case {"type": str(kind)} if kind != "function":
                raise self.fault(f'there is no conversion for a tool call of type "{kind}"')
        raise self.fault("a tool call is {id, type: function, function: {name, arguments}} with arguments as JSON text")
