from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.tokens import get_counter
from promptreg.tokens.counter import Bounds
from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY, Summary
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.conftest import NAMES
from tests.tokens.torture import gnarled, gnarls

Ours = dict[str, TiktokenCounter]

ALONE = Summary(7, "", "", 7, False)


class Ruleless:
    """An exact counter without a seam rule."""

    id = "ruleless"
    kind = "exact"

    def __init__(self, counter: TiktokenCounter) -> None:
        self.count = counter.count

    def bounds(self, text: str) -> Bounds:
        return Bounds(self.count(text), self.count(text))


@pytest.fixture(scope="module", params=[*NAMES, "ruleless", "approximate"])
def measure(request: pytest.FixtureRequest, ours: Ours) -> Measure:
    if request.param == "approximate":
        return Measure(get_counter("approximate"))
    return Measure(Ruleless(ours["o200k_base"]) if request.param == "ruleless" else ours[request.param])


def counted(measure: Measure, text: str) -> int:
    """What the counter itself says."""
    return measure.counter.count(text) if measure.exact else measure.counter.bounds(text).high


@given(text=gnarled)
def test_a_summary_holds_the_count_and_the_ends_of_its_text(text: str, measure: Measure) -> None:
    found = measure.of(text)
    assert found == measure.static(text)
    assert found.tokens == counted(measure, text)
    if found.soft:
        assert (found.head, found.tail, found.core) == (text, text, 0)
    else:
        assert text.startswith(found.head)
        assert text.endswith(found.tail)
        assert len(found.head) + len(found.tail) <= len(text)
        assert found.tokens == counted(measure, found.head) + found.core + counted(measure, found.tail)


@given(a=gnarled, b=gnarled, c=gnarled)
@settings(max_examples=200)
def test_joining_is_associative_exact_and_has_a_neutral_element(a: str, b: str, c: str, measure: Measure) -> None:
    x, y, z = map(measure.of, (a, b, c))
    left = measure.join(measure.join(x, y), z)
    right = measure.join(x, measure.join(y, z))
    assert left.tokens == right.tokens == measure.joined((x, y, z)).tokens == counted(measure, a + b + c)
    assert measure.join(x, EMPTY) == measure.join(EMPTY, x) == x


@given(texts=st.lists(gnarled, max_size=8))
def test_a_joined_summary_can_be_joined_again(texts: list[str], measure: Measure) -> None:
    text = "".join(texts)
    found = measure.joined(map(measure.of, texts))
    assert found.tokens == counted(measure, text)
    assert text.startswith(found.head)
    assert text.endswith(found.tail)
    assert measure.join(measure.of("it"), measure.join(found, measure.of("'s 1"))).tokens == counted(
        measure, f"it{text}'s 1"
    )


@given(parts=st.lists(st.tuples(gnarled, st.booleans()), max_size=6))
def test_pieces_are_counted_as_the_text_they_make(parts: list[tuple[str, bool]], measure: Measure) -> None:
    assert measure.pieces(parts).tokens == counted(measure, "".join(text for text, _ in parts))


@given(a=gnarled, b=gnarled)
def test_what_stands_alone_merges_with_nothing(a: str, b: str, measure: Measure) -> None:
    x, y = measure.of(a), measure.of(b)
    assert measure.joined((x, ALONE, y)).tokens == x.tokens + 7 + y.tokens
    assert measure.joined((ALONE, ALONE, x)).tokens == 14 + x.tokens
    if measure.weights is not None:
        return  # the bound of all texts together, and the tokens of what stands alone: see test_tally
    joined = Joined(measure, measure.static("\n"), 3)
    for place, summary in enumerate((x, ALONE, y)):
        joined.put(place, summary)
    ends = counted(measure, f"{a}\n" if a else "") + 7 + counted(measure, f"\n{b}" if b else "")
    assert joined.total == ends


def test_a_boundary_between_two_texts_is_found(ours: Ours) -> None:
    """Else a prompt of many short texts would become one long seam."""
    measure = Measure(ours["o200k_base"])
    assert all(measure.of(text).soft for text in ("Be", " kind", "."))
    assert measure.joined(map(measure.of, ("Be", " kind", "."))) == Summary(3, "Be", ".", 1, False)


def test_a_text_is_given_to_the_tokenizer_once(ours: Ours) -> None:
    measure = Measure(ours["o200k_base"])
    text = "First line.\nSecond line.\n"
    for _ in range(3):
        assert measure.static(text).tokens == measure.of(text).tokens == 6
        measure.join(measure.of(text), measure.of(text))
    calls, characters = measure.calls, measure.characters
    assert calls <= 6
    assert characters <= 3 * len(text)
    measure.join(measure.of(text), measure.of(text))
    assert (measure.calls, measure.characters) == (calls, characters)


def test_a_long_chain_of_soft_texts_is_counted_once(ours: Ours) -> None:
    measure = Measure(ours["o200k_base"])
    soft = measure.of("ab")
    assert soft.soft
    before = measure.characters
    assert measure.joined([soft] * 10_000).tokens == ours["o200k_base"].count("ab" * 10_000)
    assert measure.characters - before == 20_000


def test_values_are_forgotten_when_there_are_too_many() -> None:
    class Long(Ruleless):
        def __init__(self) -> None:
            self.count = len

    measure = Measure(Long())
    for number in range(40):
        assert measure.of(f"{number:02}" * 500_000).tokens == 1_000_000
    assert sum(map(len, measure._values.found)) <= 16_000_000


def test_threads_get_the_same_counts(ours: Ours) -> None:
    measure = Measure(ours["o200k_base"])
    seed = random.Random(9)
    texts = [gnarls(seed) for _ in range(200)]
    expected = [ours["o200k_base"].count("".join(texts[:end])) for end in range(0, 200, 20)]

    def run(number: int) -> list[int]:
        order = random.Random(number).sample(range(0, 200, 20), 10)
        found = {end: measure.joined(map(measure.of, texts[:end])).tokens for end in order}
        return [found[end] for end in range(0, 200, 20)]

    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(run, range(16)))
