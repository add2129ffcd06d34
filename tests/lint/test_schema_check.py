"""The validator of the linter: never stricter than the library that checks answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from promptreg.lint.schema_check import violations

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "ab", 0.5, 2.0])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])
LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
        "enum": st.lists(SCALARS, min_size=1, max_size=3),
        "const": SCALARS,
        "minimum": st.integers(-2, 2),
        "exclusiveMaximum": st.integers(-2, 2),
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "minItems": st.integers(0, 2),
        "maxProperties": st.integers(0, 2),
        "multipleOf": st.integers(1, 3),
        "uniqueItems": st.booleans(),
        "pattern": st.sampled_from(["^a", "b$"]),
        "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
    },
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "c"]), inner, max_size=1),
            "additionalProperties": inner,
            "items": inner,
            "prefixItems": lists,
            "contains": inner,
            "allOf": lists,
            "anyOf": lists,
            "oneOf": lists,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
        },
    )


SCHEMAS = st.recursive(st.booleans() | LEAVES, _nested, max_leaves=6)


@given(SCHEMAS, VALUES)
def test_what_is_invalid_here_is_invalid_for_the_library(schema: Any, value: Any) -> None:
    if next(violations(value, schema), None) is not None:
        assert not Draft202012Validator(schema).is_valid(value)


@given(LEAVES, VALUES)
def test_simple_keywords_are_decided_alike(schema: Any, value: Any) -> None:
    assert Draft202012Validator(schema).is_valid(value) == (next(violations(value, schema), None) is None)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "object", "required": ["a"]}, {}, [((), 'lacks the key "a"')]),
        ({"properties": {"a": {"enum": ["x", 1]}}}, {"a": True}, [(("a",), "must be one of x, 1")]),
        ({"additionalProperties": False}, {"b": 1}, [(("b",), "is not a key that the schema allows")]),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"type": "null"}}}}, [1], [((0,), "must be of type null")]),
        ({"$ref": "https://example.org/other.json"}, 1, []),
        ({"$ref": "#"}, 1, []),
        (
            {"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}},
            {"a": 1},
            [((), 'lacks the key "b"')],
        ),
    ],
    ids=["missing-key", "true-is-not-one", "extra-key", "local-reference", "other-document", "endless", "condition"],
)
def test_the_place_and_reason_are_told(schema: Any, value: Any, expected: list[Any]) -> None:
    assert [(found.at, found.message) for found in violations(value, schema)] == expected
