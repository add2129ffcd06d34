"""What the checker of inputs refuses, and how it says so."""

from __future__ import annotations

import re
from collections import UserDict, deque
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model import check
from promptreg.model.check import MAX_DEPTH, Fault, copy_checked, path_text
from tests.model.json_strategies import Colour, Pair, Size, Text


def faults_of(value: Any, schema: Any = None) -> list[Fault]:
    faults: list[Fault] = []
    copy_checked(value, {} if schema is None else schema, ("x",), faults)
    return faults


def only(value: Any, schema: Any = None) -> Fault:
    (fault,) = faults_of(value, schema)
    return fault


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "is a Python object, not a JSON value"),
        (b"abc", "is a Python bytes, not a JSON value"),
        (bytearray(b"abc"), "is a Python bytearray, not a JSON value"),
        (memoryview(b"abc"), "is a Python memoryview, not a JSON value"),
        ({1, 2}, "is a Python set, not a JSON value"),
        ((item for item in "ab"), "is a Python generator, not a JSON value"),
        (1j, "is a Python complex, not a JSON value"),
        (Decimal("1.10"), "is a Python Decimal, not a JSON value"),
        (date(2024, 1, 1), "is a Python date, not a JSON value"),
        (len, "is a Python builtin_function_or_method, not a JSON value"),
        (float("nan"), "is not a finite number"),
        (float("-inf"), "is not a finite number"),
        (10**2000, "is an integer of more than 4096 bits"),
        (-(10**2000), "is an integer of more than 4096 bits"),
        ("ab\ud800", "holds a lone surrogate (U+D800) at character 3"),
        (Text("é\udfff"), "holds a lone surrogate (U+DFFF) at character 2"),
        ({1: 2}, "has a key that is not a string: 1"),
        ({None: 2}, "has a key that is not a string: None"),
    ],
    ids=lambda value: value if type(value) is str and value.isascii() else "",
)
def test_a_value_that_json_cannot_hold_is_named(value: Any, message: str) -> None:
    assert only(value) == Fault(("x",), message)
    assert only([{"k": value}]) == Fault(("x", 0, "k"), message)


def test_a_key_with_a_lone_surrogate_is_a_fault() -> None:
    assert "lone surrogate" in only({"a\ud800": 1}).message


def selfish_list() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def forking_list() -> Any:
    value: list[Any] = []
    value += [value, value, {"a": value}]
    return value


def selfish_object() -> Any:
    value: dict[str, Any] = {}
    value["a"] = {"b": value, "c": value}
    return value


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [selfish_list(), forking_list(), selfish_object(), deep(100), deep(100_000)],
    ids=["list in itself", "list in itself thrice", "object in itself", "200 levels", "200,000 levels"],
)
@pytest.mark.parametrize("schema", [{}, {"type": "array"}, {"items": {"type": "string"}}], ids=str)
def test_endless_and_deep_values_end_with_a_fault(value: Any, schema: Any) -> None:
    assert any(fault.message == f"is nested deeper than {MAX_DEPTH} levels" for fault in faults_of(value, schema))


def test_shared_lists_do_not_multiply_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    value: list[Any] = ["lol"] * 10
    for _ in range(20):
        value = [value] * 10
    monkeypatch.setattr(check, "MAX_VALUES", 20_000)
    assert only(value).message == "holds more than 20,000 values, counting shared ones again"


def test_a_shared_list_is_copied_for_each_place() -> None:
    shared = [1]
    copy = copy_checked([shared, shared], {}, (), [])
    copy[0].append(2)
    assert copy == [[1, 2], [1]]
    assert shared == [1]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, "red"),
        (Size.BIG, 3),
        (Pair(1, "b"), [1, "b"]),
        (range(3), [0, 1, 2]),
        (deque([1, 2]), [1, 2]),
        (UserDict({"a": (1,)}), {"a": [1]}),
        (True, True),
    ],
    ids=repr,
)
def test_what_stands_for_json_becomes_json(value: Any, plain: Any) -> None:
    copy = copy_checked(value, {}, (), [])
    assert copy == plain
    assert type(copy) is type(plain)


@pytest.mark.parametrize(
    ("value", "schema", "message"),
    [
        (None, {"type": "string"}, "must be a string, not null"),
        (1, {"type": "string"}, "must be a string, not integer"),
        (True, {"type": "integer"}, "must be an integer, not boolean"),
        (1, {"type": "boolean"}, "must be a boolean, not integer"),
        (1.5, {"type": "integer"}, "must be an integer, not number"),
        ("1", {"type": "number"}, "must be a number, not string"),
        (True, {"type": "number"}, "must be a number, not boolean"),
        ({}, {"type": "array"}, "must be an array, not object"),
        ([], {"type": "object"}, "must be an object, not array"),
        (1, {"type": ["string", "null"]}, "must be a string or null, not integer"),
        ("c", {"enum": ["a", "b"]}, "must be one of a, b"),
        (1, {"enum": [True, "1"]}, "must be one of True, 1"),
        (2, {"const": 1}, "must be 1"),
        (0, {"minimum": 1}, "must be at least 1"),
        (2, {"maximum": 1.5}, "must be at most 1.5"),
        ("", {"minLength": 1}, "must have at least 1 characters"),
        ("🙂🙂", {"maxLength": 1}, "must have at most 1 characters"),
        ([], {"minItems": 1}, "must have at least 1 items"),
        ([1, 2], {"maxItems": 1}, "must have at most 1 items"),
        ("b", {"pattern": "^a"}, "must match ^a"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("must") else "",
)
def test_each_keyword_says_what_it_wants(value: Any, schema: Any, message: str) -> None:
    assert only(value, schema).message == message


def test_faults_inside_carry_their_path_and_all_are_reported() -> None:
    schema = {
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": {"type": "string"}},
            "size": {"enum": ["small", "large"]},
            "count": {"minimum": 1},
        },
        "required": ["id"],
        "additionalProperties": False,
    }
    value = {"tags": ["a", 1, None], "size": "lage", "count": 0, "tag": 2}
    found = [(path_text(fault.at), fault.message, fault.suggestion) for fault in faults_of(value, schema)]
    assert sorted(found) == [
        ("x.count", "must be at least 1", None),
        ("x.id", "is missing", None),
        ("x.size", "must be one of small, large", "large"),
        ("x.tag", "is not a known key here", "tags"),
        ("x.tags[1]", "must be a string, not integer", None),
        ("x.tags[2]", "must be a string, not null", None),
    ]


# -- paths ------------------------------------------------------------------------------------------------------------

_STEP = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.\[\]"]+)', re.DOTALL)


def read_path(text: str) -> tuple[str | int, ...]:
    """The path that `path_text` wrote."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        assert match, text[at:]
        number, quoted, word = match.groups()
        if number is not None:
            steps.append(int(number))
        else:
            steps.append(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else word)
        at = match.end()
    return tuple(steps)


steps = st.one_of(
    st.integers(0, 12),
    st.sampled_from(["a", "content", "a b", "0", "[0]", 'a"]["b', "a\\", '\\"', "", ".", "é", "ﬁ", "\n", "if"]),
    st.text(st.sampled_from('a.[]"\\0 é'), max_size=5),
)


@given(st.lists(steps, max_size=5).map(tuple))
def test_a_path_is_read_back_from_its_text(path: tuple[str | int, ...]) -> None:
    assert read_path(path_text(path)) == path


def test_paths_look_like_code() -> None:
    assert path_text(("history", 3, "content")) == "history[3].content"
    assert path_text(("row", "a b", 0)) == 'row["a b"][0]'
    assert path_text(()) == ""
