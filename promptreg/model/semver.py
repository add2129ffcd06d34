"""Semver by contract: what the step from one released component to the next may be, and why.

Major: an input removed, retyped, narrowed or newly required, a message, slot or role removed, a condition on inputs
added, one on answers changed, the output schema changed beyond annotations. Minor: an optional input, a message or a
slot added, an input widened, a condition on inputs removed. Patch: text only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.model.check import path_text
from promptreg.model.component import Component
from promptreg.model.inputs import InputSpec
from promptreg.model.keywords import same_json
from promptreg.model.prompt import Prompt, Slot
from promptreg.model.version import Version
from promptreg.model.written import KeyPath

__all__ = ["LEVELS", "Change", "bumped", "contract_changes", "level_of"]

LEVELS = ("patch", "minor", "major")
_ANNOTATIONS = frozenset(
    ("title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly", "$comment", "$id", "$schema")
)


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
    """Every change of contract from `old` to `new`, in document order.

    `schemas` are the output schemas of the two (plain JSON), for prompts whose schema stands in a file.
    """
    changes = list(_input_changes(old.inputs, new.inputs))
    if isinstance(old, Prompt) and isinstance(new, Prompt):
        changes += _shape_changes(old, new)
        changes += _condition_changes(old, new)
        changes += _output_changes(*schemas)
    elif (old.kind == "examples") != (new.kind == "examples"):
        changes.append(("major", f"the kind changed from {old.kind} to {new.kind}"))
    return [Change(level, new.name, what) for level, what in changes]


_Found = tuple[str, str]


def _input_changes(old: Mapping[str, InputSpec], new: Mapping[str, InputSpec]) -> Iterator[_Found]:
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            yield "major", f'input "{name}" was removed'
        else:
            yield from _spec_changes(name, before, after)
    for name, spec in new.items():
        if name not in old:
            if spec.required:
                yield "major", f'input "{name}" was added as required'
            else:
                yield "minor", f'optional input "{name}" was added'


def _spec_changes(name: str, old: InputSpec, new: InputSpec) -> Iterator[_Found]:
    if new.required and not old.required:
        yield "major", f'input "{name}" became required'
    if old.required and not new.required:
        yield "minor", f'input "{name}" became optional'
    if old.trust == "untrusted" and new.trust == "trusted":
        yield "major", f'input "{name}" must now be trusted'
    for level, what in _schema_changes(old.schema, new.schema, ()):
        yield level, f'input "{name}" {what}'
    yield from _limit_changes(name, old.max_tokens, new.max_tokens)


def _limit_changes(name: str, old: int | None, new: int | None) -> Iterator[_Found]:
    if new is not None and (old is None or new < old):
        yield "major", f'input "{name}" was narrowed: max_tokens is now {new}'
    elif old is not None and (new is None or new > old):
        yield "minor", f'input "{name}" was widened: max_tokens was {old}'


_LOW = ("minimum", "minLength", "minItems")
_HIGH = ("maximum", "maxLength", "maxItems")


def _schema_changes(old: Any, new: Any, at: tuple[str | int, ...]) -> Iterator[_Found]:
    """How the set of values that a schema allows has changed, as far as its keywords tell."""
    old, new = _as_mapping(old), _as_mapping(new)
    where = f" at {path_text(at)}" if at else ""
    if not same_json(_types(old), _types(new)):
        wider = set(_types(old)) <= set(_types(new)) or (_types(old), _types(new)) == (["integer"], ["number"])
        shown = " or ".join(_types(old)) or "any type", " or ".join(_types(new)) or "any type"
        yield ("minor" if wider or not _types(new) else "major"), f"was retyped{where} from {shown[0]} to {shown[1]}"
    for keyword in (*_LOW, *_HIGH):
        yield from _bound_change(keyword, old.get(keyword), new.get(keyword), where)
    yield from _choice_changes(old, new, where)
    if old.get("pattern") != new.get("pattern"):
        level = "minor" if "pattern" not in new else "major"
        yield level, f"{'was widened' if level == 'minor' else 'was narrowed'}{where}: the pattern changed"
    yield from _member_changes(old, new, at, where)


def _as_mapping(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, Mapping) else {}


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else sorted(kinds)


def _bound_change(keyword: str, old: Any, new: Any, where: str) -> Iterator[_Found]:
    if old == new:
        return
    if new is None:
        yield "minor", f"was widened{where}: {keyword} {old} is gone"
        return
    tighter = old is None or (new > old if keyword in _LOW else new < old)
    words = "narrowed" if tighter else "widened"
    yield ("major" if tighter else "minor"), f"was {words}{where}: {keyword} is now {new}"


def _choice_changes(old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[_Found]:
    before, after = _choices(old), _choices(new)
    if after is None:
        if before is not None:
            yield "minor", f"was widened{where}: any value is allowed now"
        return
    if before is None:
        yield "major", f"was narrowed{where}: only some values are allowed now"
        return
    gone = [item for item in before if not any(same_json(item, other) for other in after)]
    added = [item for item in after if not any(same_json(item, other) for other in before)]
    if gone:
        yield "major", f"was narrowed{where}: {', '.join(map(str, gone))} is no longer allowed"
    if added:
        yield "minor", f"was widened{where}: {', '.join(map(str, added))} is allowed now"


def _choices(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found = schema.get("enum")
    return list(found) if found is not None else None


def _member_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], at: tuple[str | int, ...], where: str
) -> Iterator[_Found]:
    if "items" in old or "items" in new:
        yield from _schema_changes(old.get("items"), new.get("items"), (*at, "items"))
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield "major", f'was narrowed{where}: the key "{name}" became required'
    for name in old.get("required", ()):
        if name not in new.get("required", ()):
            yield "minor", f'was widened{where}: the key "{name}" became optional'
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in dict.fromkeys([*before, *after]):
        yield from _schema_changes(
            before.get(name, old.get("additionalProperties")),
            after.get(name, new.get("additionalProperties")),
            (*at, name),
        )
    closed = new.get("additionalProperties", True) is False
    if closed and (old.get("additionalProperties", True) is not False or set(before) - set(after)):
        yield "major", f"was narrowed{where}: other keys are no longer allowed"
    elif old.get("additionalProperties", True) is False and not closed:
        yield "minor", f"was widened{where}: other keys are allowed now"


def _shape_changes(old: Prompt, new: Prompt) -> Iterator[_Found]:
    before, after = _shape(old), _shape(new)
    for shape in dict.fromkeys(before):
        if before.count(shape) > after.count(shape):
            yield "major", f"{shape} was removed"
    for shape in dict.fromkeys(after):
        if after.count(shape) > before.count(shape):
            yield "minor", f"{shape} was added"
    old_slots = {item.input: item.roles for item in old.messages if isinstance(item, Slot)}
    for item in new.messages:
        if isinstance(item, Slot) and item.input in old_slots:
            gone = [role for role in old_slots[item.input] if role not in item.roles]
            if gone:
                yield "major", f'slot "{item.input}" no longer takes {", ".join(gone)}'


def _shape(prompt: Prompt) -> list[str]:
    return [
        f'slot "{item.input}"' if isinstance(item, Slot) else f'a message with role "{item.role}"'
        for item in prompt.messages
    ]


def _condition_changes(old: Prompt, new: Prompt) -> Iterator[_Found]:
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


def _output_changes(old: Any, new: Any) -> Iterator[_Found]:
    if old is None and new is None:
        return
    if old is None:
        yield "major", "an output schema was added"
    elif new is None:
        yield "major", "the output schema was removed"
    elif not same_json(_bare(old), _bare(new)):
        yield "major", "the output schema changed"


def _bare(schema: Any) -> Any:
    """A schema without annotations; names of properties are no keywords."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {}
    for key, value in schema.items():
        if key in ("properties", "$defs", "patternProperties", "dependentSchemas") and isinstance(value, dict):
            found[key] = {name: _bare(item) for name, item in value.items()}
        elif key in ("enum", "const"):
            found[key] = value
        elif key not in _ANNOTATIONS:
            found[key] = _bare(value)
    return found
