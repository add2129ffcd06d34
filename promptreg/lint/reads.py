"""Which declared inputs a component or prompt makes use of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptreg.lint.subjects import Head, Template
from promptreg.model.component import Component, Use
from promptreg.model.prompt import Message, Part, Prompt, Slot

__all__ = ["inputs_read", "names_read"]


def inputs_read(head: Head, members: Mapping[str, Component]) -> frozenset[str]:
    """The names of inputs that are printed, tested, bound, given to a part or seen by an include.

    `members` are the components that the head leads to, by name; what is not there is taken to read everything.
    """
    found: set[str] = set()
    for template in head.templates:
        found.update(names_read(template))
    if isinstance(head.head, Prompt):
        found.update(_bound(head.head, members))
    for use in head.head.uses:
        if _is_included(head.head, use):
            found.update(_inputs(use, members, head))
    return frozenset(found)


def names_read(template: Template) -> Iterator[str]:
    """Every name that a template reads; a name that is also assigned there counts as read, to be on the safe side."""
    from jinja2 import nodes

    if template.parsed is None:
        yield from template.body.names
        return
    for node in template.nodes:
        if isinstance(node, nodes.Name) and node.ctx == "load":
            yield node.name


def _is_included(head: Component | Prompt, use: Use) -> bool:
    """Whether a ref is an include tag, which looks its inputs up in the scope around it."""
    return isinstance(head, Component) or not use.key


def _inputs(use: Use, members: Mapping[str, Component], head: Head) -> Iterator[str]:
    member = members.get(use.ref.name)
    yield from head.head.inputs if member is None else member.inputs


def _bound(prompt: Prompt, members: Mapping[str, Component]) -> Iterator[str]:
    """Inputs of a prompt that its slots and parts take."""
    for message in prompt.messages:
        if isinstance(message, Slot):
            yield message.input
        elif isinstance(message, Message):
            for part in message.parts:
                yield from _taken(prompt, part, members)


def _taken(prompt: Prompt, part: Part, members: Mapping[str, Component]) -> Iterator[str]:
    for value in part.bindings.values():
        if isinstance(value, str) and value.startswith("$") and not value.startswith("$$"):
            yield value[1:].replace("[", ".").split(".", 1)[0]
    uses = [part.use, *(form.use for form in part.variants)]
    for use in uses:
        if use is not None:
            member = members.get(use.ref.name)
            names = prompt.inputs if member is None else member.inputs
            yield from (name for name in names if name not in part.bindings)
