"""Which template texts a file holds."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.subjects import Body
from promptreg.model.component import Component
from promptreg.model.prompt import Message, Part, Prompt

__all__ = ["bodies_of"]


def bodies_of(head: Component | Prompt) -> tuple[Body, ...]:
    """Every template text and expression of a component or prompt, in document order."""
    if isinstance(head, Prompt):
        return tuple(_of_prompt(head))
    names = {**head.inputs, "example": None} if head.kind == "examples" else dict(head.inputs)
    kind = "format" if head.kind == "examples" else "body"
    return (Body(head.body, kind, names, ("format",) if kind == "format" else ()),)


def _of_prompt(prompt: Prompt) -> Iterator[Body]:
    written = prompt.written
    for index in range(prompt.requires):
        key = ("requires", index)
        yield Body(written.text_map(key), "expression", prompt.inputs, key)
    for index in range(prompt.output.ensures if prompt.output else 0):
        path = ("output", "ensures", index)
        yield Body(written.text_map(path), "expression", {**prompt.inputs, "output": None}, path)
    for message in prompt.messages:
        if isinstance(message, Message):
            for part in message.parts:
                yield from _of_part(prompt, part, message.role)


def _of_part(prompt: Prompt, part: Part, role: str) -> Iterator[Body]:
    written = prompt.written
    if part.when:
        key = (*part.key, "when")
        yield Body(written.text_map(key), "expression", prompt.inputs, key, role, part.id)
    if part.use is None:
        key = (*part.key, "text")
        yield Body(written.text_map(key), "inline", prompt.inputs, key, role, part.id)
    for number, variant in enumerate(part.variants):
        if variant.use is None:
            yield Body(
                written.text_map(variant.key),
                "variant",
                prompt.inputs,
                (*part.key, "budget", "variants", number),
                role,
                part.id,
            )
