from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.tokens.approximate import ApproximateCounter, load_approximate
from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from promptreg.tokens.scripts import ASCII, OTHER_SCRIPTS
from promptreg.tokens.summary import Summary
from promptreg.tokens.tally import ApproximateTally
from tests.tokens.multiscript import LETTERS, noise, text
from tests.tokens.test_joined import SEPARATORS, changes, parts
from tests.tokens.torture import gnarled

FAMILIES = ("approximate", "approximate/claude-4.7", "approximate/unknown")

english = st.sampled_from(["the", " and ", "you have ", "THE", "\nthat", "of", "The ", "with\t", "ing", "a"])
texts = st.lists(st.one_of(gnarled, english, st.text(st.characters(), max_size=5)), max_size=8).map("".join)


@pytest.fixture(scope="module", params=FAMILIES)
def counter(request: pytest.FixtureRequest) -> ApproximateCounter:
    return load_approximate(request.param)


@given(one=texts)
@settings(max_examples=300)
def test_the_bound_of_a_weight_is_that_of_its_text(one: str, counter: ApproximateCounter) -> None:
    tally = counter.tally
    assert tally.high(tally.count(one)) == counter.bounds(one).high


def test_the_bounds_of_long_texts_follow_from_their_weights(counter: ApproximateCounter) -> None:
    tally, seed = counter.tally, random.Random(3)
    for one in [*(text(seed) for _ in range(200)), *(noise(seed, alphabet) for alphabet in LETTERS)]:
        assert tally.high(tally.count(one)) == counter.bounds(one).high


@given(one=texts)
@settings(max_examples=300)
def test_weights_add_up_at_hard_boundaries(one: str) -> None:
    tally = ApproximateTally(load_approximate())
    for at in range(1, len(one)):
        if tally.seam_rule.cuts(one[:at], one[at:]):
            assert tally.count(one) == tally.count(one[:at]) + tally.count(one[at:])


@pytest.mark.parametrize("separator", SEPARATORS, ids=ascii)
@given(texts=st.lists(parts | texts, min_size=4, max_size=4), changes=changes)
@settings(max_examples=40)
def test_totals_are_the_bounds_of_the_joined_text(
    separator: str, texts: list[str], changes: list[tuple[int, str, int]], counter: ApproximateCounter
) -> None:
    measure = Measure(counter)
    choices: list[tuple[str, Summary | None]] = [("", None), *((text, measure.of(text)) for text in texts)]
    joined = Joined(measure, measure.static(separator), 5)
    held = [""] * 5
    for place, action, choice in changes:
        one, summary = choices[choice]
        then = [*held[:place], one, *held[place + 1 :]]
        if action == "ask":
            assert joined.cost(place, summary) == counter.bounds(separator.join(filter(None, then))).high
        else:
            joined.put(place, summary)
            held = then
        assert joined.total == counter.bounds(separator.join(filter(None, held))).high
        assert joined.present == sum(map(bool, held))


def test_what_is_no_text_costs_its_tokens(counter: ApproximateCounter) -> None:
    measure = Measure(counter)
    joined = Joined(measure, measure.static(""), 3)
    joined.put(1, Summary(40, "", "", 40, False))
    assert joined.total == 40
    joined.put(0, measure.of("Be kind.\n"))
    joined.put(2, measure.of("Be brief.\n"))
    assert joined.total == 40 + counter.bounds("Be kind.\nBe brief.\n").high


def test_a_change_does_not_weigh_the_whole_again(counter: ApproximateCounter) -> None:
    measure = Measure(counter)
    weights = measure.weights
    assert weights is not None
    joined = Joined(measure, measure.static("\n\n"), 500)
    for place in range(500):
        joined.put(place, measure.of(f"Rule {place}: be brief and kind.\n- Always."))
    assert weights.characters < 100 * 500


@given(one=texts)
def test_other_scripts_do_not_see_what_is_ascii(one: str) -> None:
    beyond = ASCII.sub(" ", one)
    for script in OTHER_SCRIPTS:
        assert script.runs.findall(beyond) == script.runs.findall(one)
