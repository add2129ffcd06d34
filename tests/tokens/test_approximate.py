from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.tokens import get_counter
from promptreg.tokens.approximate import ApproximateCounter
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.multiscript import LETTERS, SENTENCES, noise, text

COUNTER = ApproximateCounter()


def test_the_range_holds_for_generated_texts(ours: dict[str, TiktokenCounter]) -> None:
    """The figures in the docstring of the module come from this measurement, with more texts."""
    seed = random.Random(2027)
    texts = [text(seed) for _ in range(500)] + [text(seed, name) for name in SENTENCES for _ in range(20)]
    outside = 0
    for one in texts:
        count = ours["o200k_base"].count(one)
        low, high = COUNTER.bounds(one)
        assert low <= count <= 1.05 * high
        outside += count > high
    assert outside <= len(texts) / 200


@pytest.mark.parametrize("language", SENTENCES)
def test_the_guess_is_of_the_right_size(language: str, ours: dict[str, TiktokenCounter]) -> None:
    sample = "\n".join(SENTENCES[language])
    count = ours["o200k_base"].count(sample)
    assert 0.7 * count <= COUNTER.count(sample) <= 1.3 * count


def test_one_english_word_makes_no_text_english() -> None:
    german = " ".join(SENTENCES["german"]) * 5
    assert COUNTER.bounds(german + " the").high >= 0.95 * COUNTER.bounds(german).high


@pytest.mark.parametrize("alphabet", LETTERS)
def test_letters_at_random_stay_within_the_stated_factor(alphabet: str, ours: dict[str, TiktokenCounter]) -> None:
    seed = random.Random(2028)
    for _ in range(10):
        one = noise(seed, alphabet)
        low, high = COUNTER.bounds(one)
        assert low <= ours["o200k_base"].count(one) <= min(3.2 * high, len(one.encode()))


@given(st.text(st.characters()) | st.text(st.characters(categories=["Cs", "Cc", "Zs"])))
def test_it_never_raises_and_keeps_the_guess_within_the_range(text: str) -> None:
    low, high = COUNTER.bounds(text)
    assert 0 <= low <= COUNTER.count(text) <= high <= len(text.encode("utf-8", "surrogatepass"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_the_upper_bound_is_at_most_doubled_by_doubling_the_text(text: str) -> None:
    assert COUNTER.bounds(text + "\n" + text).high <= 2 * COUNTER.bounds(text).high + 2


@pytest.mark.parametrize(
    "unit", ["a", "A", "Aa", " ", "\n", "!", "é", "a" * 1_000 + "é", "Α", "的", "\ud800"], ids=ascii
)
def test_a_megabyte_takes_no_more_than_seconds(unit: str) -> None:
    start = time.perf_counter()
    COUNTER.bounds(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - start < 10


def test_it_says_what_it_is() -> None:
    counter = get_counter("approximate")
    assert (counter.id, counter.kind) == ("approximate", "approximate")


def test_the_empty_text_costs_nothing() -> None:
    assert (COUNTER.count(""), COUNTER.bounds("")) == (0, (0, 0))
