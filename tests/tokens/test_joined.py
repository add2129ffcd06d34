from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.conftest import NAMES
from tests.tokens.torture import gnarled

Ours = dict[str, TiktokenCounter]

changes = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.one_of(st.none(), gnarled)), max_size=14)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("separator", ["", " ", "\n", "\n\n", "\n---\n"], ids=ascii)
@given(changes=changes)
@settings(max_examples=60)
def test_totals_are_those_of_the_joined_text(name: str, separator: str, changes: list, ours: Ours) -> None:
    count = ours[name].count
    measure = Measure(ours[name])
    joined = Joined(measure, measure.static(separator), 7)
    held: list[str] = [""] * 7
    for place, asked, text in changes:
        summary = None if text is None else measure.of(text)
        then = [*held[:place], text or "", *held[place + 1 :]]
        if asked:
            assert joined.cost(place, summary) == count(separator.join(filter(None, then)))
            assert joined.total == count(separator.join(filter(None, held)))
        else:
            joined.put(place, summary)
            held = then
            assert joined.total == count(separator.join(filter(None, held)))
            assert joined.present == sum(map(bool, held))
    for place in range(7):
        joined.put(place, EMPTY)
    assert (joined.total, joined.present) == (0, 0)
