"""Layouts to plan for: small and odd, with forms that are lists of texts, and a recount of what is sent."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from hypothesis import strategies as st

from promptreg.render.budget.form import Fits, Form, Range, Selection
from promptreg.render.budget.plan import Layout, Plan, PlanMessage, PlanPart
from promptreg.tokens import get_counter
from promptreg.tokens.counter import Counter
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import Summary
from tests.tokens.multiscript import SENTENCES

__all__ = ["Case", "ListForms", "cases", "counter", "fixed", "layout_of", "recount", "sent", "variants", "words"]

_measure: list[Measure] = []


def counter() -> Counter:
    """The exact counter of all these tests."""
    return get_counter("o200k_base")


def shared_measure() -> Measure:
    """One measure for all tests: what it remembers must never change a plan."""
    if not _measure:
        _measure.append(Measure(counter()))
    return _measure[0]


class ListForms:
    """Forms given as texts, the full one first; a number stands for a slot that costs so many tokens.

    Texts that do not get shorter than all before them are left out, as are those above `most` and, but for the first,
    those below `least` tokens.
    """

    def __init__(self, texts: Sequence[str | int], *, most: int | None = None, least: int = 0) -> None:
        forms = [self._form(index, text) for index, text in enumerate(texts)]
        self.full_tokens = forms[0].tokens
        self.max_tokens = most
        self.texts = list(texts)
        self.legal: list[Form] = []
        for form in forms:
            too_long = most is not None and form.tokens > most
            too_short = form is not forms[0] and form.tokens < least
            if not too_long and not too_short and (not self.legal or form.tokens < self.legal[-1].tokens):
                self.legal.append(form)

    @staticmethod
    def _form(index: int, text: str | int) -> Form:
        summary = Summary(text, "", "", text, False) if isinstance(text, int) else shared_measure().of(text)
        return Form(summary, Selection(pieces=(Range(index, index),)), f"form {index}" if index else "")

    @property
    def best(self) -> Form | None:
        return self.legal[0] if self.legal else None

    @property
    def shortest(self) -> Form | None:
        return self.legal[-1] if self.legal else None

    def longest(self, fits: Fits) -> Form | None:
        return next((form for form in self.legal[1:] if fits(form)), None)

    def text(self, form: Form) -> str | int:
        """What the form sends."""
        assert isinstance(form.selection, Selection)
        assert form.selection.pieces is not None
        piece = form.selection.pieces[0]
        assert isinstance(piece, Range)
        return self.texts[piece.start]


def fixed(text: str | int, most: int | None = None) -> ListForms:
    """A part that is sent whole or not at all."""
    return ListForms([text], most=most)


def variants(*texts: str, most: int | None = None) -> ListForms:
    """A part with shorter texts to fall back to."""
    return ListForms(texts, most=most)


def words(text: str, least: int = 0, most: int | None = None) -> ListForms:
    """A part that is cut at the end, between words, with a mark."""
    found = text.split(" ")
    return ListForms(
        [text, *(" ".join([*found[:n], "[…]"]) for n in range(len(found) - 1, -1, -1))], least=least, most=most
    )


class Case(NamedTuple):
    """A layout, and the separators of its messages as texts."""

    layout: Layout
    separators: tuple[str, ...]

    def forms(self, position: int) -> ListForms:
        """The forms of a part."""
        found = self.layout.parts[position].forms
        assert isinstance(found, ListForms)
        return found


def layout_of(
    parts: Iterable[PlanPart], separators: Sequence[str] = ("\n\n",), overhead: int = 0, reply: int = 0
) -> Case:
    """A case with these separators, one for each message."""
    messages = tuple(PlanMessage(shared_measure().of(separator), overhead) for separator in separators)
    return Case(Layout(messages, tuple(parts), reply), tuple(separators))


def sent(plan: Plan) -> list[Form | None]:
    """The forms of a plan, by position."""
    return [decision.form for decision in plan.decisions]


def recount(case: Case, forms: Sequence[Form | None]) -> int:
    """What these forms cost: the text of every message is laid together and counted as a whole."""
    total = case.layout.overhead
    for number, message in enumerate(case.layout.messages):
        texts: list[str] = []
        fixed_tokens = 0
        for position, (part, form) in enumerate(zip(case.layout.parts, forms, strict=True)):
            text = case.forms(position).text(form) if form is not None and part.message == number else ""
            if isinstance(text, int):
                fixed_tokens += text
            elif text:
                texts.append(text)
        if texts or fixed_tokens:
            joined = case.separators[number].join(texts)
            total += message.overhead + fixed_tokens + _count(joined)
    return total


@cache
def _count(text: str) -> int:
    return counter().count(text) if text else 0


_PROSE = sorted(
    {word for script in ("english", "german", "code") for line in SENTENCES[script] for word in line.split(" ")}
)
_ODD = [
    "\n",
    " ",
    "  ",
    "/",
    "//",
    "'s",
    "'",
    "a",
    "7",
    "123",
    ".",
    "…",
    "é",
    "e\u0301",
    "中文",
    "👩‍💻",
    "\r\n",
    "\t",
    "S",
    ")",
    "\n\n/",
]
_SEPARATORS = ["\n\n", "\n", " ", "", "\n---\n"]


def _pool(words: Sequence[str], separator: str, longest: int, size: int) -> list[str]:
    """Texts of up to so many words, short ones first; drawing one is one choice, which keeps the laws quick."""
    seed = random.Random(7)
    return [separator.join(seed.choices(words, k=1 + longest * at // size)) for at in range(size)]


_PROSE_TEXTS = _pool(_PROSE, " ", 12, 600)
_ODD_TEXTS = ["", *_ODD, *_pool([*_ODD, *_PROSE[:20]], "", 5, 900)]


_MOST = st.one_of(st.none(), st.none(), st.integers(1, 12))
_SLOT = st.lists(st.integers(0, 20), min_size=1, max_size=4).map(lambda sizes: ListForms(sorted(sizes, reverse=True)))
_PLACES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([None, 0, 1, 2, 3, 0, 1, 2, 3]),
        st.sampled_from([None, None, None, "g", "h"]),
        st.one_of(st.just(()), st.just(()), st.lists(st.integers(0, 8), max_size=2)),
    ),
    min_size=1,
    max_size=9,
)


def _separators(plain: bool) -> st.SearchStrategy[list[str]]:
    return st.lists(st.just("\n\n") if plain else st.sampled_from(_SEPARATORS), min_size=3, max_size=3)


def _forms(texts: Sequence[str], whole: bool) -> st.SearchStrategy[ListForms]:
    text = st.sampled_from(texts)
    kinds = [st.builds(fixed, text, _MOST)]
    if not whole:
        kinds.append(st.builds(_listed, st.lists(text, min_size=1, max_size=4), _MOST))
        kinds.append(st.builds(words, text, st.integers(0, 5), _MOST))
    return st.one_of(kinds)


def _listed(texts: list[str], most: int | None) -> ListForms:
    return ListForms(texts, most=most)


_KINDS = {
    (plain, whole): _forms(_PROSE_TEXTS if plain else _PROSE_TEXTS + _ODD_TEXTS, whole)
    for plain in (0, 1)
    for whole in (0, 1)
}
_LAID = {plain: _separators(bool(plain)) for plain in (0, 1)}
_OVERHEADS = st.integers(0, 4)


@st.composite
def cases(draw: st.DrawFn, *, plain: bool = False, whole: bool = False) -> Case:
    """Layouts of up to 9 parts in up to three messages. Strategies are made once: making them costs more than drawing.

    `plain`: prose, set apart by blank lines; else any text and separator. `whole`: no part has a shorter form.
    """
    places = sorted(draw(_PLACES), key=itemgetter(0))
    alone = [sum(other[0] == number for other in places) == 1 for number, *_ in places]
    made = []
    for position, (number, priority, group, needs) in enumerate(places):
        is_slot = alone[position] and not plain and not whole
        forms = draw(_SLOT if is_slot and position % 2 else _KINDS[plain, whole])
        others = tuple(dict.fromkeys(other % len(places) for other in needs if other % len(places) != position))
        made.append(PlanPart(f"{number}.{position}", number, forms, priority, group, others))
    return layout_of(made, draw(_LAID[plain]), draw(_OVERHEADS), draw(_OVERHEADS))
