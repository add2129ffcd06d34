from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import UsageError
from promptreg.tokens import get_counter
from promptreg.tokens.calibrate import Calibration, calibrate
from promptreg.tokens.counter import Bounds
from promptreg.tokens.profile import Profile, load_profile


class Letters:
    """A counter that is easy to do in the head: one token per character."""

    id = "letters"
    kind = "exact"

    def count(self, text: str) -> int:
        return len(text)

    def bounds(self, text: str) -> Bounds:
        return Bounds(len(text), len(text))


def chat(*sizes: int, names: int = 0) -> list[dict[str, Any]]:
    """Messages with so many letters of content, the first of them with a name."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "x" * size} for size in sizes]
    for message in messages[:names]:
        message["name"] = "ada"
    return messages


def billed(messages: list[dict[str, Any]], per_message: int, per_name: int, reply: int) -> int:
    profile = Profile("", "", "", (), per_message, per_name, reply, 0, 0)
    text = sum(len(message["content"] or "") for message in messages)
    return text + profile.overhead(messages, Letters()).messages + reply


shapes = st.lists(
    st.tuples(st.lists(st.integers(0, 30), min_size=1, max_size=5), st.integers(0, 3)), min_size=1, max_size=6
)


@given(shapes=shapes, constants=st.tuples(st.integers(-3, 9), st.integers(-3, 9), st.integers(-9, 9)))
def test_what_is_fitted_explains_every_sample(
    shapes: list[tuple[list[int], int]], constants: tuple[int, int, int]
) -> None:
    """Each constant is found or left open; with those of the truth put in, every bill comes out."""
    samples = [(messages := chat(*sizes, names=names), billed(messages, *constants)) for sizes, names in shapes]
    found = calibrate(samples, Letters())
    assert found.samples == len(samples)
    assert all(one in (None, truth) for one, truth in zip(found[:3], constants, strict=True))
    if len({len(messages) for messages, _ in samples}) > 1 and not any(names for _, names in shapes):
        assert found[:3] == (constants[0], None, constants[2])


def test_three_shapes_are_enough_for_all_three() -> None:
    shapes = (chat(5), chat(5, 7), chat(3, 3, names=1))
    samples = [(messages, billed(messages, 4, -1, 2)) for messages in shapes]
    assert calibrate(samples, Letters()) == Calibration(4, -1, 2, 3)


def test_what_the_samples_leave_open_stays_open() -> None:
    assert calibrate([], Letters()) == Calibration(None, None, None, 0)
    assert calibrate([(chat(1, 2), 30)], Letters()) == Calibration(None, None, None, 1)


def test_equal_shapes_billed_differently_are_named() -> None:
    samples = [(chat(5), 12 + 5), (chat(6, 1), 30), (chat(9), 13 + 9)]
    with pytest.raises(UsageError) as caught:
        calibrate(samples, Letters())
    assert str(caught.value) == (
        "the samples disagree: with 1 messages and 0 names, what is billed beyond the text is 8 tokens in sample 0 "
        "and 9 in sample 2"
    )


def test_a_sample_that_the_others_contradict_is_named() -> None:
    samples = [(messages, billed(messages, 3, 1, 3)) for messages in (chat(1), chat(2, 2), chat(3, 3, 3))]
    samples[2] = (samples[2][0], samples[2][1] + 1)
    with pytest.raises(UsageError, match="sample 2 have in common would make it 1 tokens less than was billed"):
        calibrate(samples, Letters())


def test_constants_are_whole_numbers() -> None:
    samples = [(chat(1), 10), (chat(1, 1, 1), 21)]
    with pytest.raises(UsageError, match="per_message would be 1/2 tokens"):
        calibrate(samples, Letters())


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (([], 3), "expected messages"),
        ((chat(1), 3.0), "a whole number"),
        ((chat(1), True), "a whole number"),
        (([{"content": "x"}], 3), "needs a role"),
        (([{"role": "user", "content": [{"type": "text", "text": "x"}]}], 3), "content that is text"),
    ],
)
def test_a_sample_that_cannot_be_used_is_named(sample: Any, message: str) -> None:
    with pytest.raises(UsageError, match=rf"sample 1: .*{message}"):
        calibrate([(chat(1), 20), sample], Letters())


def test_an_approximate_counter_calibrates_nothing() -> None:
    with pytest.raises(UsageError, match="approximate is approximate"):
        calibrate([], get_counter("approximate"))


def test_the_cookbook_is_found_again() -> None:
    """The six messages of the source with the counts that it prints for them: 129 tokens for gpt-4, 124 for gpt-4o."""
    said = (
        ("system", None, "You are a helpful, pattern-following assistant "
            "that translates corporate jargon into plain English."),
        ("system", "example_user", "New synergies will help drive top-line growth."),
        ("system", "example_assistant", "Things working well together will increase revenue."),
        ("system", "example_user", "Let's circle back when we have more bandwidth to "
            "touch base on opportunities for increased leverage."),
        ("system", "example_assistant", "Let's talk later when we're less busy about how to do better."),
        ("user", None, "This late pivot means we don't have time to boil the ocean for the client deliverable."),
    )  # fmt: skip
    messages = [{"role": role, "content": content, **({"name": name} if name else {})} for role, name, content in said]
    for name, total in (("cl100k_base", 129), ("o200k_base", 124)):
        counter, profile = get_counter(name), load_profile("openai-2024-05")
        overhead = profile.overhead(messages, counter)
        assert overhead.messages + overhead.reply + sum(counter.count(m["content"]) for m in messages) == total


def test_a_calibrated_profile_keeps_the_rest_of_its_base() -> None:
    base = load_profile("openai-2024-05")
    made = Calibration(4, None, 2, 7).profile(base, name="mine", model="gpt-5.6-sol", verified_on="2026-11-21")
    assert (made.per_message, made.per_name, made.reply, made.image_high) == (4, 1, 2, base.image_high)
    assert made.verified_for == ("gpt-5.6-sol",)
    assert made.source == "calibrated with 7 logged requests"
