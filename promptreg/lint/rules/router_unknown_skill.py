"""A list of skills names one that there is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from promptreg.errors import nearest
from promptreg.lint.finding import Hit, Place, instead
from promptreg.lint.output_schema import enumerations, schema_of
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head
from promptreg.model.prompt import Prompt

__all__ = ["RULE"]

_NO_SKILL = frozenset(
    ("none", "other", "others", "unknown", "unclear", "default", "auto", "all", "any", "human", "fallback", "general",
     "misc", "unsupported", "handover", "smalltalk", "small-talk", "off-topic", "router", "self")
)  # fmt: skip
_NAME = re.compile(r"`([a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)+)`")


class _Listed(NamedTuple):
    """Identifiers that are listed together, each with what tells its place."""

    names: tuple[tuple[str, Callable[[], Place]], ...]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    folders = head.workspace.prompt_folders
    for listed in _lists(head) if folders else ():
        for folder, skills in folders.items():
            yield from _unknown(listed, folder, skills)
    yield from _named(head)


def _unknown(listed: _Listed, folder: str, skills: frozenset[str]) -> Iterator[Hit]:
    """What a list that is about the prompts of a folder names besides: nearly one of them, or the only other word."""
    names = [name for name, _ in listed.names]
    known = skills.intersection(names)
    others = [(name, place) for name, place in listed.names if name not in skills and name not in _NO_SKILL]
    if len(known) < 2:
        return
    for name, place in others:
        near = nearest(name, skills - known)
        if near or (len(others) == 1 and len(names) - len(others) == len(known)):
            meant = f' (did you mean "{near}"?)' if near else ""
            message = f'"{name}" stands among the names of prompts in {folder}/, which has none of that name{meant}'
            yield Hit(message, place(), fix=instead(place(), name, near))


def _lists(head: Head) -> Iterator[_Listed]:
    own = head.head
    for name, spec in own.inputs.items():
        choices = spec.schema.get("enum", ())
        if len(choices) > 2:
            path = ("inputs", name, "enum")
            yield _Listed(
                tuple(
                    (value, partial(head.place, (*path, at)))
                    for at, value in enumerate(choices)
                    if isinstance(value, str)
                )
            )
    if own.kind == "examples" and "example.id" in head.bodies[0].text.text:
        examples = getattr(own, "examples", ())
        yield _Listed(tuple((one.id, partial(head.place, ("examples", at, "id"))) for at, one in enumerate(examples)))
    if isinstance(own, Prompt) and own.output is not None and own.output.schema is not None:
        place = partial(head.place, ("output", "schema"))
        for _, choices in enumerations(schema_of(head.workspace.composition(head.name))):
            yield _Listed(tuple((value, place) for value in sorted(choices)))


def _named(head: Head) -> Iterator[Hit]:
    """Full names between backticks, in a folder of the registry, beside one that exists or nearly like one."""
    text = head.source.text
    if "`" not in text or "/" not in text:
        return
    heads = head.workspace.store.heads
    found = list(_NAME.finditer(text))
    known = {match.group(1).rpartition("/")[0] for match in found if match.group(1) in heads}
    for match in found:
        name = match.group(1)
        folder = name.rpartition("/")[0]
        siblings = [other for other in heads if other.startswith(f"{folder}/")]
        if name in heads or name in head.workspace.store.broken or not siblings:
            continue
        near = nearest(name, siblings)
        if folder in known or near:
            meant = f' (did you mean "{near}"?)' if near else ""
            place = Place(head.source, match.start(1), match.end(1))
            yield Hit(f'the registry holds nothing named "{name}"{meant}', place, fix=instead(place, name, near))


RULE = Rule(
    name="router-unknown-skill",
    code="REG010",
    summary="A list of skills, or a text, names a prompt or component that the registry does not hold.",
    scope="head",
    check=_check,
    reach="registry",
    confidence="medium",
    fix="unsafe",
)
