"""A cut that stays: the prefix of a growing history is the same for many turns."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.form import Form, SlotSelection
from promptreg.render.budget.slot_forms import SlotForms, SlotMessage
from promptreg.render.budget.sticky import sticky_cut
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure

MEASURE = Measure(get_counter())
histories = st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=3), min_size=1, max_size=40)


def left(units: list[list[int]], dropped: int) -> int:
    return sum(map(sum, units[dropped:]))


@given(histories, st.integers(1, 300), st.integers(1, 80))
def test_cut_moves_only_when_the_room_is_exceeded(units: list[list[int]], room: int, step: int) -> None:
    cuts = [sticky_cut(units[:turns], room, step) for turns in range(len(units) + 1)]
    whole = room - room % step if room >= step else room
    for newest, (before, after) in enumerate(pairwise(cuts)):
        assert after >= before
        assert (after > before) == (before < newest and left(units[: newest + 1], before) > whole)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(80, 300), st.integers(40, 80))
def test_cut_that_moves_leaves_a_step_free(sizes: list[int], room: int, step: int) -> None:
    units = [[size] for size in sizes]
    whole = room - room % step
    free = min(step, whole // 2)
    for turns in range(1, len(units) + 1):
        before, after = sticky_cut(units[: turns - 1], room, step), sticky_cut(units[:turns], room, step)
        if after != before:
            assert left(units[:turns], after) <= max(whole - free, sizes[turns - 1])


@given(histories, st.integers(1, 300), st.integers(0, 79))
def test_room_that_varies_within_a_step_changes_nothing(units: list[list[int]], room: int, more: int) -> None:
    step = 80
    if room >= step:
        room -= room % step
        assert sticky_cut(units, room, step) == sticky_cut(units, room + more, step)


def test_room_below_a_step_still_keeps_half() -> None:
    units = [[10]] * 30
    assert left(units, sticky_cut(units, 100, 1_000)) >= 50


def history(turns: int, seed: int) -> list[SlotMessage]:
    seeded = random.Random(seed)
    words = "the parcel was sent on Monday and did not arrive"
    return [
        SlotMessage(f"1#{at}", " ".join(seeded.choices(words.split(), k=seeded.randrange(4, 40))), 4)
        for at in range(1, turns + 1)
    ]


def within(room: int) -> Callable[[Form], bool]:
    return lambda form: form.tokens <= room


def sent(messages: list[SlotMessage], room: int, sticky: int | None) -> tuple[list[int], int]:
    """Positions of the messages that are sent, and their tokens."""
    forms = SlotForms(MEASURE, messages, {"drop": "oldest"}, sticky, "1")
    form = forms.best if forms.full_tokens <= room else forms.longest(within(room))
    assert form is not None
    assert isinstance(form.selection, SlotSelection)
    assert form.tokens <= room
    return [kept.position for kept in form.selection.messages], form.tokens


def reuse(room: int, sticky: int | None) -> tuple[float, float]:
    """Shares over a conversation: of tokens that begin a prompt as they began the last one, and of room used."""
    messages = history(160, seed=7)
    sizes = [4 + MEASURE.of(message.text or "").tokens for message in messages]
    again = total = 0
    turns = range(41, 161)
    before: list[int] = []
    for turn in turns:
        now, tokens = sent(messages[:turn], room, sticky)
        total += tokens
        if before and now[0] == before[0]:
            again += sum(sizes[at] for at in before)
        before = now
    return again / total, total / (room * len(turns))


def test_far_more_of_the_prefix_stays_than_without() -> None:
    reused, filled = reuse(800, None)
    reused_sticky, filled_sticky = reuse(800, 100)
    assert reused < 0.25
    assert reused_sticky > 0.75
    assert filled_sticky > filled - 0.1


@pytest.mark.parametrize("turns", range(30, 60))
def test_slot_sends_what_the_sticky_cut_says(turns: int) -> None:
    messages = history(turns, seed=3)
    units = [[4 + MEASURE.of(message.text or "").tokens] for message in messages]
    room = 500
    kept, _ = sent(messages, room, 100)
    if left(units, 0) > room:
        assert kept == list(range(sticky_cut(units, room, 100), turns))


def test_slot_cuts_as_usual_where_the_sticky_cut_is_not_legal() -> None:
    messages = history(6, seed=3)
    forms = SlotForms(MEASURE, messages, {"drop": "oldest", "min_items": 5}, 100, "1")
    form = forms.longest(lambda form: form.tokens < forms.full_tokens)
    assert form is not None
    assert form.note == "5 of 6 messages"
