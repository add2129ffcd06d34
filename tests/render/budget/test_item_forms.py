"""Parts without some of their items: the text is what it would be had the items never been written."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.item_forms import ItemForms, ItemSpan, drop_order
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure
from tests.render.budget.ladders import without_items
from tests.render.budget.showing import laid_out

COUNTER = get_counter()


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, list[ItemSpan]]:
    """Bullets with text before, between and after them."""
    text, items = "", []
    for number in range(1, draw(st.integers(1, 13)) + 1):
        text += draw(st.sampled_from(["", "", "Also:\n", "\n", "Text\n\n"]))
        bullet = draw(st.sampled_from(["- one\n", "- two\n  more\n", "* three\n\n", "- vier: fünf\n"]))
        items.append(
            ItemSpan(f"0.1#{number}", len(text), len(text) + len(bullet), draw(st.sampled_from([None, 0, 1, 2])))
        )
        text += bullet
    text = (text + draw(st.sampled_from(["", "End."]))).rstrip("\r\n")
    return text, [item._replace(end=min(item.end, len(text))) for item in items]


def taken_apart(text: str, places: list[int]) -> list[tuple[str, bool]]:
    edges = sorted({0, len(text), *(place for place in places if place < len(text))})
    return [(text[a:b], at % 2 == 0) for at, (a, b) in enumerate(itertools.pairwise(edges))]


@given(lists(), st.sampled_from(["first", "last", "lowest"]), st.lists(st.integers(0, 60), max_size=4))
def test_text_is_what_it_would_be_without_the_items(
    part: tuple[str, list[ItemSpan]], drop: str, places: list[int]
) -> None:
    text, items = part
    forms = ItemForms(Measure(COUNTER), taken_apart(text, places), items, drop, joined=False)
    order = drop_order(items, drop)
    assert sorted(order) == list(range(len(items)))
    for dropped in range(len(items) + 1):
        ranges = forms.ranges(dropped)
        left = laid_out(text, ranges)
        assert left == without_items(text, items, order[:dropped], None)
        assert forms.left_out(dropped) == tuple(items[at].id for at in sorted(order[:dropped]))
        assert forms.summary(ranges).tokens == COUNTER.count(left)
        assert all(a.end < b.start for a, b in itertools.pairwise(ranges))


@pytest.mark.parametrize("joiner", ["\n\n", "\n---\n", ""])
@pytest.mark.parametrize("drop", ["first", "last", "lowest"])
def test_one_joiner_goes_with_an_example(joiner: str, drop: str) -> None:
    texts = ["Q: a\nA: b", "Q: c", "Q: d\nA:", "Q: e"]
    items, at = [], 0
    for number, (text, priority) in enumerate(zip(texts, [3, None, 2, 1], strict=True), start=1):
        items.append(ItemSpan(f"0.0#{number}", at, at + len(text), priority))
        at += len(text + joiner)
    whole = joiner.join(texts)
    forms = ItemForms(Measure(COUNTER), [(whole, True)], items, drop, joined=True)
    order = {"first": [0, 1, 2, 3], "last": [3, 2, 1, 0], "lowest": [1, 3, 2, 0]}[drop]
    for dropped in range(5):
        kept = [text for number, text in enumerate(texts) if number not in order[:dropped]]
        assert laid_out(whole, forms.ranges(dropped)) == joiner.join(kept)


def test_lowest_goes_by_priority_and_of_equals_the_later_first() -> None:
    items = [ItemSpan(str(at), at, at + 1, priority) for at, priority in enumerate([1, None, 0, 1, None, -2.5])]
    assert drop_order(items, "lowest") == [4, 1, 5, 2, 3, 0]


def test_more_than_nine_items_go_in_the_order_of_the_text() -> None:
    texts = [f"example {number}" for number in range(1, 13)]
    items = [ItemSpan(f"0.0#{number}", 12 * number, 12 * number + len(text)) for number, text in enumerate(texts, 1)]
    whole = " " * 12 + "".join(text.ljust(12) for text in texts).rstrip()
    forms = ItemForms(Measure(COUNTER), [(whole, True)], items, "last", joined=True)
    assert laid_out(whole, forms.ranges(10)).split() == ["example", "1", "example", "2"]
    assert forms.left_out(2) == ("0.0#11", "0.0#12")


def test_items_without_text_are_none() -> None:
    forms = ItemForms(
        Measure(COUNTER), [("a\nb", True)], [ItemSpan("1", 0, 0), ItemSpan("2", 2, 3)], "first", joined=False
    )
    assert [item.id for item in forms.items] == ["2"]


def test_static_runs_are_counted_once_however_many_items_go() -> None:
    """Values in between do not make the text around them a value."""
    texts = [f"- Rule {at} of the house, written at length\n" for at in range(20)]
    items, runs, at = [], [], 0
    for number, text in enumerate(texts):
        items.append(ItemSpan(str(number), at, at + len(text) + 3))
        runs += [(text[:6], True), (f"{number:3}", False), (text[6:], True)]
        at += len(text) + 3
    measure = Measure(COUNTER)
    for _ in range(2):
        forms = ItemForms(measure, runs, items, "last", joined=False)
        counts = [forms.summary(forms.ranges(dropped)).tokens for dropped in range(20)]
        calls, measure.calls = measure.calls, 0
    assert calls == 0
    assert counts == sorted(counts, reverse=True)
