"""Untrusted text among instructions, with nothing that says where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head, RenderedPrompt
from promptreg.lint.untrusted import Passage, can_instruct, is_fenced, passages
from promptreg.model.prompt import Part

__all__ = ["RULE"]

_LABEL_WORDS = 8
"""A user's message with fewer words around the text only labels it: of 25 such findings, 20 were doubtful."""


def _check(rendered: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    inputs = rendered.composition.prompt.inputs
    told: set[str] = set()
    for passage in passages(rendered, fenced=False):
        segment = passage.segment
        if passage.part.id in told or is_fenced(passage) or not can_instruct(segment, inputs) or _is_alone(passage):
            continue
        told.add(passage.part.id)
        names = segment.input or ", ".join(segment.inputs)
        message = f"untrusted text ({_root(names)}) stands among the instructions of a {passage.role} message unfenced"
        place = Place(segment.label.source, segment.offset, segment.end_offset)
        fix = _fix(rendered.composition.head, passage.part, _root(names))
        yield Hit(message, place, fix=fix, component=segment.component, version=segment.version)


def _fix(head: Head, part: Part, name: str) -> Fix | None:
    """A fence around the part, where its text or ref is written on one line that ends with it."""
    key = "text" if part.use is None else "use"
    place, start = head.place((*part.key, key)), head.offset((*part.key, key), key=True)
    source = head.source
    line = source.text[source.offset(source.location(start).line, 1) : start]
    end = source.text.find("\n", place.end)
    rest = source.text[place.end : len(source.text) if end < 0 else end]
    if "\n" in place.text or rest.strip() or line.strip() not in ("-", "") or not name.isidentifier():
        return None
    added = "\n" + " " * len(line) + f"fence: {name}"
    return Fix("unsafe", f"put the part between <{name}> tags", (Edit(place._replace(start=place.end), added),))


def _root(names: str) -> str:
    return ", ".join(dict.fromkeys(name.split(".")[0].split("[")[0] for name in names.split(", ")))


def _is_alone(passage: Passage) -> bool:
    """Whether a user's message is that text and at most a label."""
    words = len(passage.before.split()) + len(passage.after.split())
    return passage.role == "user" and words < _LABEL_WORDS


RULE = Rule(
    name="unfenced-untrusted-input",
    code="SEC001",
    summary="An input that is declared untrusted stands among instructions without a fence.",
    scope="rendered",
    check=_check,
    fix="unsafe",
)
