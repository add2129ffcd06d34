"""What a chat costs beyond its text: per message, per name, for the reply. Constants are dated data in `profiles/`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from promptreg.errors import UsageError, nearest
from promptreg.tokens.counter import Counter

__all__ = ["NO_OVERHEAD", "Overhead", "Profile", "load_profile", "profile_names"]

_FOLDER = files("promptreg.tokens") / "profiles"


class Overhead(NamedTuple):
    """Tokens that are not message text: around the messages, and once for the reply.

    Without a model there is no profile and nothing is added: NO_OVERHEAD.
    """

    messages: int
    reply: int
    profile: str | None


NO_OVERHEAD = Overhead(0, 0, None)


class Profile(NamedTuple):
    """How one family of chat models wraps messages, with the source of the numbers and the day they were read.

    `verified_for` lists the models the source speaks of; for others the numbers are an assumption.
    """

    name: str
    source: str
    verified_on: str
    verified_for: tuple[str, ...]
    per_message: int
    per_name: int
    reply: int
    image_low: int
    image_high: int

    def overhead(self, messages: Sequence[Mapping[str, Any]], counter: Counter) -> Overhead:
        """What these messages cost beyond their text parts, which are counted elsewhere.

        Each message costs `per_message` and the tokens of its role; a name costs `per_name` and its tokens. The
        source counts every string of a message and says nothing of tool calls, so `tool_call_id` and all strings
        inside `tool_calls` (ids, types, names, arguments) are counted as strings: at most a little too much. An
        image costs `image_low` when its detail is low, else `image_high`, the most that a size can lead to. Parts
        of other kinds (audio, files) add nothing, because no source says what they cost; see `uncounted`.
        """
        total = 0
        for message in messages:
            total += self.per_message + counter.count(str(message["role"]))
            name = message.get("name")
            if name is not None:
                total += self.per_name + counter.count(str(name))
            total += sum(counter.count(text) for text in _strings(message.get("tool_calls")))
            total += sum(counter.count(text) for text in _strings(message.get("tool_call_id")))
            total += sum(map(self._image, _parts(message, "image_url")))
        return Overhead(total, self.reply, self.name)

    def uncounted(self, messages: Sequence[Mapping[str, Any]]) -> int:
        """The number of content parts that `overhead` leaves out because their cost is not known."""
        parts = sum(len(_parts(message)) for message in messages)
        return parts - sum(len(_parts(message, "text")) + len(_parts(message, "image_url")) for message in messages)

    def _image(self, part: Mapping[str, Any]) -> int:
        image = part.get("image_url")
        low = isinstance(image, Mapping) and image.get("detail") == "low"
        return self.image_low if low else self.image_high


def profile_names() -> tuple[str, ...]:
    """The profiles that ship, sorted."""
    return tuple(sorted(file.name[:-5] for file in _FOLDER.iterdir() if file.name.endswith(".json")))


@cache
def load_profile(name: str) -> Profile:
    """The profile of that name; read once. Raises UsageError with the nearest name when there is none."""
    names = profile_names()
    if name not in names:
        raise UsageError.at(f'there is no chat profile "{name}"', suggestion=nearest(name, names))
    data = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return Profile(**{**data, "name": name, "verified_for": tuple(data["verified_for"])})


def _strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value; keys are not text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _strings(inner)


def _parts(message: Mapping[str, Any], kind: str | None = None) -> list[Mapping[str, Any]]:
    """The content parts of a message, all or of one kind; none when its content is a plain text."""
    content = message.get("content")
    if not isinstance(content, Sequence) or isinstance(content, str):
        return []
    return [part for part in content if kind is None or part.get("type") == kind]
