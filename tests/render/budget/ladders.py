"""Every form of a part, listed one by one, as the rules say it. Slow, and without a thought for the tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptreg.render.budget.borders import Borders, Gap
from promptreg.render.budget.item_forms import ItemSpan
from promptreg.render.budget.sentences import ends_sentence
from promptreg.render.budget.text_forms import VariantText

__all__ = ["Listed", "Oracle", "gaps", "without_items"]

Count = Callable[[str], int]


class Listed(NamedTuple):
    """A form: what is sent, and its tokens."""

    text: str
    tokens: int


Fits = Callable[[Listed], bool]


def gaps(text: str) -> list[Gap]:
    """All gaps of a text, in order."""
    borders = Borders(text)
    found = []
    gap = borders.next_end(0)
    while gap is not None:
        found.append(gap)
        gap = borders.next_end(gap.end)
    return found


def without_items(text: str, items: Sequence[ItemSpan], gone: Sequence[int], joiner: str | None) -> str:
    """The text had the items never been written."""
    if joiner is not None:
        kept = [text[item.start : item.end] for at, item in enumerate(items) if at not in gone]
        return joiner.join(kept).rstrip("\r\n")
    for at in sorted(gone, reverse=True):
        text = text[: items[at].start] + text[items[at].end :]
    return text.rstrip("\r\n")


class Oracle:
    """The ladder of one part, and the forms that are right."""

    def __init__(
        self,
        count: Count,
        whole: VariantText,
        budget: Mapping[str, Any],
        items: Sequence[ItemSpan],
        variants: Sequence[VariantText],
        joiner: str | None,
    ) -> None:
        self.count = count
        self.budget = budget
        self.whole = whole
        self.items = items
        self.variants = variants
        self.joiner = joiner
        self.full = self.listed(whole.text, whole)
        self.least = budget.get("min_tokens", 0)
        self.most = budget.get("max_tokens", 10**9)

    def listed(self, text: str, source: VariantText) -> Listed:
        opening, closing = (source.fence if text else None) or ("", "")
        sent = f"{opening}{text}{closing}"
        return Listed(sent, self.count(sent))

    def rungs(self) -> Iterator[tuple[Listed, str, VariantText]]:
        """The rungs in order, with their texts before the fence."""
        yield self.full, self.whole.text, self.whole
        if "drop" in self.budget or "min_items" in self.budget:
            yield from self._item_rungs()
        before = self.full.tokens
        for variant in self.variants:
            found = self.listed(variant.text, variant)
            if variant.text and found.tokens < before:
                yield found, variant.text, variant
                before = found.tokens

    def _item_rungs(self) -> Iterator[tuple[Listed, str, VariantText]]:
        places = list(range(len(self.items)))
        drop = self.budget.get("drop", "last")
        order = places if drop == "first" else places[::-1]
        if drop == "lowest":
            low = float("-inf")
            order.sort(key=lambda at: low if (value := self.items[at].priority) is None else value)
        for number in range(1, len(places) - self.budget.get("min_items", 1) + 1):
            text = without_items(self.whole.text, self.items, order[:number], self.joiner)
            if text.strip():
                yield self.listed(text, self.whole), text, self.whole

    def forms(self, fits: Fits) -> Iterator[Listed]:
        """The legal forms that fit, in order of the ladder, of the cuts only the one that the rules choose."""
        shortest = 10**9
        rung = None
        for found, text, source in self.rungs():
            rung = (found, text, source)
            legal = found.tokens <= self.most and (found is self.full or found.tokens >= self.least)
            if not legal or found.tokens >= shortest:
                continue
            shortest = found.tokens
            if fits(found):
                yield found
        assert rung is not None
        side = self.budget.get("truncate")
        if side is not None:
            limit = min(shortest - 1, rung[0].tokens - 1, self.most)
            yield from self.cut(rung[1], rung[2], lambda one: one.tokens <= limit and fits(one))
        if self.may_be_empty and fits(Listed("", 0)):
            yield Listed("", 0)

    @property
    def may_be_empty(self) -> bool:
        """Whether all items of a required part may go, and nothing else is there."""
        if not self.items or self.budget.get("min_items") != 0 or self.least or "priority" in self.budget:
            return False
        return not without_items(self.whole.text, self.items, range(len(self.items)), self.joiner).strip()

    def cut(self, text: str, source: VariantText, fits: Fits) -> Iterator[Listed]:
        """The longest cut that fits, moved to a better place where there is one."""
        family = list(self.family(text))
        fitting = [gaps for gaps in family if fits(self.listed(self.laid(text, gaps), source))]
        if not fitting:
            return
        longest = fitting[-1]
        if self.listed(self.laid(text, longest), source).tokens < self.least:
            return
        choices = [self.preferred(text, gap, tail) for gap, tail in zip(longest, self.tails, strict=True)]
        orders = [(gap,) for gap in choices[0]]
        if len(longest) == 2:
            head, tail = choices
            orders = [(head[0], tail[0]), (head[0], longest[1]), (longest[0], tail[0]), longest]  # type: ignore[list-item]
        for gaps in orders:
            found = self.listed(self.laid(text, gaps), source)
            if found.tokens >= self.least and fits(found):
                yield found
                return

    def preferred(self, text: str, gap: Gap, tail: bool) -> list[Gap]:
        borders = Borders(text)
        kept = self.kept(text, gap, tail)
        found = []
        for is_better in (borders.is_line, lambda one: ends_sentence(borders, one)):
            near = [one for one in gaps(text) if is_better(one) and (one >= gap if tail else one <= gap)]
            if near:
                one = near[0] if tail else near[-1]
                if one == gap or 5 * self.count(self.kept(text, one, tail)) >= 4 * self.count(kept):
                    found.append(one)
        return [*found, gap]

    @property
    def tails(self) -> tuple[bool, ...]:
        return {"end": (False,), "start": (True,), "middle": (False, True)}[self.budget["truncate"]]

    def family(self, text: str) -> Iterator[tuple[Gap, ...]]:
        """The cuts from the shortest to the longest."""
        found = gaps(text)
        if self.tails == (False,):
            yield from ((gap,) for gap in found)
        elif self.tails == (True,):
            yield from ((gap,) for gap in reversed(found))
        else:
            last = None
            for tokens in range(2, self.count(text) + 2):
                heads = [gap for gap in found if self.count(self.kept(text, gap, False)) <= (tokens + 1) // 2]
                tails = [gap for gap in found if self.count(self.kept(text, gap, True)) <= tokens // 2]
                if heads and tails and heads[-1].end < tails[0].end and (heads[-1], tails[0]) != last:
                    last = (heads[-1], tails[0])
                    yield last

    def kept(self, text: str, gap: Gap, tail: bool) -> str:
        return text[gap.start :] if tail else text[: gap.end]

    def laid(self, text: str, gaps: tuple[Gap, ...]) -> str:
        glue = [
            "\n" if any(end in text[gap.end : gap.start] for end in "\n\r\x85\u2028\u2029") else " " for gap in gaps
        ]
        parts = [self.kept(text, gap, tail) for gap, tail in zip(gaps, self.tails, strict=True)]
        if self.tails == (False,):
            return f"{parts[0]}{glue[0]}[…]"
        if self.tails == (True,):
            return f"[…]{glue[0]}{parts[0]}"
        return f"{parts[0]}{glue[0]}[…]{glue[1]}{parts[1]}"

    def best(self) -> Listed | None:
        return next(self.forms(lambda form: True), None)

    def longest(self, fits: Fits) -> Listed | None:
        """The first form below the best that fits."""
        best = self.best()
        return None if best is None else next(self.forms(lambda one: one.tokens < best.tokens and fits(one)), None)

    def shortest(self) -> int | None:
        """The fewest tokens of any legal form."""
        best = self.best()
        if best is None:
            return None
        found = [best.tokens]
        rung = None
        for rung in self.rungs():
            found.append(rung[0].tokens)
        assert rung is not None
        if "truncate" in self.budget:
            cuts = (self.listed(self.laid(rung[1], gaps), rung[2]).tokens for gaps in self.family(rung[1]))
            found += [tokens for tokens in cuts if tokens < rung[0].tokens]
        if self.may_be_empty:
            return 0
        return min(n for n in found if n == best.tokens or (n < best.tokens and n >= self.least))
