"""The texts of a prompt that are sent whatever language is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.languages import LanguageInput, mentions_language
from promptreg.lint.subjects import Head, Template
from promptreg.model.component import Use
from promptreg.model.prompt import Message, Part, Prompt

__all__ = ["Sent", "sent_texts"]

_TEXTS = ("body", "inline", "variant")


class Sent(NamedTuple):
    """A template text and the ref of the prompt that leads to it (None for the head's own).

    `names` maps an input of the component to the path of the head's input that it is bound to.
    """

    template: Template
    use: Use | None
    names: dict[str, str]


def sent_texts(head: Head, languages: tuple[LanguageInput, ...]) -> Iterator[Sent]:
    """The template texts of a head and of what it leads to, those aside that stand under a condition on a language."""
    own = {one.path[0]: one.path[0] for one in languages}
    if not isinstance(head.head, Prompt):
        yield from _below(head, None, own, head, set())
        return
    seen: set[str] = set()
    texts: dict[str | None, list[Template]] = {}
    for template in head.templates:
        texts.setdefault(template.body.part, []).append(template)
    paths = {f"${one.shown}": one.shown for one in languages}
    for message in head.head.messages:
        for part in message.parts if isinstance(message, Message) else ():
            mine = texts.get(part.id, [])
            if not any(one.body.kind == "expression" and mentions_language(one.body.text.text) for one in mine):
                yield from _part(head, part, mine, paths, seen)


def _part(head: Head, part: Part, mine: list[Template], paths: dict[str, str], seen: set[str]) -> Iterator[Sent]:
    for template in mine:
        if template.body.kind in _TEXTS:
            yield Sent(template, None, {})
    bound = {key: paths[value] for key, value in part.bindings.items() if isinstance(value, str) and value in paths}
    for use in (part.use, *part.includes, *(form.use for form in part.variants)):
        member = head.members.get(use.ref.name) if use is not None else None
        if member is not None and member.name not in seen:
            seen.add(member.name)
            names = {path: path for path in paths.values() if path in member.inputs and path not in part.bindings}
            yield from _below(head.workspace.wrap(member), use, names | bound, head, seen)


def _below(member: Head, use: Use | None, names: dict[str, str], head: Head, seen: set[str]) -> Iterator[Sent]:
    """The texts of a component and of what it includes outside of conditions on a language."""
    for template in member.templates:
        if template.body.kind in _TEXTS:
            yield Sent(template, use, names)
    for included in member.head.uses:
        inner = head.members.get(included.ref.name)
        if inner is None or inner.name in seen:
            continue
        at = member.source.offset(included.line, included.column)
        if not any(mentions_language(condition) for condition in _conditions(member, at)):
            seen.add(inner.name)
            kept = {name: path for name, path in names.items() if name in inner.inputs}
            yield from _below(head.workspace.wrap(inner), use or included, kept, head, seen)


def _conditions(member: Head, at: int) -> Iterator[str]:
    for template in member.templates:
        for branch in template.branches:
            place = template.place(branch.start, branch.end)
            if place.start <= at < place.end:
                yield branch.condition
