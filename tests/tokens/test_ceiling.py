"""The most that a text can add: on joins that are built to do harm, and on texts in real scripts."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptreg.tokens import get_counter
from promptreg.tokens.ceiling import DIGITS, SEAM, TokenCeiling
from promptreg.tokens.measure import Measure
from tests.tokens.conftest import NAMES
from tests.tokens.multiscript import text as script_text
from tests.tokens.torture import gnarled

_ROUNDS = 4000
_PERIODS = ("ab", "-=", "=-", "\n ", " a", "不的", "/\\", "ा", "३२०", "٠٢٠", "0 ")


@pytest.fixture(scope="module", params=NAMES)
def limits(request: pytest.FixtureRequest) -> TokenCeiling:
    return TokenCeiling(Measure(get_counter(request.param)))


def vocabulary(limits: TokenCeiling) -> list[str]:
    """Tokens that are texts of their own, the special ones left out."""
    encoding = limits.measure.counter._encoding  # type: ignore[attr-defined]
    found = []
    for number in range(0, 99_000, 3):
        try:
            found.append(encoding.decode_single_token_bytes(number).decode("utf-8"))
        except (UnicodeDecodeError, KeyError):
            continue
    return found


def test_no_join_of_tokens_costs_more_than_a_seam(limits: TokenCeiling) -> None:
    count, dice = limits.measure.counter.count, random.Random(20)
    words = vocabulary(limits)
    longest = [word for word in words if len(word) >= 9 and word[-1].isalpha()]
    worst = 0
    for _ in range(_ROUNDS):
        left, right, cut = dice.choice(words), dice.choice(words), dice.choice(longest)
        at = dice.randrange(1, len(cut))
        pairs = [(left, right), (cut, right.strip()), (left + cut[:at], cut[at:] + right), (right[:2], cut.strip())]
        worst = max(worst, *(count(a + b) - count(a) - count(b) for a, b in pairs))
    assert 3 < worst <= SEAM - 3


@pytest.mark.parametrize("period", _PERIODS)
def test_a_shifted_period_costs_a_seam_or_is_made_of_digits(limits: TokenCeiling, period: str) -> None:
    count = limits.measure.counter.count
    for first in (period[0], period[-1], " ", "a"):
        for size in (2, 17, 90):
            run = (period * size)[: size * 2]
            cost = count(first + run)
            if period[0].isnumeric() and first.isnumeric():
                assert cost <= count(run) * DIGITS + SEAM
            else:
                assert cost <= count(run) + SEAM


def test_digits_multiply_more_than_a_seam_allows() -> None:
    count = get_counter("o200k_base").count
    assert count("٢" + "٠٢٠" * 40) > count("٠٢٠" * 40) + SEAM


_SCRIPTS = st.integers(0, 9999).map(lambda seed: script_text(random.Random(seed))[:200])


@given(st.lists(st.one_of(gnarled, _SCRIPTS), max_size=4))
@example(["٢", "٠٢٠" * 40])
@example(["TouchUpInside", "webElementXpaths"])
@example([" Divulgação", "consideration"])
def test_ceilings_of_known_texts_add_up_to_at_least_the_whole(parts: list[str]) -> None:
    for name in ("o200k_base", "cl100k_base"):
        limits = TokenCeiling(Measure(get_counter(name)))
        whole = limits.measure.count("".join(parts))
        assert whole <= sum(limits.written(part, start=True, end=True) for part in parts)
        last = len(parts) - 1
        ends = sum(limits.written(part, start=at > 0, end=at < last) for at, part in enumerate(parts))
        assert whole <= ends


def test_a_text_that_nothing_touches_costs_what_it_counts(limits: TokenCeiling) -> None:
    for text in ("", "word", "Two lines.\nOf text.\n", "退款上限为五十元。"):
        assert limits.written(text, start=False, end=False) == limits.measure.counter.count(text)


def test_between_hard_boundaries_nothing_is_added(limits: TokenCeiling) -> None:
    count = limits.measure.counter.count
    text = "- Never promise a refund above fifty euros.\n- Offer a human colleague."
    assert limits.written(text, start=True, end=True) <= count(text) + 2
