"""The ladder of a part of a message, from the full text down to a cut of its shortest form."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from promptreg.render.budget.form import Fits, Form, Mark, Piece, Range, Selection
from promptreg.render.budget.item_forms import ItemForms, ItemSpan
from promptreg.render.budget.room import room_for
from promptreg.render.budget.truncate import Cut, Truncation
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import EMPTY, Summary

__all__ = ["Misfit", "Runs", "TextLadder", "VariantText", "counted", "fenced"]

Runs = Sequence[tuple[str, bool]]


class VariantText(NamedTuple):
    """A rendered variant: its text, the runs that the text consists of (whether each is static), its own fence."""

    text: str
    runs: Runs | None
    fence: tuple[str, str] | None


class Misfit(NamedTuple):
    """A variant that has more tokens than the form it should be shorter than, the full text or an earlier variant."""

    variant: int
    tokens: int
    before: int


class _Rung(NamedTuple):
    """A form, and the text that it shows, in full or in part."""

    form: Form
    shown: VariantText
    is_static: bool

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What is shown of the text."""
        selection = self.form.selection
        assert isinstance(selection, Selection)
        if selection.pieces is None:
            return (Range(0, len(self.shown.text)),)
        return tuple(piece for piece in selection.pieces if isinstance(piece, Range))


def counted(measure: Measure, text: str, runs: Runs | None) -> Summary:
    """The summary of a text that consists of these runs; None: of a text made from values."""
    if runs is not None and len(runs) != 1:
        return measure.pieces(runs)
    return measure.static(text) if runs is not None and runs[0][1] else measure.of(text)


def fenced(measure: Measure, shown: VariantText, summary: Summary) -> Summary:
    """`summary`, which is of what is shown of a text, with the text's fence. A text without characters gets none."""
    if shown.fence is None or not shown.text:
        return summary
    opening, closing = map(measure.static if _is_static(shown.runs) else measure.of, shown.fence)
    return measure.joined((opening, summary, closing))


def _is_static(runs: Runs | None) -> bool:
    return runs is not None and all(static for _, static in runs)


class TextLadder:
    """The forms of a part, asked for when there is more to say than its full form; see `TextForms`.

    `whole` is the full text with its fence, `full` its form.
    """

    def __init__(
        self,
        measure: Measure,
        whole: VariantText,
        full: Form,
        budget: Mapping[str, Any],
        items: Callable[[], Sequence[ItemSpan]],
        variants: Sequence[Callable[[], VariantText]],
        *,
        joined: bool,
    ) -> None:
        self.max_tokens: int | None = budget.get("max_tokens")
        self._measure = measure
        self._whole = whole
        self._full = _Rung(full, whole, _is_static(whole.runs))
        self._budget = budget
        self._items = items
        self._variants = variants
        self._joined = joined
        self._least: int = budget.get("min_tokens") or 0
        self._rungs: dict[int, _Rung] = {}

    @cached_property
    def best(self) -> Form | None:
        """The full form, or the longest that `max_tokens` allows."""
        full = self._full.form
        if self.max_tokens is None or full.tokens <= self.max_tokens:
            return full
        return self._longest(self.max_tokens, None)

    @cached_property
    def shortest(self) -> Form | None:
        """The legal form with the fewest tokens; of equals the first of the ladder."""
        if self.best is None:
            return None
        forms = [self.best]
        if self._fewest:
            forms.append(self._without(self._fewest).form)
        forms += [rung.form for rung in self._shorter]
        most = self.best.tokens - 1
        cut = self._truncation.shortest(self._least) if self._truncation is not None else None
        if cut is not None and cut.tokens < self._base.form.tokens:
            forms.append(self._truncated(cut))
        forms += self._nothing
        return min((form for form in forms if form.tokens <= most), key=lambda form: form.tokens, default=self.best)

    @property
    def misfits(self) -> tuple[Misfit, ...]:
        """The variants that are longer than what they should shorten; asks for all of them."""
        return tuple(self._ladder[1])

    def longest(self, fits: Fits) -> Form | None:
        """The first form of the ladder below `best` that fits."""
        return self._longest(self.best.tokens - 1, fits) if self.best is not None else None

    def _longest(self, most: int, fits: Fits | None) -> Form | None:
        """The first legal form of at most `most` tokens that fits."""

        def fit(form: Form) -> bool:
            return form.tokens <= most and (fits is None or fits(form))

        count = self._most_dropped
        if count:
            every = range(1, count + 1)
            dropped = bisect_left(every, True, key=lambda dropped: fit(self._without(dropped).form)) + 1
            if dropped <= count and (form := self._without(dropped).form).tokens >= self._least:
                return form
        for rung in self._shorter:
            if fit(rung.form):
                return rung.form
        return self._cut(most, fits, fit) or next(filter(fit, self._nothing), None)

    def _cut(self, most: int, fits: Fits | None, fit: Fits) -> Form | None:
        """The longest cut of the last rung."""
        if self._truncation is None:
            return None
        most = min(most, self._base.form.tokens - 1, *(rung.form.tokens - 1 for rung in self._shorter[-1:]))
        if self._fewest:
            most = min(most, self._without(self._fewest).form.tokens - 1)
        aim = most if fits is None else room_for(fits, most)
        if aim is None:
            return None
        cut = self._truncation.longest(aim, self._least, lambda cut: cut.tokens <= most and fit(self._truncated(cut)))
        return None if cut is None else self._truncated(cut)

    @cached_property
    def _item_forms(self) -> ItemForms | None:
        budget = self._budget
        if "drop" not in budget and "min_items" not in budget:
            return None
        text, runs, _ = self._whole
        drop = budget.get("drop", "last")
        return ItemForms(self._measure, runs or ((text, False),), self._items(), drop, joined=self._joined)

    @cached_property
    def _most_dropped(self) -> int:
        """How many items may be dropped so that there is text left."""
        forms = self._item_forms
        if forms is None:
            return 0
        least: int = self._budget.get("min_items", 1)
        count = max(0, len(forms.items) - least)
        return count if forms.has_text(count) else count - 1

    @cached_property
    def _nothing(self) -> list[Form]:
        """No text at all, where a part that must be sent may lose all of its items. (Others are dropped instead.)"""
        forms = self._item_forms
        if forms is None or self._budget.get("min_items", 1) or self._least or "priority" in self._budget:
            return []
        count = len(forms.items)
        if not count or forms.has_text(count):
            return []
        return [Form(EMPTY, Selection(None, (), forms.left_out(count)), f"0 of {count} items")]

    @cached_property
    def _fewest(self) -> int:
        """The largest number of items whose lack leaves a legal form; 0 when there is none."""
        every = range(1, self._most_dropped + 1)
        return bisect_left(every, True, key=lambda dropped: self._without(dropped).form.tokens < self._least)

    def _without(self, dropped: int) -> _Rung:
        rung = self._rungs.get(dropped)
        if rung is None:
            forms = self._item_forms
            assert forms is not None
            ranges = forms.ranges(dropped)
            selection = Selection(None, ranges, forms.left_out(dropped))
            note = f"{len(forms.items) - dropped} of {len(forms.items)} items"
            summary = forms.summary(ranges)
            rung = self._rung(self._whole, summary, selection, note)
            self._rungs[dropped] = rung
        return rung

    @cached_property
    def _ladder(self) -> tuple[list[_Rung], list[Misfit]]:
        """The variants that are shorter than all before them, and those that are longer."""
        rungs: list[_Rung] = []
        misfits: list[Misfit] = []
        before = self._full.form.tokens
        for number, ask in enumerate(self._variants):
            variant = ask()
            if not variant.text:
                continue
            summary = counted(self._measure, variant.text, variant.runs)
            rung = self._rung(variant, summary, Selection(number), f"variant {number + 1}")
            if rung.form.tokens > before:
                misfits.append(Misfit(number, rung.form.tokens, before))
            elif rung.form.tokens < before:
                before = rung.form.tokens
                rungs.append(rung)
        return rungs, misfits

    @cached_property
    def _shorter(self) -> list[_Rung]:
        """The legal variants, each shorter than every legal form before it."""
        most = self._full.form.tokens if self.max_tokens is None else min(self._full.form.tokens, self.max_tokens + 1)
        if self._fewest:
            most = min(most, self._without(self._fewest).form.tokens)
        return [rung for rung in self._ladder[0] if self._least <= rung.form.tokens < most]

    @cached_property
    def _base(self) -> _Rung:
        """What is cut: the last rung of the ladder, legal or not."""
        if self._ladder[0]:
            return self._ladder[0][-1]
        return self._without(self._most_dropped) if self._most_dropped else self._full

    @cached_property
    def _truncation(self) -> Truncation | None:
        side: str | None = self._budget.get("truncate")
        if side is None:
            return None
        base = self._base
        text = "".join(base.shown.text[start:end] for start, end in base.ranges)
        return Truncation(self._measure, text, side, base.shown.fence, is_static=base.is_static)

    def _truncated(self, cut: Cut) -> Form:
        base = self._base
        pieces = tuple(_mapped(cut.pieces, base.ranges))
        side = self._budget["truncate"]
        note = "cut in the middle" if side == "middle" else f"cut at the {side}"
        note = f"{base.form.note}, {note}" if base.form.note else note
        selection = base.form.selection
        assert isinstance(selection, Selection)
        return Form(cut.summary, selection._replace(pieces=pieces), note)

    def _rung(self, shown: VariantText, summary: Summary, selection: Selection, note: str) -> _Rung:
        """A form of `shown` whose text, before the fence, has this summary."""
        form = Form(fenced(self._measure, shown, summary), selection, note)
        return _Rung(form, shown, _is_static(shown.runs))


def _mapped(pieces: Sequence[Piece], ranges: Sequence[Range]) -> Iterator[Piece]:
    """Pieces of a text that consists of `ranges` of another one, as pieces of that one."""
    for piece in pieces:
        if isinstance(piece, Mark):
            yield piece
            continue
        at = 0
        for start, end in ranges:
            low, high = max(piece.start, at), min(piece.end, at + end - start)
            if low < high:
                yield Range(start + low - at, start + high - at)
            at += end - start
