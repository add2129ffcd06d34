from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import UsageError
from promptreg.tokens import get_counter
from promptreg.tokens.approximate import load_approximate
from promptreg.tokens.ratios import family_names, load_ratios
from promptreg.tokens.scripts import ASCII_SCRIPTS, ENGLISH, LATIN, OTHER_SCRIPTS
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.multiscript import SENTENCES, text

COUNTED = json.loads((Path(__file__).parents[1] / "fixtures" / "family_counts.json").read_text("utf-8"))["counts"]
SCRIPTS = (ENGLISH, LATIN, *ASCII_SCRIPTS, *OTHER_SCRIPTS)

every_family = pytest.mark.parametrize("family", family_names())


def texts() -> list[str]:
    """The texts that the recorded counts belong to: none of them was used to fit the ratios."""
    seed = random.Random(2031)
    return [text(seed, name) for name in SENTENCES for _ in range(8)] + [text(seed) for _ in range(60)]


@pytest.mark.parametrize("family", COUNTED)
def test_the_range_holds_the_counts_of_the_real_tokenizer(family: str) -> None:
    counter = load_approximate(f"approximate/{family}")
    for one, count in zip(texts(), COUNTED[family], strict=True):
        low, high = counter.bounds(one)
        assert low <= count <= high


def test_one_range_holds_the_counts_of_all_tokenizers(ours: dict[str, TiktokenCounter]) -> None:
    """What a model that nobody has measured is given."""
    counter = load_approximate("approximate/unknown")
    for at, one in enumerate(texts()):
        low, high = counter.bounds(one)
        counts = [counts[at] for counts in COUNTED.values()] + [ours["o200k_base"].count(one)]
        assert low <= min(counts)
        assert max(counts) <= high


@pytest.mark.parametrize("family", COUNTED)
def test_guesses_are_of_the_right_size(family: str) -> None:
    counter = load_approximate(f"approximate/{family}")
    long = [(one, count) for one, count in zip(texts(), COUNTED[family], strict=True) if count >= 100]
    near = [one for one, count in long if 0.7 * count <= counter.count(one) <= 1.4 * count]
    assert len(near) >= 0.9 * len(long)


@every_family
@pytest.mark.parametrize("language", SENTENCES)
def test_the_upper_bound_is_at_least_what_was_measured_times_the_count_of_o200k(
    language: str, family: str, ours: dict[str, TiktokenCounter]
) -> None:
    counter, ratios = load_approximate(f"approximate/{family}"), load_ratios(family)
    seed = random.Random(2032)
    for _ in range(6):
        one = text(seed, language)
        most = ratios.most_per_byte * len(one.encode())
        assert counter.bounds(one).high >= min(ratios.measured[language] * ours["o200k_base"].count(one), most)


# Tokens for each token of o200k_base, on texts of others: another measurement of the same tokenizers.
ELSEWHERE = {
    "llama-3": {"german": 1.24, "russian": 1.15, "chinese": 1.03, "japanese": 1.01},
    "llama-4": {"german": 1.04, "russian": 0.92, "chinese": 0.92, "japanese": 0.82},
    "qwen": {"german": 1.24, "russian": 1.18, "chinese": 0.96, "japanese": 0.98},
    "mistral": {"german": 1.15, "russian": 1.15, "chinese": 1.25, "japanese": 1.08},
    "deepseek": {"german": 1.28, "russian": 1.15, "chinese": 0.93, "japanese": 1.02},
    "claude-3": {"english": 1.10, "code": 1.26, "german": 1.61, "russian": 1.52, "chinese": 1.50, "japanese": 1.35},
    "claude-4.7": {"english": 1.47, "code": 1.56, "german": 2.12, "russian": 1.60, "chinese": 1.58, "japanese": 1.40},
}


@pytest.mark.parametrize("family", ELSEWHERE)
def test_the_upper_bound_agrees_with_another_measurement(family: str, ours: dict[str, TiktokenCounter]) -> None:
    counter = load_approximate(f"approximate/{family}")
    for language, ratio in ELSEWHERE[family].items():
        seed = random.Random(2033)
        for _ in range(10):
            one = text(seed, language)
            assert counter.bounds(one).high >= ratio * ours["o200k_base"].count(one)


@every_family
@given(one=st.text(st.characters()) | st.text(st.characters(categories=["Cs", "Cc", "Zs", "Mn"])))
def test_it_never_raises_and_keeps_the_guess_within_the_range(family: str, one: str) -> None:
    counter = load_approximate(f"approximate/{family}")
    low, high = counter.bounds(one)
    most = load_ratios(family).most_per_byte * len(one.encode("utf-8", "surrogatepass"))
    assert 0 <= low <= counter.count(one) <= high <= most


@every_family
def test_rates_stay_in_order_when_they_are_scaled(family: str) -> None:
    """So that the guess lies in the range for any text, without clamping."""
    kinds = load_ratios(family).kinds
    for script in SCRIPTS:
        low, best, high = kinds[script.kind]
        for rates in (script.run, script.character):
            assert low * rates.low <= best * rates.best + 1
            assert best * rates.best <= high * rates.high + 1


@every_family
def test_ratios_are_dated_and_name_their_source(family: str) -> None:
    ratios = load_ratios(family)
    assert date(2026, 1, 1) < date.fromisoformat(ratios.verified_on)
    assert ratios.relative_to == "o200k_base"
    assert len(ratios.source) > 40
    assert set(ratios.kinds) == {script.kind for script in SCRIPTS}
    assert set(ratios.measured) >= set(SENTENCES)


@every_family
def test_a_family_says_what_it_is(family: str) -> None:
    counter = get_counter(f"approximate/{family}")
    assert (counter.id, counter.kind) == (f"approximate/{family}", "approximate")
    assert counter.bounds("") == (0, 0)


def test_an_unknown_family_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'did you mean "approximate/llama-4"\?'):
        get_counter("approximate/lama-4")
