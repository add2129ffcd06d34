"""Lists in rendered messages whose items begin with a name in code: how prompts say which keys or values there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.subjects import RenderedPrompt
from promptreg.markdown.blocks import Block, read_blocks
from promptreg.model.prompt import Message

__all__ = ["Key", "KeyItem", "key_lists"]

_SPAN = re.compile(r"(\*{0,2})`([A-Za-z_][\w-]*)`\1")
_NEXT = re.compile(r"(?:,| and| or|, and|, or|/)\s*(?=\*{0,2}`)")
_COLON = re.compile(r"\s*(?:\([^()\n]*\))?\s*(?::|-|–|—)")
_STOP = re.compile(r"\.(?:\s|$)|\n\s*\n")


class Key(NamedTuple):
    """A name in code at `start:end` of the message."""

    name: str
    start: int
    end: int


class KeyItem(NamedTuple):
    """An item of a list: the names that it begins with, and the other names in its first sentence."""

    message: int
    keys: tuple[Key, ...]
    values: tuple[Key, ...]


def key_lists(rendered: RenderedPrompt) -> Iterator[tuple[KeyItem, ...]]:
    """The lists of the messages that are declared, as far as their items name something in code, in order.

    What an input printed is left out: it is not the prompt that says it.
    """
    declared = {
        part.id
        for message in rendered.composition.prompt.messages
        if isinstance(message, Message)
        for part in message.parts
    }
    own: dict[int, list[tuple[int, int]]] = {}
    for segment in rendered.rendered.segments:
        if segment.part in declared:
            printed = own.setdefault(segment.message, [])
            if segment.kind == "value" or segment.reads:
                printed.append((segment.start, segment.end))
    for number, message in enumerate(rendered.rendered.messages):
        text = message["content"]
        if number in own and isinstance(text, str) and "`" in text:
            yield from _lists(number, text, own[number])


def _lists(number: int, text: str, printed: list[tuple[int, int]]) -> Iterator[tuple[KeyItem, ...]]:
    items: list[KeyItem] = []
    seen: set[int] = set()
    for block in read_blocks(text):
        starts_item = block.item is not None and block.item not in seen
        if block.depth == 1 and starts_item and block.kind == "paragraph":
            seen.add(block.item or 0)
            item = _item(number, text, block)
            if item is not None and not any(lo <= key.start < hi for key in item.keys for lo, hi in printed):
                items.append(item)
        elif block.depth == 0 and items:
            yield tuple(items)
            items = []
    if items:
        yield tuple(items)


def _item(number: int, text: str, block: Block) -> KeyItem | None:
    keys: list[Key] = []
    at = block.start
    while (found := _SPAN.match(text, at, block.end)) is not None:
        keys.append(Key(found.group(2), found.start(2), found.end(2)))
        at = found.end()
        following = _NEXT.match(text, at, block.end)
        if following is None:
            break
        at = following.end()
    if not keys or _COLON.match(text, at, block.end) is None:
        return None
    stop = _STOP.search(text, at, block.end)
    values = _SPAN.finditer(text, at, stop.start() if stop else block.end)
    return KeyItem(number, tuple(keys), tuple(Key(one.group(2), one.start(2), one.end(2)) for one in values))
