"""The ladder of a part against a list of all its forms, and counts against the text that is really sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.form import Form
from promptreg.render.budget.item_forms import ItemSpan
from promptreg.render.budget.text_forms import TextForms, VariantText
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure
from tests.render.budget.ladders import Oracle
from tests.render.budget.showing import shown
from tests.tokens.torture import gnarled

COUNTER = get_counter()
MEASURE = Measure(COUNTER)
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


@given(parts(prose()), st.integers(0, 70))
def test_forms_are_those_of_the_brute_force(part: Part, room: int) -> None:
    forms, oracle = part.forms(), part.oracle()
    best, longest = oracle.best(), oracle.longest(room)
    assert forms.full_tokens == oracle.full.tokens
    assert (forms.best and part.text(forms.best)) == (best and best.text)
    assert (forms.shortest and forms.shortest.tokens) == oracle.shortest()
    found = forms.longest(within(room))
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
