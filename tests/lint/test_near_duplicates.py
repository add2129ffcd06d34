"""Near duplicates: what sketches propose is what comparing all pairs finds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.lint.near_duplicates import near_duplicates


def text_of(seed: int, size: int) -> list[str]:
    return [f"w{random.Random(seed * 1000 + at).randrange(5000)}" for at in range(size)]


def share(one: list[str], two: list[str]) -> float:
    left, right = ({tuple(words[at : at + 5]) for at in range(len(words) - 4)} for words in (one, two))
    return len(left & right) / len(left | right)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(40, 90), st.integers(0, 3)), min_size=2, max_size=6))
def test_all_alike_pairs_are_found_and_no_others(made: list[tuple[int, int, int]]) -> None:
    texts = {}
    for number, (seed, size, changes) in enumerate(made):
        words = text_of(seed, size)
        for change in range(changes):
            words[change * 7] = f"x{number}"
        texts[f"t{number}"] = words
    found = {(one.first, one.second) for one in near_duplicates(((n, " ".join(t)) for n, t in texts.items()), 0.9)}
    names = sorted(texts)
    expected = {(a, b) for at, b in enumerate(names) for a in names[:at] if share(texts[a], texts[b]) >= 0.9}
    assert found == expected


def test_short_texts_are_not_compared() -> None:
    text = " ".join(["word"] * 39)
    assert not list(near_duplicates([("a", text), ("b", text)], 0.9))


@pytest.mark.parametrize(("changes", "found"), [(1, 1), (2, 0)], ids=["nine-tenths", "less"])
def test_the_least_share_is_included(changes: int, found: int) -> None:
    words = text_of(1, 100)
    other = list(words)
    for change in range(changes):
        other[30 + 20 * change] = "other"
    pairs = [("a", " ".join(words)), ("b", " ".join(other))]
    assert len(list(near_duplicates(pairs, 91 / 101))) == found
