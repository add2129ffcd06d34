"""Semver by contract: what the step from one released component to the next may be, and why.

Major: an input removed, retyped, narrowed or newly required, a message, slot or role removed, a condition on inputs
added, one on answers changed, the output schema changed beyond annotations. Minor: an optional input, a message or a
slot added, an input widened or described anew, a condition on inputs removed. Patch: text only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.model.component import Component
from promptreg.model.inputs import InputSpec
from promptreg.model.keywords import same_json
from promptreg.model.kinds import SLOT_ROLES, TEXT_KINDS
from promptreg.model.prompt import Prompt, Slot
from promptreg.model.schema_changes import Found, bare_schema, schema_changes
from promptreg.model.version import Version
from promptreg.model.written import KeyPath

__all__ = ["LEVELS", "Change", "bumped", "contract_changes", "level_of"]

LEVELS = ("patch", "minor", "major")


class Change(NamedTuple):
    """One reason for a level: `input "locale" became required`, and in which component."""

    level: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} in {self.name}"


def level_of(changes: list[Change]) -> str:
    """The highest level among the changes; patch when there is none."""
    return max((change.level for change in changes), key=LEVELS.index, default="patch")


def bumped(version: Version, level: str) -> Version:
    """The next version at a level."""
    if level == "major":
        return Version(version.major + 1, 0, 0)
    if level == "minor":
        return Version(version.major, version.minor + 1, 0)
    return Version(version.major, version.minor, version.patch + 1)


Head = Component | Prompt


def contract_changes(old: Head, new: Head, schemas: tuple[Any, Any] = (None, None)) -> list[Change]:
    """Every change of contract from `old` to `new`, in document order; none when their contracts are identical.

    `schemas` are the output schemas of the two (plain JSON), wherever they stand.
    """
    changes = list(_kind_changes(old.kind, new.kind))
    changes += _input_changes(old.inputs, new.inputs)
    if isinstance(old, Prompt) and isinstance(new, Prompt):
        changes += _shape_changes(old, new)
        changes += _role_changes(old, new)
        changes += _condition_changes(old, new)
        changes += _output_changes(*schemas)
    return [Change(level, new.name, what) for level, what in changes]


def _kind_changes(old: str, new: str) -> Iterator[Found]:
    if old != new:
        is_text = old in TEXT_KINDS and new in TEXT_KINDS
        yield ("minor" if is_text else "major"), f"the kind changed from {old} to {new}"


def _input_changes(old: Mapping[str, InputSpec], new: Mapping[str, InputSpec]) -> Iterator[Found]:
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            yield "major", f'input "{name}" was removed'
        else:
            for level, what in _spec_changes(before, after):
                yield level, f'input "{name}" {what}'
    for name, spec in new.items():
        if name not in old:
            if spec.required:
                yield "major", f'input "{name}" was added as required'
            else:
                yield "minor", f'optional input "{name}" was added'


def _spec_changes(old: InputSpec, new: InputSpec) -> Iterator[Found]:
    if new.required and not old.required:
        yield "major", "became required"
    elif old.required and not new.required:
        yield "minor", "became optional"
    elif not old.required and not same_json(old.default, new.default):
        yield "minor", "has another default"
    if old.trust != new.trust:
        yield ("major", "must now be trusted") if new.trust == "trusted" else ("minor", "may now be untrusted")
    if old.pii != new.pii:
        yield "minor", f"is {'now' if new.pii else 'no longer'} marked as personal data"
    yield from schema_changes(old.schema, new.schema)
    before, after = old.max_tokens, new.max_tokens
    if after is not None and (before is None or after < before):
        yield "major", f"was narrowed: max_tokens is now {after}"
    elif before != after:
        yield "minor", f"was widened: max_tokens was {before}"


def _shape_changes(old: Prompt, new: Prompt) -> Iterator[Found]:
    before, after = _shape(old), _shape(new)
    for shape in dict.fromkeys(before):
        if before.count(shape) > after.count(shape):
            yield "major", f"{shape} was removed"
    for shape in dict.fromkeys(after):
        if after.count(shape) > before.count(shape):
            yield "minor", f"{shape} was added"
    if before != after and sorted(before) == sorted(after):
        yield "minor", "the order of the messages changed"


def _shape(prompt: Prompt) -> list[str]:
    return [
        f'slot "{item.input}"' if isinstance(item, Slot) else f'a message with role "{item.role}"'
        for item in prompt.messages
    ]


def _role_changes(old: Prompt, new: Prompt) -> Iterator[Found]:
    for name, spec in new.inputs.items():
        if spec.type == "messages" and name in old.inputs and old.inputs[name].type == "messages":
            before, after = _roles(old, name), _roles(new, name)
            gone = [role for role in before if role not in after]
            added = [role for role in after if role not in before]
            if gone:
                yield "major", f'messages of "{name}" can no longer have the role {", ".join(gone)}'
            if added:
                yield "minor", f'messages of "{name}" can now have the role {", ".join(added)}'


def _roles(prompt: Prompt, name: str) -> tuple[str, ...]:
    """The roles that a message in an input may have: those that all of its slots allow."""
    slots = [item.roles for item in prompt.messages if isinstance(item, Slot) and item.input == name] or [SLOT_ROLES]
    return tuple(role for role in slots[0] if all(role in roles for roles in slots))


def _condition_changes(old: Prompt, new: Prompt) -> Iterator[Found]:
    """What a caller must fulfil, and what answers must: expressions are compared as text."""
    before, after = _conditions(old, ("requires",)), _conditions(new, ("requires",))
    for text in after:
        if text not in before:
            yield "major", f"the condition {text} was added"
    for text in before:
        if text not in after:
            yield "minor", f"the condition {text} was removed"
    promised, promises = _conditions(old, ("output", "ensures")), _conditions(new, ("output", "ensures"))
    for text in promises:
        if text not in promised:
            yield "major", f"the condition {text} on answers was added"
    for text in promised:
        if text not in promises:
            yield "major", f"the condition {text} on answers was removed"


def _conditions(prompt: Prompt, key: KeyPath) -> list[str]:
    count = prompt.requires if key == ("requires",) else prompt.output.ensures if prompt.output else 0
    return [prompt.written.text_map((*key, index)).text for index in range(count)]


def _output_changes(old: Any, new: Any) -> Iterator[Found]:
    if old is None and new is None:
        return
    if old is None:
        yield "major", "an output schema was added"
    elif new is None:
        yield "major", "the output schema was removed"
    elif not same_json(bare_schema(old), bare_schema(new)):
        yield "major", "the output schema changed"
