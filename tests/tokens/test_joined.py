from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY, Summary
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.conftest import NAMES
from tests.tokens.torture import gnarled

Ours = dict[str, TiktokenCounter]

SEPARATORS = ("", " ", "\n", "\n\n", "ing", "\n---\n", "th and 1 o", "\n\n# Note\n\n")
"""With hard boundaries inside and without, at the ends and not, and with letters that merge with what they touch."""

parts = st.one_of(
    gnarled, st.text(" \n\t!/a1e", max_size=4), st.sampled_from(["the", "r", " of", "Be kind.\nBe brief."])
)
changes = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["ask", "put"]), st.integers(0, 4)), max_size=24)


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("separator", SEPARATORS, ids=ascii)
@given(texts=st.lists(parts, min_size=4, max_size=4), changes=changes)
@settings(max_examples=80)
def test_totals_are_those_of_the_joined_text(
    name: str, separator: str, texts: list[str], changes: list[tuple[int, str, int]], ours: Ours
) -> None:
    """A few texts come, go and come back at a few places; what was asked for may be put later or never."""
    measure = Measure(ours[name])
    choices: list[tuple[str, Summary | None]] = [("", None), *((text, measure.of(text)) for text in texts)]
    joined = Joined(measure, measure.static(separator), 5)
    held = [""] * 5

    def count(shown: list[str]) -> int:
        return ours[name].count(separator.join(filter(None, shown)))

    for place, action, choice in changes:
        text, summary = choices[choice]
        then = [*held[:place], text, *held[place + 1 :]]
        if action == "ask":
            assert joined.cost(place, summary) == count(then)
        else:
            joined.put(place, summary)
            held = then
        assert joined.total == count(held)
        assert joined.present == sum(map(bool, held))
    for place in range(5):
        joined.put(place, EMPTY)
    assert (joined.total, joined.present) == (0, 0)


@pytest.mark.parametrize("separator", SEPARATORS, ids=ascii)
@given(texts=st.lists(parts, max_size=8), order=st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_putting_does_not_matter(separator: str, texts: list[str], order: object, ours: Ours) -> None:
    measure = Measure(ours["o200k_base"])
    joined = Joined(measure, measure.static(separator), len(texts))
    places = list(range(len(texts)))
    order.shuffle(places)  # type: ignore[attr-defined]
    for place in places:
        joined.put(place, measure.of(texts[place]))
    assert joined.total == ours["o200k_base"].count(separator.join(filter(None, texts)))


def test_asking_with_everything_known_asks_no_tokenizer(ours: Ours) -> None:
    measure = Measure(ours["o200k_base"])
    summaries = [measure.static(f"Rule {number}: be kind.\n- And brief.") for number in range(300)]
    for _ in range(2):
        joined = Joined(measure, measure.static("\n\n"), 300)
        for place in (*range(0, 300, 2), *range(1, 300, 2)):
            joined.put(place, summaries[place])
        calls = measure.calls
    assert measure.calls == calls
    assert calls < 300 + 20
