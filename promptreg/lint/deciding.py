"""Which inputs of a prompt decide whether a piece of its text is printed: an upper bound, from the syntax trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from promptreg.lint.subjects import Composition, Head, Template
from promptreg.model.prompt import Message, Prompt

if TYPE_CHECKING:
    from jinja2 import nodes

    from promptreg.text import TextMap

__all__ = ["Deciding"]


class Deciding:
    """The conditions of one composition. Names are taken to mean the same in all its components."""

    def __init__(self, composition: Composition) -> None:
        self.composition = composition
        self._heads: tuple[Head, ...] = (composition.head, *composition.members.values())

    def inputs(self, bodies: Iterable[TextMap]) -> frozenset[str]:
        """The inputs of the prompt that decide, over any assignments and bindings, what of these bodies is printed.

        They are read by conditions in the bodies, in what includes something, and in those of parts.
        """
        wanted = {(body.source.path, body.offset(0)) for body in bodies}
        found: set[str] = set()
        for head in self._heads:
            for template in head.templates:
                text = template.body.text
                if template.body.kind == "expression" or (text.source.path, text.offset(0)) in wanted or head.head.uses:
                    found.update(_tested(template))
        waiting = list(found)
        while waiting:
            for name in self._sources.get(waiting.pop(), ()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return frozenset(found & set(self.composition.prompt.inputs))

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Numbers that something is compared with."""
        from jinja2 import nodes

        found: set[float] = set()
        for head in self._heads:
            for node in (node for template in head.templates for node in template.nodes):
                if isinstance(node, nodes.Compare):
                    for item in (node.expr, *(operand.expr for operand in node.ops)):
                        if isinstance(item, nodes.Const) and type(item.value) in (int, float) and abs(item.value) < 1e9:
                            found.add(item.value)
        return frozenset(found)

    @cached_property
    def _sources(self) -> dict[str, set[str]]:
        """For each name that gets a value from others: their names."""
        found: dict[str, set[str]] = {}
        for head in self._heads:
            for template in head.templates:
                for name, sources in (template.facts.assigned if template.facts else {}).items():
                    for source in sources:
                        found.setdefault(name, set()).update(_names([source]))
            if isinstance(head.head, Prompt):
                for name, root in _bound(head.head):
                    found.setdefault(name, set()).add(root)
        return found


def _tested(template: Template) -> Iterator[str]:
    """The names in the conditions and loops of a template; all names of an expression."""
    from jinja2 import nodes

    if template.body.kind == "expression":
        yield from _names(template.nodes)
        return
    for node in template.nodes:
        if isinstance(node, nodes.If):
            yield from _names([node.test])
        elif isinstance(node, nodes.For):
            yield from _names([node.iter, *([node.test] if node.test else [])])
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            yield from _names([node])
            yield from (argument.name for argument in node.args)
        elif isinstance(node, nodes.Call):
            yield from _names([node])


def _names(roots: Iterable[nodes.Node]) -> Iterator[str]:
    from jinja2 import nodes

    from promptreg.template.facts import walk

    for root in roots:
        for node in walk(root):
            if isinstance(node, nodes.Name):
                yield node.name


def _bound(prompt: Prompt) -> Iterator[tuple[str, str]]:
    """Names of component inputs with the input of the prompt that is bound to them."""
    for message in prompt.messages:
        for part in message.parts if isinstance(message, Message) else ():
            for name, value in part.bindings.items():
                if isinstance(value, str) and value.startswith("$") and not value.startswith("$$"):
                    yield name, value[1:].replace("[", ".").split(".", 1)[0]
