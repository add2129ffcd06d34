"""Slots under a budget: whole units go, nothing is lost from the middle, and the numbers add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.form import Form
from promptreg.render.budget.slot_forms import SlotForms, SlotMessage, units
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure
from tests.render.budget.showing import slot_texts

COUNTER = get_counter()
MEASURE = Measure(COUNTER)


def said(*texts: str, fixed: int = 4) -> list[SlotMessage]:
    return [SlotMessage(f"1#{at}", text, fixed) for at, text in enumerate(texts, start=1)]


def cost(form: Form, messages: Sequence[SlotMessage]) -> int:
    return sum(messages[at].fixed + COUNTER.count(text) for at, text in slot_texts(form, messages).items())


@st.composite
def histories(draw: st.DrawFn) -> list[SlotMessage]:
    """Messages with tool calls, answered at once, later, never or out of nowhere."""
    found: list[SlotMessage] = []
    for at in range(draw(st.integers(1, 7))):
        text = draw(
            st.sampled_from(["Hello.", "Where is my parcel? It was sent on Monday.", "", "one\ntwo\nthree four"])
        )
        kind = draw(st.sampled_from(["says", "says", "calls", "answers", "shows"]))
        call = draw(st.sampled_from("ab"))
        found.append(
            SlotMessage(
                f"1#{at + 1}",
                None if kind == "shows" else text,
                draw(st.integers(0, 5)),
                frozenset(call) if kind == "calls" else frozenset(),
                call if kind == "answers" else None,
            )
        )
    return found


@given(histories())
def test_units_tile_the_history_and_no_call_is_sent_without_its_answers(messages: list[SlotMessage]) -> None:
    found = units(messages)
    assert [at for unit in found for at in unit] == list(range(len(messages)))
    home = {at: number for number, unit in enumerate(found) for at in unit}
    caller: dict[str, int] = {}
    for at, message in enumerate(messages):
        if message.answers is not None and at:
            assert home[at] == home[caller.get(message.answers, at - 1)]
        elif message.answers is None and at and home[at] == home[at - 1]:
            later = [one.answers for one in messages[at:] if one.answers]
            assert any(home[caller[call]] == home[at] for call in later if call in caller)
        caller.update(dict.fromkeys(message.calls, at))


budgets = st.fixed_dictionaries(
    {},
    optional={
        "drop": st.sampled_from(["oldest", "newest"]),
        "truncate": st.sampled_from(["end", "start", "middle"]),
        "min_items": st.integers(0, 4),
        "min_tokens": st.integers(1, 30),
        "max_tokens": st.integers(1, 60),
        "priority": st.integers(0, 3),
    },
)


def all_forms(messages: list[SlotMessage], budget: dict[str, Any]) -> list[int]:
    """Tokens of every form without a cut message, legal or not in tokens; the full one first."""
    grouped = units(messages)
    if budget.get("drop") == "newest":
        grouped.reverse()
    least = budget.get("min_items", 1 if "drop" in budget else len(messages))
    least = max(least, "priority" in budget)
    sizes = [sum(messages[at].fixed + COUNTER.count(messages[at].text or "") for at in unit) for unit in grouped]
    kept = [sum(map(len, grouped[at:])) for at in range(len(grouped) + 1)]
    return [sum(sizes[at:]) for at in range(len(grouped) + 1) if at == 0 or kept[at] >= least]


@given(histories(), budgets, st.integers(0, 80))
def test_forms_are_those_of_the_brute_force(messages: list[SlotMessage], budget: dict[str, Any], room: int) -> None:
    forms = SlotForms(MEASURE, messages, budget, None, "1")
    sizes = all_forms(messages, budget)
    assert forms.full_tokens == sizes[0]
    least, most = budget.get("min_tokens", 0), budget.get("max_tokens", sizes[0])
    legal = [size for at, size in enumerate(sizes) if size <= most and (at == 0 or size >= least)]
    found = forms.longest(lambda form: form.tokens <= room)
    for form in filter(None, (found, forms.best, forms.shortest)):
        assert cost(form, messages) == form.tokens <= most
        assert form.tokens >= least or not form.note
    if "truncate" not in budget:
        assert (forms.best and forms.best.tokens) == max(legal, default=None)
        assert (forms.shortest and forms.shortest.tokens) == min(legal, default=None)
        below = [size for size in legal if size <= room and size < max(legal)]
        assert (found and found.tokens) == max(below, default=None)
        return
    below = [size for size in legal if size <= room and forms.best and size < forms.best.tokens]
    assert (found is None and not below) or (found is not None and found.tokens >= max(below, default=0))
    if forms.best:
        assert forms.shortest
        assert forms.shortest.tokens <= min(legal, default=forms.shortest.tokens)
        assert found is None or forms.shortest.tokens <= found.tokens <= min(room, forms.best.tokens - 1)


def test_message_at_the_cut_is_shortened_rather_than_dropped() -> None:
    messages = said("one two three four five six", "seven eight")
    forms = SlotForms(MEASURE, messages, {"drop": "oldest", "truncate": "end"}, None, "1")
    found = forms.longest(lambda form: form.tokens <= forms.full_tokens - 1)
    assert found is not None
    assert slot_texts(found, messages) == {0: "one two three four […]", 1: "seven eight"}
    assert found.note == "2 of 2 messages, first cut at the end"


def test_newest_messages_go_first_when_asked() -> None:
    messages = said("one", "two", "three")
    forms = SlotForms(MEASURE, messages, {"drop": "newest"}, None, "1")
    found = forms.longest(lambda form: form.tokens < forms.full_tokens)
    assert found is not None
    assert slot_texts(found, messages) == {0: "one", 1: "two"}
    assert found.note == "2 of 3 messages"


def test_call_goes_with_its_answers() -> None:
    messages = [
        SlotMessage("1#1", "Hi", 4),
        SlotMessage("1#2", "", 9, frozenset({"x", "y"})),
        SlotMessage("1#3", "12", 4, answers="x"),
        SlotMessage("1#4", "13", 4, answers="y"),
        SlotMessage("1#5", "Thanks", 4),
    ]
    forms = SlotForms(MEASURE, messages, {"drop": "oldest"}, None, "1")
    kept = {tuple(slot_texts(form, messages)) for room in range(50) if (form := forms.longest(_below(room)))}
    assert kept == {(1, 2, 3, 4), (4,)}


def _below(room: int) -> Callable[[Form], bool]:
    return lambda form: form.tokens <= room


@pytest.mark.parametrize(("least", "sent"), [(0, 0), (1, 1), (2, 2)])
def test_shortest_keeps_as_many_messages_as_wanted(least: int, sent: int) -> None:
    forms = SlotForms(MEASURE, said("one", "two", "three"), {"min_items": least}, None, "1")
    assert forms.shortest is not None
    assert len(slot_texts(forms.shortest, said("one", "two", "three"))) == sent


def test_slot_without_drop_is_whole_or_not_sent() -> None:
    forms = SlotForms(MEASURE, said("one", "two"), {"priority": 3}, None, "1")
    assert forms.shortest == forms.best
    assert forms.longest(_below(9)) is None


def test_empty_slot_costs_nothing() -> None:
    forms = SlotForms(MEASURE, [], {"drop": "oldest"}, 100, "1")
    assert forms.best is not None
    assert (forms.best.tokens, forms.shortest, forms.longest(_below(0))) == (0, forms.best, None)


def test_every_kind_of_budget_is_tried() -> None:
    """Nothing raises for any pair of drop and truncate, however small the room."""
    for drop, side in product(["oldest", "newest"], ["end", "start", "middle"]):
        messages = said("one two three", "日本語です。はい。", "x" * 200)
        forms = SlotForms(MEASURE, messages, {"drop": drop, "truncate": side, "min_items": 2}, 20, "1")
        for room in range(forms.full_tokens):
            found = forms.longest(_below(room))
            assert found is None or (cost(found, messages) == found.tokens <= room)
