"""The checker of inputs against the reference implementation of JSON Schema, and what a copy promises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from promptreg.model.check import MAX_DEPTH, MAX_INT_BITS, Fault, copy_checked
from promptreg.model.inputs import KEYWORDS
from promptreg.model.keywords import same_json
from promptreg.model.schema import schema_faults
from tests.model.json_strategies import conforming, disguised, schemas, values

EXACT = (dict, list, str, int, float, bool, type(None))

# The one deliberate difference: 1.0 is a number but no integer, because it would be printed as "1.0".
Reference = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)


def checked(value: Any, schema: Any) -> tuple[Any, list[Fault]]:
    faults: list[Fault] = []
    return copy_checked(value, schema, (), faults), faults


def reference_places(value: Any, schema: Any) -> set[tuple[str | int, ...]]:
    """Where the reference sees faults; a missing or unknown key counts as the place of that key."""
    places: set[tuple[str | int, ...]] = set()
    for error in Reference(schema).iter_errors(value):
        here = tuple(error.absolute_path)
        if error.validator == "required":
            places |= {(*here, name) for name in error.validator_value if name not in error.instance}
        elif error.validator == "additionalProperties" and error.validator_value is False:
            known = error.schema.get("properties", {})
            places |= {(*here, name) for name in error.instance if name not in known}
        else:
            places.add(here)
    return places


pairs = schemas.flatmap(lambda schema: st.tuples(st.just(schema), st.one_of(values, conforming(schema))))


@settings(max_examples=300)
@given(pairs)
def test_faults_stand_where_the_reference_sees_them(pair: tuple[Any, Any]) -> None:
    schema, value = pair
    _, faults = checked(value, schema)
    assert {fault.at for fault in faults} == reference_places(value, schema)


def test_every_keyword_is_generated_or_an_annotation() -> None:
    from tests.model.json_strategies import _keywords

    generated = set(_keywords(schemas).wrapped_strategy.optional)  # type: ignore[attr-defined]
    assert set(KEYWORDS) - generated == {"title"}


@pytest.mark.parametrize(
    ("value", "schema"),
    [(1.0, {"type": "integer"}), ([1.0], {"items": {"type": "integer"}}), (-0.0, {"type": ["integer", "null"]})],
    ids=repr,
)
def test_a_whole_float_is_no_integer_unlike_in_json_schema(value: Any, schema: Any) -> None:
    assert Draft202012Validator(schema).is_valid(value)
    assert "must be an integer" in checked(value, schema)[1][0].message


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**MAX_INT_BITS, "\ud800", {"\udfff": 1}],
    ids=["nan", "infinity", "huge integer", "lone surrogate", "lone surrogate in a key"],
)
def test_what_json_schema_lets_pass_and_json_cannot_hold_is_refused(value: Any) -> None:
    assert Draft202012Validator({}).is_valid(value)
    assert checked(value, {})[1]


def test_the_largest_integer_is_accepted() -> None:
    assert checked(-(2**MAX_INT_BITS - 1), {"type": "integer"}) == (-(2**MAX_INT_BITS - 1), [])


def walk(value: Any) -> list[Any]:
    found = [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        found += walk(item)
    return found + list(value) if isinstance(value, dict) else found


@given(values.flatmap(lambda value: st.tuples(st.just(value), disguised(value))))
def test_a_copy_holds_exact_types_only_and_the_same_json(pair: tuple[Any, Any]) -> None:
    value, disguise = pair
    copy, faults = checked(disguise, {})
    assert faults == []
    assert {type(item) for item in walk(copy)} <= set(EXACT)
    assert json.dumps(copy) == json.dumps(value)


@given(values)
def test_a_copy_shares_no_container_with_the_input(value: Any) -> None:
    copy, _ = checked(value, {})
    containers = {id(item) for item in walk(value) if isinstance(item, (list, dict))}
    assert containers.isdisjoint(id(item) for item in walk(copy) if isinstance(item, (list, dict)))


@given(pairs)
def test_copying_a_copy_changes_nothing(pair: tuple[Any, Any]) -> None:
    schema, value = pair
    copy, faults = checked(value, schema)
    if not faults:
        assert checked(copy, schema) == (copy, [])
        assert json.dumps(copy) == json.dumps(value)


@given(values, values)
def test_equality_of_json_is_that_of_the_reference(left: Any, right: Any) -> None:
    assert same_json(left, right) == Draft202012Validator({"const": left}).is_valid(right)
    assert same_json(left, right) == same_json(right, left)
    assert same_json(left, left)


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def test_values_may_be_nested_to_the_limit_and_no_deeper() -> None:
    assert checked(nested(MAX_DEPTH), {})[1] == []
    (fault,) = checked(nested(MAX_DEPTH + 1), {})[1]
    assert fault.message == f"is nested deeper than {MAX_DEPTH} levels"


@settings(max_examples=200)
@given(st.one_of(schemas, st.dictionaries(st.sampled_from([*KEYWORDS, "minimun", "$ref"]), values, max_size=4)))
def test_a_schema_without_faults_is_one_for_the_reference(schema: Any) -> None:
    faults = list(schema_faults(schema, ()))
    if not faults:
        Draft202012Validator.check_schema(schema)
        checked({"a": [1, "x"]}, schema)
