"""Laws of levels over thousands of small schemas: what refuses a value that was fine before is major.

The schemas come from a seeded generator rather than from hypothesis, whose examples are too plain to meet each keyword
at each depth within a second.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from promptreg.model.check import copy_checked
from promptreg.model.schema import schema_faults
from promptreg.model.schema_changes import schema_changes
from promptreg.model.semver import LEVELS

Schema = dict[str, Any]

SEEDS = range(8)
ROUNDS = 500

_SCALARS: list[Any] = [None, False, True, -1, 0, 1, 2, 1.0, 0.5, "", "a", "b", "ab", "1"]
_FLAT: list[Any] = [
    *_SCALARS,
    *([], [0], [0.5], ["a"], ["a", "b"], [0, 1, 2], [None], [True, 1]),
    *({}, {"a": 0}, {"a": "a"}, {"b": True}, {"a": 0.5, "b": "b"}, {"c": 1}, {"a": None, "c": "a"}),
]
POOL: list[Any] = [*_FLAT, *([item] for item in _FLAT), *({"a": item} for item in _FLAT)]
"""Values of every type, some inside of others: enough to meet each keyword from both sides."""

_TYPES = ("string", "number", "integer", "boolean", "array", "object")


class Maker:
    """Makes schemas, and changes one thing somewhere in a schema."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def input(self) -> Schema:
        """A well-formed schema of one type, as an input has it."""
        kind = self.random.choice(_TYPES)
        return self._formed(lambda: {"type": kind, **self._keywords([kind], 2)})

    def changed(self, old: Schema) -> Schema:
        """A well-formed schema that differs in one place, or not at all."""
        return self._formed(lambda: self._mutated(old, 2))

    def _formed(self, make: Any) -> Schema:
        while True:
            schema: Schema = make()
            if not list(schema_faults(schema, (), top=True)):
                return schema

    def _nested(self, depth: int) -> Schema:
        kinds = self.random.sample([*_TYPES, "null"], self.random.choice([0, 1, 1, 2]))
        written: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}
        return written | self._keywords(kinds or ["string", "object"], depth)

    def _keywords(self, kinds: list[str], depth: int) -> Schema:
        """Some keywords that say something about values of these types."""
        found: Schema = {}
        for kind in kinds:
            found |= {key: value for key, value in self._own(kind, depth).items() if self.random.random() < 0.5}
        if self.random.random() < 0.3:
            found["enum"] = self.random.sample(_SCALARS, self.random.randint(1, 3))
        if self.random.random() < 0.15:
            found["const"] = self.random.choice(_SCALARS)
        return found

    def _own(self, kind: str, depth: int) -> Schema:
        pick = self.random.choice
        if kind == "string":
            return {"minLength": pick([0, 1, 2]), "maxLength": pick([0, 1, 2]), "pattern": pick(["^a", "b$", "^.$"])}
        if kind in ("number", "integer"):
            return {"minimum": pick([-1, 0, 1]), "maximum": pick([0, 0.5, 1, 2])}
        if kind == "array":
            inner = {"items": self._nested(depth - 1)} if depth else {}
            return {"minItems": pick([0, 1, 2]), "maxItems": pick([0, 1, 2]), **inner}
        if kind == "object":
            keys = self.random.sample("ab", pick([0, 1, 2]))
            more = {"properties": {key: self._nested(depth - 1) for key in keys}} if depth else {}
            rest = self._nested(depth - 1) if depth and pick([True, False]) else pick([True, False])
            return {"required": self.random.sample("abc", pick([0, 1, 2])), "additionalProperties": rest, **more}
        return {}

    def _mutated(self, old: Any, depth: int) -> Any:
        if not isinstance(old, dict) or self.random.random() < 0.1:
            return self._nested(max(depth, 0)) if depth < 2 else old
        inner = [key for key in ("items", "additionalProperties", "properties") if old.get(key) not in (None, {})]
        if inner and self.random.random() < 0.6:
            key = self.random.choice(inner)
            if key != "properties":
                return {**old, key: self._mutated(old[key], depth - 1)}
            name = self.random.choice(sorted(old[key]))
            return {**old, key: {**old[key], name: self._mutated(old[key][name], depth - 1)}}
        kinds = old.get("type", [])
        if self.random.random() < 0.3:
            without = {key: value for key, value in old.items() if key != "type"}
            count = 1 if depth == 2 else self.random.choice([0, 1, 2])
            fresh = self.random.sample(_TYPES, count)
            return {**without, **({"type": fresh[0] if depth == 2 else fresh} if fresh else {})}
        other = self._keywords([kinds] if isinstance(kinds, str) else list(kinds), max(depth, 0))
        changeable = sorted({*old, *other} - {"type"})
        if not changeable:
            return old
        key = self.random.choice(changeable)
        rest = {name: item for name, item in old.items() if name != key}
        return {**rest, key: other[key]} if key in other else rest


def accepted(value: Any, schema: Schema) -> bool:
    faults: list[Any] = []
    copy_checked(value, schema, ("x",), faults)
    return not faults


def level(old: Schema, new: Schema) -> str:
    return max((level for level, _ in schema_changes(old, new)), key=LEVELS.index, default="patch")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_value_that_is_no_longer_accepted_means_major(seed: int) -> None:
    maker = Maker(seed)
    narrowed = 0
    for _ in range(ROUNDS):
        old = maker.input()
        new = maker.changed(old)
        lost = [value for value in POOL if accepted(value, old) and not accepted(value, new)]
        narrowed += bool(lost)
        assert not lost or level(old, new) == "major", (old, new, lost)
    assert narrowed > ROUNDS / 10  # the generator makes what the law is about


@pytest.mark.parametrize("seed", SEEDS)
def test_a_value_that_is_newly_accepted_is_more_than_a_patch(seed: int) -> None:
    maker = Maker(seed)
    for _ in range(ROUNDS):
        old = maker.input()
        new = maker.changed(old)
        won = [value for value in POOL if accepted(value, new) and not accepted(value, old)]
        assert not won or level(old, new) != "patch", (old, new, won)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_change_is_a_patch_and_patches_can_be_undone(seed: int) -> None:
    maker = Maker(seed)
    for _ in range(ROUNDS):
        old = maker.input()
        new = maker.changed(old)
        assert level(old, old) == "patch"
        assert (level(old, new) == "patch") == (level(new, old) == "patch"), (old, new)
