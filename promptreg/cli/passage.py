"""Finding a piece of text in rendered messages, and the segments that it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptreg.errors import UnknownName, UsageError
from promptreg.render.segment import Segment, cut

__all__ = ["Passage", "at_offset", "find_text", "holds", "origins"]

_SHOWN = 80


class Passage(NamedTuple):
    """`start:end` of the content of an emitted message; of one of its text parts when the content is a list."""

    message: int
    content_part: int | None
    start: int
    end: int


class _Text(NamedTuple):
    message: int
    content_part: int | None
    text: str


def find_text(messages: Sequence[Mapping[str, Any]], wanted: str) -> list[Passage]:
    """Every place where `wanted` stands, in order; raises UnknownName with the nearest text when there is none."""
    if not wanted:
        raise UsageError("--text must not be empty")
    texts = list(_texts(messages))
    found = [
        Passage(text.message, text.content_part, match.start(), match.end())
        for text in texts
        for match in re.finditer(re.escape(wanted), text.text)
    ]
    if not found:
        raise UnknownName.at(
            f"the rendered prompt does not hold the text {_quoted(wanted)}", suggestion=_nearest(texts, wanted)
        )
    return found


def holds(messages: Sequence[Mapping[str, Any]], wanted: str) -> bool:
    """Whether `wanted` stands in any of the messages."""
    return any(wanted in text.text for text in _texts(messages))


def at_offset(messages: Sequence[Mapping[str, Any]], message: int, offset: int, content_part: int | None) -> Passage:
    """The single character at an offset; raises UsageError that names the valid range."""
    if not 0 <= message < len(messages):
        raise UsageError(f"there is no message {message}: the prompt has messages 0 to {len(messages) - 1}")
    texts = [text for text in _texts(messages) if text.message == message]
    if len(texts) > 1 or content_part is not None:
        known = [text.content_part for text in texts]
        texts = [text for text in texts if text.content_part == content_part]
        if not texts:
            raise UsageError(f"message {message} needs --content-part, one of {', '.join(map(str, known))}")
    size = len(texts[0].text) if texts else 0
    if not 0 <= offset < size:
        raise UsageError(f"offset {offset} is outside of message {message}, which has {size} characters")
    return Passage(message, texts[0].content_part, offset, offset + 1)


def origins(segments: Sequence[Segment], passage: Passage) -> tuple[Segment, ...]:
    """The segments of a passage, cut to it; offsets still count in the message."""
    own = [s for s in segments if s.message == passage.message and s.content_part == passage.content_part]
    found = cut(own, passage.start, passage.end)
    return tuple(s._replace(start=s.start + passage.start, end=s.end + passage.start) for s in found)


def _texts(messages: Sequence[Mapping[str, Any]]) -> Iterator[_Text]:
    for index, message in enumerate(messages):
        content = message["content"]
        if isinstance(content, str):
            yield _Text(index, None, content)
        elif isinstance(content, list):
            for place, part in enumerate(content):
                if part.get("type") == "text":
                    yield _Text(index, place, part["text"])


def _nearest(texts: Sequence[_Text], wanted: str) -> str | None:
    """What the caller may have meant: the same words with other case or spacing, else the longest run of words."""
    words = wanted.split()
    loose = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    for text in texts:
        match = loose.search(text.text) if words else None
        if match:
            return match[0]
    words = words[:40]
    for size in range(len(words) - 1, 0, -1):
        for start in range(len(words) - size + 1):
            run = " ".join(words[start : start + size])
            if len(run) < 4:
                continue
            for text in texts:
                at = text.text.find(run)
                if at >= 0:
                    return _line_at(text.text, at)
    return None


def _line_at(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : len(text) if end < 0 else end]
    if len(line) <= _SHOWN:
        return line.strip()
    before = max(0, at - start - _SHOWN // 4)
    return line[before : before + _SHOWN].strip()


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[: _SHOWN - 3]}..."'
