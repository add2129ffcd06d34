"""An untrusted value is handed to an input that is declared trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Place, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head, Template
from promptreg.lint.untrusted import allows_instruction
from promptreg.model.component import Component
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Message, Part, Prompt

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    own = head.head.inputs
    if not any(spec.trust == "untrusted" for spec in own.values()):
        return
    if isinstance(head.head, Prompt):
        for message in head.head.messages:
            if isinstance(message, Message):
                for part in message.parts:
                    yield from _in_part(head, part)
    for template in head.templates:
        if "include" in template.body.text.text:
            yield from _in_includes(template)


def _in_part(head: Head, part: Part) -> Iterator[Hit]:
    for use in (part.use, *(form.use for form in part.variants)):
        member = head.members.get(use.ref.name) if use is not None else None
        if use is None or member is None:
            continue
        for name, spec in member.inputs.items():
            given = part.bindings.get(name, f"${name}")
            if not isinstance(given, str) or given[:1] != "$" or given[:2] == "$$":
                continue
            source = head.head.inputs.get(given[1:].split(".")[0])
            if source is not None and _is_raised(source, spec):
                written = name in part.bindings
                place = head.place((*part.key, "with", name) if written else use.key)
                yield _hit(source.name, name, member, head, place)


def _in_includes(template: Template) -> Iterator[Hit]:
    from jinja2 import nodes

    from promptreg.template.facts import walk
    from promptreg.template.flows import path_of
    from promptreg.template.positions import start_of

    if template.parsed is None or template.facts is None or template.body.kind == "expression":
        return
    head, assigned = template.head, template.facts.assigned
    for node in walk(template.parsed.tree):
        if not isinstance(node, nodes.Include) or not isinstance(node.template, nodes.Const):
            continue
        member = head.members.get(str(node.template.value).split("@")[0])
        for name, spec in member.inputs.items() if member is not None else ():
            sources = [path_of(value) for value in assigned.get(name, ())]
            roots = [found[0].name for found in sources if found is not None] or [name] * (name not in assigned)
            for root in roots:
                source = head.head.inputs.get(root)
                if member is not None and source is not None and _is_raised(source, spec):
                    tag = template.parsed.tokens.tag_at(start_of(node.template) or 0)
                    assert tag is not None
                    yield _hit(root, name, member, head, template.place(tag.start, tag.end))


def _is_raised(source: InputSpec, target: InputSpec) -> bool:
    if source.trust != "untrusted" or target.trust == "untrusted":
        return False
    return target.type in ("array", "object", "messages") or allows_instruction(target.schema)


def _hit(source: str, name: str, member: Component, head: Head, place: Place) -> Hit:
    target = head.workspace.wrap(member).key_place(("inputs", name))
    related = (Related(f'"{name}" is declared here', target, member.name),)
    message = f'the untrusted input "{source}" is given to "{name}" of {member.name}, which is declared trusted'
    return Hit(message, place, related)


RULE = Rule(
    name="untrusted-as-trusted",
    code="SEC007",
    summary="An untrusted value is handed to an input of a component that is declared trusted.",
    scope="head",
    check=_check,
    severity="error",
)
