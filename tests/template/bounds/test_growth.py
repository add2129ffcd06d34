"""By how much texts grow in the filters, character by character; and how wide patterns and numbers are."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptreg.template import Meter
from promptreg.template.bounds.bound import at_most
from promptreg.template.bounds.interval import Interval, between, number_text
from promptreg.template.bounds.pattern import longest_match
from promptreg.template.bounds.shape import WRITTEN
from promptreg.template.bounds.text_filters import CASED, ESCAPED, QUOTED
from promptreg.template.list_filters import FILTERS

_CHARACTERS = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x20000), *range(0x20000, 0x110000, 997))]


@pytest.mark.parametrize(
    ("grown", "factor", "quotes"),
    [
        pytest.param("upper", CASED, 0, id="upper"),
        pytest.param("lower", CASED, 0, id="lower"),
        pytest.param("title", CASED, 0, id="title"),
        pytest.param("capitalize", CASED, 0, id="capitalize"),
        pytest.param("urlencode", QUOTED, 0, id="urlencode"),
        pytest.param("tojson", ESCAPED, 2, id="tojson"),
        pytest.param(repr, WRITTEN, 2, id="printed in a list"),
    ],
)
def test_no_character_grows_by_more_than_its_factor(
    grown: str | Callable[[str], str], factor: int, quotes: int
) -> None:
    meter = Meter()
    meter.charge(-(10**9))
    change = grown if callable(grown) else lambda char: str(FILTERS[grown](meter, char))
    worst = max((len(change(char).encode()) - quotes) / len(char.encode()) for char in _CHARACTERS)
    assert worst <= factor
    if grown != "lower":
        assert worst == factor


def test_the_printed_form_of_a_float_is_no_longer_than_its_bound() -> None:
    assert len(str(-2.2250738585072014e-308)) == number_text(Interval(integers=False)).bytes


_limits = st.integers(-(10**6), 10**6)


@given(_limits, _limits, _limits, _limits, st.sampled_from(["+", "-", "*", "/", "//", "%"]), st.data())
def test_a_calculated_number_is_within_its_interval(
    a: int, b: int, c: int, d: int, sign: str, data: st.DataObject
) -> None:
    left, right = between(min(a, b), max(a, b)), between(min(c, d), max(c, d))
    number = st.one_of(st.integers(min(a, b), max(a, b)), st.floats(min(a, b), max(a, b)))
    other = st.one_of(st.integers(min(c, d), max(c, d)), st.floats(min(c, d), max(c, d)))
    x, y = data.draw(number), data.draw(other)
    assume(sign not in ("/", "//", "%") or y != 0)
    operations = {"+": x + y, "-": x - y, "*": x * y}
    value = operations[sign] if sign in operations else x / y if sign == "/" else x // y if sign == "//" else x % y
    found = left.calculated(sign, right)
    slack = Decimal("0.001")  # of floats, where a sum is rounded
    assert found.low is None or Decimal(value) >= found.low - slack
    assert found.high is None or Decimal(value) <= found.high + slack
    assert found.integers if isinstance(value, int) else found.floats
    size = number_text(found).bytes
    assert size is not None
    assert len(str(value)) <= size


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("^[A-Z]{3}$", 4),
        (r"^[A-Z]{3}\Z", 3),
        ("^(a|bb)?$", 3),
        (r"^\d{4}-\d{2}$", 29),
        ("^é{2}$", 9),
        ("^.$", 5),
        ("^(?i:k)$", 5),
        ("^(?=a)b{1,3}?$", 13),
        (r"^(ab)\1$", 17),
        ("^a*$", None),
        ("^a|b$", None),
        ("^(a$)", None),
        ("a{3}", None),
        ("^a{3}", None),
        ("(?m)^a$", None),
        ("^", None),
        ("", None),
    ],
)
def test_the_longest_match_of_a_pattern(pattern: str, size: int | None) -> None:
    assert longest_match(pattern) == size


_pieces = st.sampled_from(["a", "é", "[a-c]", "[^x]", ".", r"\d", r"\w", "(a|bc)", "(?:ab)", "(?i:k)", "日"])
_repeats = st.sampled_from(["", "?", "{2}", "{1,3}", "*?", "+"])


@given(st.lists(st.tuples(_pieces, _repeats), max_size=4), st.data())
def test_no_matching_text_is_longer(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    pattern = "^" + "".join(piece + repeat for piece, repeat in parts) + "$"
    text = data.draw(st.from_regex(re.compile(pattern)))
    size = longest_match(pattern)
    assert size is None or len(text.encode()) <= size
    if not any(mark in repeat for _, repeat in parts for mark in "*+"):
        assert size is not None


def test_the_kelvin_sign_is_no_ascii_letter() -> None:
    assert re.search("^(?i:k)$", "\u212a") is not None
    assert at_most(longest_match("^(?i:k)$") or 0).bytes == 5
