"""The ladder of a part against a list of all its forms, and counts against the text that is really sent."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.borders import Gap
from promptreg.render.budget.form import Form
from promptreg.render.budget.item_forms import ItemSpan
from promptreg.render.budget.text_forms import TextForms, VariantText
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure
from tests.render.budget.ladders import Listed, Oracle
from tests.render.budget.showing import shown
from tests.tokens.torture import gnarled

COUNTER = get_counter()
MEASURE = Measure(COUNTER)


class Plain:
    """The counter without its seam rule: every text is soft, and joins are counted in full."""

    id = "plain"
    kind = COUNTER.kind
    count = staticmethod(COUNTER.count)
    bounds = staticmethod(COUNTER.bounds)


PLAIN = Measure(Plain())
FENCES = st.sampled_from([None, ("<ticket>\n", "\n</ticket>"), ("<a-0f>\n", "\n</a-0f>")])


class Part(NamedTuple):
    """What a part's forms are made from."""

    whole: VariantText
    budget: dict[str, Any]
    items: list[ItemSpan]
    variants: list[VariantText]
    joiner: str | None

    def forms(self, measure: Measure = MEASURE) -> TextForms:
        variants = [lambda one=one: one for one in self.variants]
        return TextForms(
            measure,
            self.whole.text,
            self.whole.runs,
            self.budget,
            lambda: self.items,
            variants,
            self.whole.fence,
            joined=self.joiner is not None,
        )

    def oracle(self) -> Oracle:
        return Oracle(COUNTER.count, self.whole, self.budget, self.items, self.variants, self.joiner)

    def text(self, form: Form) -> str:
        return shown(form, self.whole, self.variants)


WORDS = (
    "the",
    "customer",
    "refund",
    "e.g.",
    "Mr.",
    "parcel.",
    "Why?",
    "it",
    "No.",
    "5",
    "was",
    "lost!",
    "(see",
    "below).",
)
BREAKS = (" ", " ", " ", " ", "\n", "\n\n", "  ", "\n  ")


@st.composite
def prose(draw: st.DrawFn, most: int = 14) -> str:
    """Words and white space whose borders are all hard boundaries of the tokenizer."""
    words = draw(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(BREAKS)), min_size=1, max_size=most))
    return "".join(map("".join, words)).rstrip()


def runs(draw: st.DrawFn, text: str) -> list[tuple[str, bool]] | None:
    """The text in pieces, some static."""
    if draw(st.booleans()):
        return None
    edges = sorted({0, len(text), *draw(st.lists(st.integers(0, len(text)), max_size=3))})
    flags = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    return [(text[a:b], flag) for a, b, flag in zip(edges, edges[1:], flags, strict=False)]


@st.composite
def parts(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Part:
    """Parts of all kinds: prose, a list with a preamble, examples with a joiner; with fence and variants."""
    kind = draw(st.sampled_from(["prose", "list", "examples"]))
    joiner = draw(st.sampled_from(["\n\n", "\n---\n", " ", ""])) if kind == "examples" else None
    items: list[ItemSpan] = []
    text = draw(texts)
    if kind != "prose":
        text = f"{text}\n" if kind == "list" and draw(st.booleans()) else ""
        many = draw(st.integers(1, 5))
        for number in range(1, many + 1):
            body = draw(texts).strip("\r\n")
            body = f"- {body}\n" if kind == "list" else body or "x"
            start = len(text) + len(joiner or "") * (number > 1)
            text += f"{joiner or ''}{body}" if number > 1 else body
            priority = draw(st.one_of(st.none(), st.integers(0, 2)))
            items.append(ItemSpan(f"0.0#{number}", start, start + len(body), priority))
        stripped = len(text.rstrip("\r\n"))
        items = [item._replace(end=min(item.end, stripped)) for item in items]
        text = text[:stripped]
    keys: dict[str, st.SearchStrategy[Any]] = {
        "truncate": st.sampled_from(["end", "start", "middle"]),
        "min_tokens": st.integers(1, 25),
        "max_tokens": st.integers(1, 60),
        "priority": st.integers(0, 3),
    }
    if items:
        keys |= {"drop": st.sampled_from(["first", "last", "lowest"]), "min_items": st.integers(0, 4)}
    variants = [VariantText(one, runs(draw, one), draw(FENCES)) for one in draw(st.lists(texts, max_size=2))]
    budget = draw(st.fixed_dictionaries({}, optional=keys))
    return Part(VariantText(text, runs(draw, text), draw(FENCES)), budget, items, variants, joiner)


def within(room: int) -> Callable[[Form], bool]:
    return lambda form: form.tokens <= room


@given(parts(prose()), st.integers(0, 70), st.sampled_from([MEASURE, PLAIN]))
def test_forms_are_those_of_the_brute_force(part: Part, room: int, measure: Measure) -> None:
    forms, oracle = part.forms(measure), part.oracle()
    best, longest = oracle.best(), oracle.longest(lambda one: one.tokens <= room)
    assert forms.full_tokens == oracle.full.tokens
    assert (forms.best and part.text(forms.best)) == (best and best.text)
    assert (forms.shortest and forms.shortest.tokens) == oracle.shortest()
    found = forms.longest(within(room))
    assert (found and part.text(found)) == (longest and longest.text)


@given(parts(prose()), st.text("ab[]. \n", max_size=3), st.text("ab[]. \n", max_size=3), st.integers(0, 70))
def test_seams_with_neighbours_are_part_of_what_fits(part: Part, before: str, after: str, room: int) -> None:
    """The longest form is that of which one token more or less at its seams decides."""
    left, right = MEASURE.of(before), MEASURE.of(after)

    def fits(form: Form) -> bool:
        return MEASURE.joined((left, form.summary, right)).tokens <= room

    found = part.forms().longest(fits)
    longest = part.oracle().longest(lambda one: COUNTER.count(f"{before}{one.text}{after}") <= room)
    assert (found and part.text(found)) == (longest and longest.text)


@given(parts(st.one_of(gnarled, prose(6))), st.integers(0, 70))
def test_counts_are_those_of_the_text_that_is_sent(part: Part, room: int) -> None:
    """Whatever the text holds: exact, legal, within the room, ranges in order."""
    forms = part.forms()
    least, most = part.budget.get("min_tokens", 0), part.budget.get("max_tokens", forms.full_tokens)
    found = forms.longest(within(room))
    for form in filter(None, (forms.best, forms.shortest, found)):
        assert form.tokens == COUNTER.count(part.text(form)) <= most
        assert not form.note or form.tokens >= least
    assert (forms.best is None) == (forms.shortest is None)
    if forms.best and forms.shortest:
        assert forms.shortest.tokens <= forms.best.tokens
        assert found is None or found.tokens < forms.best.tokens
        assert found is None or forms.shortest.tokens <= found.tokens <= room
        if forms.shortest.note and forms.shortest.tokens <= room and forms.shortest != forms.best:
            assert found is not None


def long_prose(words: int) -> str:
    seeded = random.Random(5)
    return "".join(seeded.choice(WORDS) + seeded.choice(BREAKS) for _ in range(words)).rstrip()


LONG = {
    "prose": long_prose(2_500),
    "a stretch without borders": f"{long_prose(600)} {'x' * 9_000} {long_prose(600)}",
    "stretches of ideographs": f"{long_prose(100)}\n{'語' * 6_000} {long_prose(500)} {'語' * 6_000}",
}


@pytest.mark.parametrize("side", ["end", "start", "middle"])
@pytest.mark.parametrize("measure", [MEASURE, PLAIN], ids=["with boundaries", "without"])
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_text_is_cut_to_the_last_word_that_fits(side: str, measure: Measure, text: str) -> None:
    """Longer than what is counted at a time: over many blocks, and with a counter that knows no boundaries."""
    part = Part(VariantText(text, None, ("<a>\n", "\n</a>")), {"truncate": side, "min_tokens": 5}, [], [], None)
    forms = part.forms(Measure(measure.counter))
    for room in (14, 700, 2_000, forms.full_tokens // 2, forms.full_tokens - 2):
        asked: list[int] = []

        def fits(form: Form, room: int = room, asked: list[int] = asked) -> bool:
            asked.append(form.tokens)
            return form.tokens <= room

        found = forms.longest(fits)
        assert found is not None
        assert COUNTER.count(part.text(found)) == found.tokens <= room
        assert len(asked) < 40
        if side != "middle":
            expected = chosen(part, room)
            assert part.text(found) == expected or ("xxx" in text and found.tokens == COUNTER.count(expected))


def chosen(part: Part, room: int) -> str:
    """The cut of a long text at one side that the rules choose, by bisection."""
    oracle, text = part.oracle(), part.whole.text

    def cut(gap: Gap) -> Listed:
        return oracle.listed(oracle.laid(text, (gap,)), part.whole)

    family = [gap for (gap,) in oracle.family(text)]
    longest = family[bisect_right(family, room, key=lambda gap: cut(gap).tokens) - 1]
    better = oracle.preferred(text, longest, *oracle.tails)
    return next(one.text for one in map(cut, better) if oracle.least <= one.tokens <= room)


@pytest.mark.parametrize("side", ["end", "start", "middle"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 100_000, id="one letter"),
        pytest.param("a" + " " * 100_000 + "b", id="blanks"),
        pytest.param("a" + "\n" * 100_000 + "b", id="line ends"),
        pytest.param("".join(map(chr, range(0x4E00, 0x9000))) * 5, id="ideographs"),
        pytest.param("a" + "\u0301" * 100_000 + "b", id="marks"),
        pytest.param("." * 100_000, id="stops"),
        pytest.param("`a. " * 25_000, id="stops in code"),
        pytest.param("👩\u200d🚀" * 33_000, id="emoji"),
        pytest.param("🇩🇪" * 50_000, id="flags"),
        pytest.param("a\n\u0301" * 33_000, id="marks after line ends"),
        pytest.param("\ud83d\ude00" * 50_000, id="halves of surrogates"),
    ],
)
def test_awkward_text_is_read_a_few_times_only(text: str, side: str) -> None:
    part = Part(VariantText(text, None, ("<a>\n", "\n</a>")), {"truncate": side}, [], [], None)
    measure = Measure(COUNTER)
    forms = part.forms(measure)
    room = forms.full_tokens // 2
    found = forms.longest(within(room))
    assert found is None or COUNTER.count(part.text(found)) == found.tokens <= room
    assert measure.characters < 10 * len(text)
    if text[0] == text[-1] == "a" or "\u4e00" in text:
        assert found is not None
        assert found.tokens > room - 9


def test_items_and_variants_are_asked_for_only_when_needed() -> None:
    asked: list[str] = []

    def items() -> list[ItemSpan]:
        asked.append("items")
        return [ItemSpan("0.0#1", 0, 8), ItemSpan("0.0#2", 8, 13)]

    def variant(number: int) -> VariantText:
        asked.append(f"variant {number}")
        return VariantText(("- one", "x")[number], None, None)

    variants = [lambda: variant(0), lambda: variant(1)]
    budget = {"min_items": 1, "truncate": "end"}
    forms = TextForms(MEASURE, "- a b c\n- two", None, budget, items, variants)
    assert forms.best is not None
    assert not asked
    assert forms.longest(within(forms.full_tokens - 1)).note == "1 of 2 items"  # type: ignore[union-attr]
    assert asked == ["items"]
    assert forms.longest(within(2)).note == "variant 1"  # type: ignore[union-attr]
    assert forms.shortest.note == "variant 2"  # type: ignore[union-attr]
    assert asked == ["items", "variant 0", "variant 1"]


def test_variants_that_shorten_nothing_are_named_and_never_chosen() -> None:
    texts = ["one two three four", "one two three four five six", "one two", "one two three"]
    variants = [lambda text=text: VariantText(text, None, None) for text in texts]
    forms = TextForms(MEASURE, "one two three four five", None, {}, tuple, variants)
    assert [tuple(misfit) for misfit in forms.misfits] == [(1, 6, 4), (3, 3, 2)]
    sent = {forms.longest(within(room)) for room in range(5)} - {None}
    assert {form.note for form in sent if form} == {"variant 1", "variant 3"}


def test_part_without_any_way_to_be_shortened_has_one_form() -> None:
    forms = TextForms(MEASURE, "one two three", None, {"priority": 1})
    assert forms.shortest == forms.best
    assert forms.longest(within(2)) is None
    assert TextForms(MEASURE, "one two three", None, {"max_tokens": 2}).best is None


def test_static_text_that_is_cut_is_not_counted_again() -> None:
    measure = Measure(COUNTER)
    text = " ".join(WORDS * 400)
    for _ in range(2):
        forms = TextForms(measure, text, [(text, True)], {"truncate": "end"}, fence=("<a>\n", "\n</a>"))
        assert forms.longest(within(900)) is not None
        assert forms.shortest is not None
        calls, measure.calls = measure.calls, 0
    assert calls == 0


@pytest.mark.parametrize(
    ("side", "room", "expected"),
    [
        ("end", 14, "Dear Mr. Smith, we got it. […]"),
        ("end", 18, "Dear Mr. Smith, we got it. The parcel e.g. was lost! […]"),
        ("end", 23, "Dear Mr. Smith, we got it. The parcel e.g. was lost! Please wait.\n[…]"),
        ("start", 7, "[…]\nRegards,\r\nJ. Doe"),
        ("start", 13, "[…]\n  - two\r\n\r\nRegards,\r\nJ. Doe"),
        ("start", 19, "[…]\n- one\r\n  - two\r\n\r\nRegards,\r\nJ. Doe"),
        ("middle", 16, "Dear Mr. Smith, we got […] two\r\n\r\nRegards,\r\nJ. Doe"),
    ],
)
def test_cut_is_shown_and_stands_at_the_best_place(side: str, room: int, expected: str) -> None:
    text = (
        "Dear Mr. Smith, we got it. The parcel e.g. was lost! Please wait.\r\nWe refund 3.50 EUR (No. 5).\r\n\r\n"
        "- one\r\n  - two\r\n\r\nRegards,\r\nJ. Doe"
    )
    forms = TextForms(MEASURE, text, None, {"truncate": side})
    form = forms.longest(within(room))
    assert form is not None
    assert shown(form, VariantText(text, None, None)) == expected
