"""Semver by contract: each rule with its reason, and the laws of levels over generated schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from promptreg.model.semver import LEVELS, Change, bumped, contract_changes, level_of
from promptreg.model.version import Version
from tests.registry.folders import read_text

Inputs = dict[str, dict[str, Any]]


def rule(inputs: Inputs | None = None, *, kind: str = "rule", body: str = "- Hi.") -> Any:
    """A text component with these inputs."""
    front = json.dumps({"kind": kind, "version": "1.0.0", "inputs": inputs or {}})
    return read_text(f"---\n{front}\n---\n{body}\n", "prompts/rules/tone.md")


def prompt(**keys: Any) -> Any:
    """A prompt; keys given replace those of a small one."""
    inputs = {"n": {"type": "number"}, "log": {"type": "messages", "default": []}}
    messages = [{"role": "system", "parts": [{"text": "a"}]}, {"slot": "log"}]
    text = json.dumps({"kind": "prompt", "version": "1.0.0", "inputs": inputs, "messages": messages, **keys})
    return read_text(text, "prompts/reply.yaml")


def told(old: Any, new: Any, schemas: tuple[Any, Any] = (None, None)) -> list[tuple[str, str]]:
    return [(change.level, change.what) for change in contract_changes(old, new, schemas)]


TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def obj(**keys: Any) -> dict[str, Any]:
    return {"type": "object", **keys}


_INPUT_CASES = [
    ("the same", TEXT, TEXT, []),
    ("removed", TEXT, None, [("major", 'input "x" was removed')]),
    ("added as required", None, TEXT, [("major", 'input "x" was added as required')]),
    ("added with a default", None, {**TEXT, "default": "a"}, [("minor", 'optional input "x" was added')]),
    ("newly required", {**TEXT, "default": "a"}, TEXT, [("major", 'input "x" became required')]),
    ("no longer required", TEXT, {**TEXT, "default": "a"}, [("minor", 'input "x" became optional')]),
    (
        "another default",
        {**TEXT, "default": "a"},
        {**TEXT, "default": "b"},
        [("minor", 'input "x" has another default')],
    ),
    ("retyped", TEXT, NUMBER, [("major", 'input "x" was retyped from string to number')]),
    ("integer to number", {"type": "integer"}, NUMBER, [("minor", 'input "x" was retyped from integer to number')]),
    ("number to integer", NUMBER, {"type": "integer"}, [("major", 'input "x" was retyped from number to integer')]),
    ("higher minimum", {**NUMBER, "minimum": 0}, {**NUMBER, "minimum": 1}, [("major", "minimum is now 1")]),
    ("lower minimum", {**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 0}, [("minor", "minimum is now 0")]),
    ("new maximum", NUMBER, {**NUMBER, "maximum": 5}, [("major", "was narrowed: maximum is now 5")]),
    ("no maximum", {**NUMBER, "maximum": 5}, NUMBER, [("minor", "was widened: maximum 5 is gone")]),
    ("a minimum length of nothing", TEXT, {**TEXT, "minLength": 0}, []),
    ("new enum", TEXT, {**TEXT, "enum": ["a"]}, [("major", "was narrowed: only a is allowed now")]),
    ("no enum", {**TEXT, "enum": ["a"]}, TEXT, [("minor", "was widened: any value is allowed now")]),
    (
        "smaller enum",
        {**TEXT, "enum": ["a", "b"]},
        {**TEXT, "enum": ["b"]},
        [("major", "was narrowed: a is no longer allowed")],
    ),
    (
        "larger enum",
        {**TEXT, "enum": ["a"]},
        {**TEXT, "enum": ["b", "a"]},
        [("minor", "was widened: b is allowed now")],
    ),
    ("enum to const", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "const": "a"}, [("major", "b is no longer allowed")]),
    ("enum in another order", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["b", "a"]}, []),
    ("new pattern", TEXT, {**TEXT, "pattern": "^a"}, [("major", "was narrowed: the pattern is now ^a")]),
    ("no pattern", {**TEXT, "pattern": "^a"}, TEXT, [("minor", "was widened: the pattern is gone")]),
    ("fewer tokens", {**TEXT, "max_tokens": 9}, {**TEXT, "max_tokens": 8}, [("major", "max_tokens is now 8")]),
    ("more tokens", {**TEXT, "max_tokens": 8}, TEXT, [("minor", "was widened: max_tokens was 8")]),
    ("must be trusted", {**TEXT, "trust": "untrusted"}, TEXT, [("major", 'input "x" must now be trusted')]),
    ("may be untrusted", TEXT, {**TEXT, "trust": "untrusted"}, [("minor", 'input "x" may now be untrusted')]),
    ("personal data", TEXT, {**TEXT, "pii": True}, [("minor", 'input "x" is now marked as personal data')]),
    ("description and summary", TEXT, {**TEXT, "description": "Why", "summary": "What", "format": "date"}, []),
    (
        "items narrowed",
        {"type": "array", "items": TEXT},
        {"type": "array", "items": {**TEXT, "maxLength": 3}},
        [("major", 'input "x" was narrowed at items: maxLength is now 3')],
    ),
    (
        "one is not true",
        {"type": "array", "items": {"enum": [1]}},
        {"type": "array", "items": {"enum": [True]}},
        [("major", "at items: 1 is no longer allowed"), ("minor", "at items: True is allowed now")],
    ),
    (
        "key newly required",
        obj(properties={"a": TEXT}),
        obj(properties={"a": TEXT}, required=["a"]),
        [("major", 'was narrowed: the key "a" became required')],
    ),
    (
        "key of a closed object added",
        obj(properties={"a": TEXT}, additionalProperties=False),
        obj(properties={"a": TEXT, "b": TEXT}, additionalProperties=False),
        [("minor", 'was widened: the key "b" is allowed now')],
    ),
    (
        "key of a closed object removed",
        obj(properties={"a": TEXT, "b": TEXT}, additionalProperties=False),
        obj(properties={"a": TEXT}, additionalProperties=False),
        [("major", 'was narrowed: the key "b" is no longer allowed')],
    ),
    (
        "key of an open object declared",
        obj(),
        obj(properties={"a": TEXT}),
        [("major", 'input "x" was retyped at a from any type to string')],
    ),
    (
        "object closed",
        obj(properties={"a": TEXT}),
        obj(properties={"a": TEXT}, additionalProperties=False),
        [("major", "was narrowed: a key that is not declared is no longer allowed")],
    ),
    (
        "other keys narrowed",
        obj(additionalProperties=True),
        obj(additionalProperties=TEXT),
        [("major", 'was retyped at["*"] from any type to string')],
    ),
    (
        "deep inside",
        obj(properties={"a": {"type": "array", "items": obj(properties={"b": NUMBER})}}),
        obj(properties={"a": {"type": "array", "items": obj(properties={"b": {"type": "integer"}})}}),
        [("major", 'input "x" was retyped at a.items.b from number to integer')],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), [pytest.param(*case[1:], id=case[0]) for case in _INPUT_CASES])
@pytest.mark.parametrize("make", [rule, lambda inputs: prompt(inputs={**inputs, "log": {"type": "messages"}})])
def test_a_change_of_an_input(make: Any, old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    found = told(make({"x": old} if old else {}), make({"x": new} if new else {}))
    assert [level for level, _ in found] == [level for level, _ in expected]
    for (_, what), (_, words) in zip(found, expected, strict=True):
        assert words.replace("at[", "at [") in what


SYSTEM = {"role": "system", "parts": [{"text": "a"}]}
USER = {"role": "user", "parts": [{"text": "b"}]}
SLOT = {"slot": "log"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param([SYSTEM], [{**SYSTEM, "parts": [{"text": "z"}, {"text": "y"}]}], [], id="text"),
        pytest.param(
            [SYSTEM, USER], [SYSTEM], [("major", 'a message with role "user" was removed')], id="message removed"
        ),
        pytest.param([SYSTEM], [SYSTEM, USER], [("minor", 'a message with role "user" was added')], id="message added"),
        pytest.param(
            [USER, USER], [USER], [("major", 'a message with role "user" was removed')], id="one of two removed"
        ),
        pytest.param([SYSTEM, SLOT], [SYSTEM], [("major", 'slot "log" was removed')], id="slot removed"),
        pytest.param([SYSTEM], [SYSTEM, SLOT], [("minor", 'slot "log" was added')], id="slot added"),
        pytest.param(
            [SYSTEM],
            [USER],
            [("major", 'a message with role "system" was removed'), ("minor", 'a message with role "user" was added')],
            id="role changed",
        ),
        pytest.param([SYSTEM, USER], [USER, SYSTEM], [("minor", "the order of the messages changed")], id="order"),
        pytest.param(
            [SLOT],
            [{**SLOT, "roles": ["user"]}],
            [("major", 'messages of "log" can no longer have the role assistant, tool')],
            id="roles removed",
        ),
        pytest.param(
            [{**SLOT, "roles": ["user"]}],
            [{**SLOT, "roles": ["user", "system"]}],
            [("minor", 'messages of "log" can now have the role system')],
            id="role added",
        ),
        pytest.param(
            [SYSTEM],
            [SYSTEM, {**SLOT, "roles": ["user"]}],
            [
                ("minor", 'slot "log" was added'),
                ("major", 'messages of "log" can no longer have the role assistant, tool'),
            ],
            id="a slot that takes less than was taken before",
        ),
    ],
)
def test_a_change_of_the_messages(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert told(prompt(messages=old), prompt(messages=new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({}, {"requires": ["n > 0"]}, [("major", "the condition n > 0 was added")], id="requires added"),
        pytest.param(
            {"requires": ["n > 0"]}, {}, [("minor", "the condition n > 0 was removed")], id="requires removed"
        ),
        pytest.param({"requires": ["n > 0", "n < 9"]}, {"requires": ["n < 9", "n > 0"]}, [], id="requires in order"),
        pytest.param(
            {"output": {"ensures": ["output"]}},
            {"output": {"ensures": ["output"], "schema": None}},
            [],
            id="ensures kept",
        ),
        pytest.param(
            {},
            {"output": {"ensures": ["output"]}},
            [("major", "the condition output on answers was added")],
            id="ensures added",
        ),
        pytest.param(
            {"output": {"ensures": ["output"]}},
            {},
            [("major", "the condition output on answers was removed")],
            id="ensures removed",
        ),
        pytest.param({"model": "a/b"}, {"model": "c/d", "summary": "x", "budget": {"tokens": 9}}, [], id="model"),
        pytest.param({}, {"samples": {"a": {"n": 1}}}, [], id="samples"),
    ],
)
def test_a_change_of_conditions_and_of_what_is_no_contract(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert told(prompt(**old), prompt(**new)) == expected


CHANGED = [("major", "the output schema changed")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({"type": "string"}, {"type": "string"}, [], id="same"),
        pytest.param(None, {}, [("major", "an output schema was added")], id="added"),
        pytest.param({}, None, [("major", "the output schema was removed")], id="removed"),
        pytest.param({"type": "string"}, {"type": ["string", "null"]}, CHANGED, id="widened"),
        pytest.param({"type": "string"}, {"type": "string", "title": "T", "description": "D"}, [], id="annotations"),
        pytest.param(
            {"properties": {"a": {}}}, {"properties": {"a": {"examples": [1], "default": 2}}}, [], id="inside"
        ),
        pytest.param({"properties": {}}, {"properties": {"title": {}}}, CHANGED, id="a property named title"),
        pytest.param({"$defs": {}}, {"$defs": {"default": {}}}, CHANGED, id="a definition named default"),
        pytest.param({"enum": [{"title": 1}]}, {"enum": [{}]}, CHANGED, id="a value with a title"),
        pytest.param({"required": ["a", "b"]}, {"required": ["b", "a"]}, [], id="order of required"),
        pytest.param({"dependentRequired": {"title": ["a"]}}, {"dependentRequired": {}}, CHANGED, id="dependent"),
        pytest.param({"minimum": 1}, {"minimum": 1.0}, [], id="numbers"),
        pytest.param({"const": 1}, {"const": True}, CHANGED, id="truth is no number"),
    ],
)
def test_a_change_of_the_output_schema(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert told(prompt(), prompt(), (old, new)) == expected


def test_a_change_of_kind() -> None:
    assert told(rule(), rule(kind="instruction")) == [("minor", "the kind changed from rule to instruction")]
    examples = read_text("kind: examples\nversion: 1.0.0\nformat: x\nexamples: [{id: a}]\n", "prompts/rules/tone.yaml")
    assert told(rule(), examples) == [("major", "the kind changed from rule to examples")]
    assert ("major", "the kind changed from rule to prompt") in told(rule(), prompt())


def test_the_highest_level_counts_and_gives_the_next_version() -> None:
    changes = [Change(level, "a", "b") for level in ("minor", "major", "minor")]
    assert [level_of(changes[:1]), level_of(changes), level_of([])] == ["minor", "major", "patch"]
    assert str(changes[0]) == "b in a"
    assert [str(bumped(Version(1, 2, 3), level)) for level in LEVELS] == ["1.2.4", "1.3.0", "2.0.0"]
    assert str(bumped(Version(0, 2, 3), "major")) == "1.0.0"
