"""The forms of a part of a message. Most parts are only asked for their full form, so that is all that is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from promptreg.render.budget.form import Fits, Form, Selection
from promptreg.render.budget.item_forms import ItemSpan
from promptreg.render.budget.text_ladder import Misfit, Runs, TextLadder, VariantText, counted, fenced
from promptreg.tokens.measure import Measure

__all__ = ["ItemSpan", "Misfit", "TextForms", "VariantText"]

_EVERYTHING = Selection()

_SHORTENING = ("drop", "min_items", "truncate")
"""Keys of a budget without which a part has no shorter forms than its variants."""


class TextForms:
    """The forms of a part, from the longest to the shortest.

    The full text; the text without items, one fewer each time down to `min_items`; the variants; cuts of the last
    of these; no text at all for a required part that may lose all items. A form that is not shorter than a legal one
    before it is never chosen.
    Items and variants are asked for when the ladder is first climbed down to them. `runs` are the pieces of the text,
    each with whether it is static; None: the text is made from values. `joined` says that the items are examples with
    a joiner between them.
    """

    __slots__ = (
        "_budget",
        "_fence",
        "_full",
        "_items",
        "_joined",
        "_made",
        "_measure",
        "_runs",
        "_text",
        "_variants",
        "max_tokens",
    )

    def __init__(
        self,
        measure: Measure,
        text: str,
        runs: Runs | None,
        budget: Mapping[str, Any],
        items: Callable[[], Sequence[ItemSpan]] = tuple,
        variants: Sequence[Callable[[], VariantText]] = (),
        fence: tuple[str, str] | None = None,
        *,
        joined: bool = False,
    ) -> None:
        self.max_tokens: int | None = budget.get("max_tokens")
        self._measure = measure
        self._text = text
        self._runs = runs
        self._budget = budget
        self._items = items
        self._variants = variants
        self._fence = fence
        self._joined = joined
        self._full: Form | None = None
        self._made: TextLadder | None = None

    @property
    def full_tokens(self) -> int:
        """Tokens of the full text with its fence."""
        return self._whole.tokens

    @property
    def best(self) -> Form | None:
        """The full form, or the longest that `max_tokens` allows."""
        full = self._full or self._whole
        if self.max_tokens is None or full.tokens <= self.max_tokens:
            return full
        return self._ladder.best

    @property
    def shortest(self) -> Form | None:
        """The legal form with the fewest tokens; of equals the first of the ladder."""
        return self._ladder.shortest if self._has_shorter else self.best

    @property
    def misfits(self) -> tuple[Misfit, ...]:
        """The variants that are longer than what they should shorten; asks for all of them."""
        return self._ladder.misfits if self._variants else ()

    def longest(self, fits: Fits) -> Form | None:
        """The first form of the ladder below `best` that fits."""
        return self._ladder.longest(fits) if self._has_shorter else None

    @property
    def _has_shorter(self) -> bool:
        return bool(self._variants) or not self._budget.keys().isdisjoint(_SHORTENING)

    @property
    def _whole(self) -> Form:
        if self._full is None:
            summary = counted(self._measure, self._text, self._runs)
            if self._fence is not None:
                summary = fenced(self._measure, self._shown, summary)
            self._full = Form(summary, _EVERYTHING)
        return self._full

    @property
    def _shown(self) -> VariantText:
        return VariantText(self._text, self._runs, self._fence)

    @property
    def _ladder(self) -> TextLadder:
        if self._made is None:
            self._made = TextLadder(
                self._measure,
                self._shown,
                self._whole,
                self._budget,
                self._items,
                self._variants,
                joined=self._joined,
            )
        return self._made
