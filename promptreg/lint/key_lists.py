"""Lists in rendered messages whose items begin with a name in code: how prompts say which keys or values there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from promptreg.lint.subjects import RenderedPrompt
from promptreg.markdown.blocks import Block, read_blocks

__all__ = ["Key", "KeyItem", "key_lists"]

_SPAN = re.compile(r"(\*{0,2})`([A-Za-z_][\w-]*)`\1")
_START = re.compile(r"^[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\*{0,2}`[A-Za-z_]", re.MULTILINE)
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
    """The lists of the messages, as far as their items name something in code that is written in a component, in order.

    What only an input printed is left out: it is not the prompt that says it.
    """
    messages = [message["content"] for message in rendered.rendered.messages]
    found = [
        items
        for number, text in enumerate(messages)
        if isinstance(text, str) and "`" in text and _START.search(text)
        for items in _lists(number, text)
    ]
    if found:
        literal = "".join(rendered.rendered.literal_pieces())
        for items in found:
            own = tuple(item for item in items if all(_is_written(rendered, item, key, literal) for key in item.keys))
            if own:
                yield own


def _is_written(rendered: RenderedPrompt, item: KeyItem, key: Key, literal: str) -> bool:
    """Whether a component says it: in its text, or as a value of an example or a literal binding."""
    if f"`{key.name}`" in literal:
        return True
    heads = (rendered.composition.head, *rendered.composition.members.values())
    return any(key.name in head.source.text for head in heads) and any(
        segment.kind == "literal"
        for segment in rendered.rendered.segments
        if segment.message == item.message and segment.start <= key.start < segment.end
    )


@lru_cache(maxsize=16)  # the samples of a prompt have most of their messages in common
def _lists(number: int, text: str) -> tuple[tuple[KeyItem, ...], ...]:
    found: list[tuple[KeyItem, ...]] = []
    items: list[KeyItem] = []
    seen: set[int] = set()
    for block in read_blocks(text):
        starts_item = block.item is not None and block.item not in seen
        if block.depth == 1 and starts_item and block.kind == "paragraph":
            seen.add(block.item or 0)
            item = _item(number, text, block)
            if item is not None:
                items.append(item)
        elif block.depth == 0 and items:
            found.append(tuple(items))
            items = []
    return (*found, tuple(items)) if items else tuple(found)


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
