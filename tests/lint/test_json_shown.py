"""JSON in prompts: what parses is never blamed, what was meant to parse and does not is, sketches are left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.lint.json_shown import fault_of

SCALARS = st.none() | st.booleans() | st.integers(-99, 99) | st.text("ab {}[],:\"'\\é", max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
)
CONTAINERS = st.lists(VALUES, min_size=1, max_size=3) | st.dictionaries(st.text("abc"), VALUES, min_size=1, max_size=3)


@given(CONTAINERS, st.sampled_from([None, 2]))
def test_what_parses_is_never_blamed(value: object, indent: int | None) -> None:
    assert fault_of(json.dumps(value, indent=indent, ensure_ascii=False)) is None


@given(st.lists(st.integers(0, 9), min_size=2, max_size=5), st.data())
def test_a_missing_comma_is_found_where_it_is_missing(numbers: list[int], data: st.DataObject) -> None:
    texts = [f'"{number}"' for number in numbers]
    at = data.draw(st.integers(0, len(texts) - 2))
    before, after = ", ".join(texts[: at + 1]), ", ".join(texts[at + 1 :])
    fault = fault_of(f"[{before} {after}]")
    assert fault is not None
    assert fault.at == len(f"[{before} ")


@given(CONTAINERS)
def test_a_comma_at_the_end_is_found_and_told_apart(value: object) -> None:
    text = json.dumps(value)
    broken = f"{text[:-1]} , {text[-1]}"
    fault = fault_of(broken)
    assert fault is not None
    assert fault.message == "a comma before the closing bracket"
    assert fault.comma is not None
    assert broken[fault.at] == text[-1]
    assert json.loads(broken[: fault.comma] + broken[fault.comma + 1 :]) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ...}',
        '{"a": 1, // note\n"b": 2}',
        '{"a": <number>}',
        '{"a": string, "b": 1}',
        '{"a": 1}\n{"a": 2}',
        '{{"a": 1}}',
        '{"a": 1',
        "{name}",
        "[link](https://example.org)",
        '{"a": "x" | "y"}',
    ],
    ids=[
        *("ellipsis", "comment", "angle-slot", "type-word", "lines", "doubled-braces", "not-closed", "slot", "link"),
        "choice",
    ],
)
def test_sketches_are_left_alone(text: str) -> None:
    assert fault_of(text) is None
