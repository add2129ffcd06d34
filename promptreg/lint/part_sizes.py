"""How large the parts of a prompt are at a glance, and which inputs they read: what decides whether to look closer.

Sizes are in tokens, guessed from bytes on the high side: texts of a page have 2.5 bytes a token or more with o200k_base
in all but a few scripts. Nothing is reported because of a guess; a guess says where nothing can be the matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptreg.lint.subjects import Composition, Head
from promptreg.model.component import Component
from promptreg.model.prompt import Message, Part, Slot

__all__ = ["SHORTENED", "guess", "inputs_of", "parts_of", "size_of"]

SHORTENED = ("truncate", "variants", "drop", "min_items", "max_tokens")
"""Keys of a budget by which another form may stand for the full text."""

_BYTES_A_TOKEN = 2.5


def guess(text: str) -> float:
    """Tokens of a text, on the high side."""
    return len(text.encode()) / _BYTES_A_TOKEN


def parts_of(composition: Composition) -> Iterator[Part | Slot]:
    """The parts and slots of a prompt, in order."""
    for message in composition.prompt.messages:
        if isinstance(message, Message):
            yield from message.parts
        else:
            yield message


def size_of(composition: Composition, part: Part) -> float:
    """Tokens of what a part holds as written, all of its branches once, with everything that it includes."""
    if part.use is None:
        text = composition.prompt.written.text_map((*part.key, "text")).text
        return guess(text) + sum(_size(composition, use.ref.name, 0) for use in part.includes)
    return _size(composition, part.use.ref.name, 0)


def _size(composition: Composition, name: str, depth: int) -> float:
    head = composition.members.get(name)
    if head is None or depth > 10 or not isinstance(head.head, Component):
        return 0
    component = head.head
    size = guess(component.body.text)
    if component.kind == "examples":
        size *= len(component.examples)
        size += sum(guess(str(value)) for example in component.examples for value in example.fields.values())
    return size + sum(_size(composition, use.ref.name, depth + 1) for use in component.uses)


def inputs_of(composition: Composition, part: Part) -> frozenset[str]:
    """The inputs of the prompt that the text of a part may read; those that only its `when` reads are left out."""
    names = composition.prompt.inputs
    if part.use is None:
        return _read_by_text(composition.head, part, names) | _read_by_includes(composition, part, names)
    member = composition.members.get(part.use.ref.name)
    found: set[str] = set()
    for name in member.head.inputs if member is not None else names:
        given = part.bindings.get(name, f"${name}")
        if isinstance(given, str) and given.startswith("$") and not given.startswith("$$"):
            found.add(given[1:].split(".")[0])
    return frozenset(found & names.keys())


def _read_by_text(head: Head, part: Part, names: Mapping[str, object]) -> frozenset[str]:
    from promptreg.lint.reads import names_read

    return frozenset(
        name
        for template in head.templates
        if template.body.part == part.id and template.body.kind == "inline"
        for name in names_read(template)
        if name in names
    )


def _read_by_includes(composition: Composition, part: Part, names: Mapping[str, object]) -> frozenset[str]:
    members = (composition.members.get(use.ref.name) for use in part.includes)
    return frozenset(name for member in members if member is not None for name in member.head.inputs if name in names)
