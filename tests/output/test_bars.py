"""Bars made of characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptreg.output.bars import Stretch, bar, divided, percent

_AMOUNTS = st.integers(0, 10**6)


@given(_AMOUNTS, _AMOUNTS, st.integers(0, 60), st.booleans())
def test_a_bar_is_never_wider_than_its_columns_and_shows_all_that_is_there(
    amount: int, whole: int, columns: int, unicode: bool
) -> None:
    drawn = bar(amount, whole, columns, unicode=unicode)
    assert len(drawn) <= columns
    assert bool(drawn) == bool(amount and whole and columns)


@given(st.lists(_AMOUNTS, max_size=8), st.integers(1, 120), st.booleans())
def test_a_divided_bar_has_exactly_its_columns_and_something_of_each(
    amounts: list[int], columns: int, unicode: bool
) -> None:
    stretches = [Stretch(amount, chr(0x2580 + at), chr(97 + at)) for at, amount in enumerate(amounts)]
    spans = divided(stretches, columns, unicode=unicode)
    present = sum(amount > 0 for amount in amounts)
    assert sum(len(span.text) for span in spans) == (columns if present else 0)
    if present <= columns:
        assert all(span.text for span in spans)


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=6))
def test_a_larger_amount_never_gets_fewer_columns(amounts: list[int]) -> None:
    spans = divided([Stretch(amount, "x", "x") for amount in amounts], 60, unicode=True)
    sizes = [len(span.text) for span in spans]
    for left, small in zip(amounts, sizes, strict=True):
        for right, large in zip(amounts, sizes, strict=True):
            assert left <= right or small >= large


def test_shares_are_whole_percents_that_hide_nothing() -> None:
    shares = [percent(amount, 1000) for amount in (0, 1, 9, 10, 15, 500, 989, 994, 999, 1000)]
    assert shares == ["0 %", "<1 %", "<1 %", "1 %", "2 %", "50 %", "99 %", "99 %", "99 %", "100 %"]
    assert percent(5, 0) == ""


def test_an_eighth_of_a_column_can_be_seen() -> None:
    assert bar(1, 1000, 10, unicode=True) == "▏"
    assert bar(1, 1000, 10, unicode=False) == "#"
    assert bar(55, 100, 10, unicode=True) == "█████▌"
    assert bar(55, 100, 10, unicode=False) == "######"
