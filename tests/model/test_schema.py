"""Faults of declared schemas: each keyword with its wrong value, and its place."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.model.check import path_text
from promptreg.model.schema import schema_faults


def said(schema: Any, *, top: bool = False) -> list[tuple[str, str, str | None]]:
    return [(path_text(fault.at), fault.message, fault.suggestion) for fault in schema_faults(schema, ("s",), top=top)]


@pytest.mark.parametrize(
    ("schema", "place", "message", "suggestion"),
    [
        (3, "s", "must be a schema (a mapping)", None),
        ({"minimun": 3}, "s.minimun", "is not a schema keyword that inputs may use", "minimum"),
        ({"$ref": "#"}, 's["$ref"]', "is not a schema keyword that inputs may use", None),
        ({"type": "strng"}, "s.type", '"strng" is not a type', "string"),
        ({"type": []}, "s.type", '"[]" is not a type', None),
        ({"type": ["string", "messages"]}, "s.type", '"messages" is not a type', None),
        ({"type": ["null", "null"]}, "s.type", 'names "null" twice', None),
        ({"enum": []}, "s.enum", "must be a list with at least one value", None),
        ({"minimum": "1"}, "s.minimum", "must be a number", None),
        ({"maximum": True}, "s.maximum", "must be a number", None),
        ({"minLength": -1}, "s.minLength", "must be a whole number, zero or more", None),
        ({"maxItems": 1.0}, "s.maxItems", "must be a whole number, zero or more", None),
        ({"pattern": "("}, "s.pattern", "is not a regular expression: missing ), unterminated subpattern at position 0",
         None),
        ({"pattern": 3}, "s.pattern", "must be a regular expression", None),
        ({"items": []}, "s.items", "must be a schema (a mapping)", None),
        ({"items": {"items": {"mininum": 1}}}, "s.items.items.mininum",
         "is not a schema keyword that inputs may use", "minimum"),
        ({"properties": []}, "s.properties", "must be a mapping of schemas", None),
        ({"properties": {"a": True}}, "s.properties.a", "must be a schema (a mapping)", None),
        ({"required": "a"}, "s.required", "must be a list of names", None),
        ({"required": [1]}, "s.required", "must be a list of names", None),
        ({"required": ["a", "b", "a"]}, "s.required", 'names "a" twice', None),
        ({"additionalProperties": 0}, "s.additionalProperties", "must be a schema (a mapping)", None),
        ({"description": 3}, "s.description", "must be text", None),
        ({"minimum": 3, "maximum": 2}, "s.minimum", "is above maximum: no value fits", None),
        ({"minItems": 3, "maxItems": 2}, "s.minItems", "is above maxItems: no value fits", None),
        ({"properties": {"a": {}}, "required": ["b"], "additionalProperties": False}, "s.required",
         'names "b", which properties does not allow', None),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)  # fmt: skip
def test_a_bad_schema_is_named_at_its_place(schema: Any, place: str, message: str, suggestion: str | None) -> None:
    assert said(schema) == [(place, message, suggestion)]


@pytest.mark.parametrize("pattern", ["a{99999999999999999999}", "(" * 5_000 + ")" * 5_000], ids=["huge", "deep"])
def test_a_pattern_that_python_cannot_compile_is_a_fault(pattern: str) -> None:
    ((place, message, _),) = said({"pattern": pattern})
    assert place == "s.pattern"
    assert message.startswith("is not a regular expression: ")


def test_five_faults_are_reported_at_once() -> None:
    schema = {"type": "text", "minimum": "x", "pattern": "(", "items": 1, "titel": "t"}
    assert len(said(schema)) == 5


def test_messages_is_a_type_of_inputs_only() -> None:
    assert said({"type": "messages"}, top=True) == []
    assert len(said({"type": "messages"})) == 1
