"""The forms of a slot: without its oldest or newest messages, the one at the cut shortened if that is wanted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from promptreg.render.budget.form import Fits, Form, KeptMessage, SlotSelection
from promptreg.render.budget.room import room_for
from promptreg.render.budget.sticky import sticky_cut
from promptreg.render.budget.truncate import Cut, Truncation
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import Summary

__all__ = ["SlotForms", "SlotMessage"]


class SlotMessage(NamedTuple):
    """A message of a slot as the budget sees it.

    `text` None: its content is no plain text. `fixed` are the tokens of the message that are not `text`. `calls` are
    the ids of the tool calls it makes, `answers` is the id of the call that it answers.
    """

    id: str
    text: str | None
    fixed: int
    calls: frozenset[str] = frozenset()
    answers: str | None = None


class SlotForms:
    """The forms of the slot `part`, whose messages cost what they cost alone.

    An assistant message with tool calls and the tool messages that answer it are one unit, kept or dropped together;
    a tool message without a call belongs to the message before it. With `truncate`, the message at the cut is
    shortened rather than dropped, if it is plain text outside of tool calls. With `sticky` (tokens) `sticky_cut` says
    how many of the oldest go, which leaves room free; only where it allows no legal form, the cut is made as usual.
    A slot with a priority keeps a message at least; to send none, it is dropped.
    """

    def __init__(
        self,
        measure: Measure,
        messages: Sequence[SlotMessage],
        budget: Mapping[str, Any],
        sticky: int | None,
        part: str,
    ) -> None:
        self.part = part
        self.max_tokens: int | None = budget.get("max_tokens")
        self._measure = measure
        self._messages = messages
        self._least: int = budget.get("min_tokens") or 0
        self._side: str | None = budget.get("truncate")
        least: int = budget.get("min_items", 1 if "drop" in budget else len(messages))
        self._min_items = max(least, 1 if "priority" in budget else 0)
        newest = budget.get("drop") == "newest"
        self._sticky = None if newest else sticky
        self._units = units(messages)[:: -1 if newest else 1]
        """In the order in which they are dropped."""
        self._truncations: dict[int, Truncation] = {}

    @property
    def full_tokens(self) -> int:
        """Tokens of all messages."""
        return self._left[0]

    @cached_property
    def best(self) -> Form | None:
        """All messages, or as many as `max_tokens` allows."""
        if self.max_tokens is None or self.full_tokens <= self.max_tokens:
            return self._form(0)
        return self._within(self.max_tokens)

    @cached_property
    def shortest(self) -> Form | None:
        """The legal form with the fewest tokens."""
        if self.best is None:
            return None
        return min((self.best, *self._shortened()), key=lambda form: form.tokens)

    def longest(self, fits: Fits) -> Form | None:
        """The form with the most messages that fits, the message at the cut as long as possible."""
        if self.best is None:
            return None
        room = room_for(fits, self.best.tokens - 1)
        return None if room is None else self._within(room)

    @cached_property
    def _sizes(self) -> list[list[int]]:
        """Tokens of the messages of each unit."""
        return [[self._size(self._messages[at]) for at in unit] for unit in self._units]

    @cached_property
    def _left(self) -> list[int]:
        """Tokens that are left after each number of dropped units."""
        return [*accumulate((sum(sizes) for sizes in reversed(self._sizes)), initial=0)][::-1]

    @cached_property
    def _most_dropped(self) -> int:
        """How many units may be dropped."""
        kept = len(self._messages)
        for dropped, unit in enumerate(self._units):
            kept -= len(unit)
            if kept < self._min_items:
                return dropped
        return len(self._units)

    def _size(self, message: SlotMessage) -> int:
        return message.fixed + (self._measure.of(message.text).tokens if message.text else 0)

    def _within(self, room: int) -> Form | None:
        """The longest legal form of at most `room` tokens, all messages not among them."""
        dropped = self._stuck(room)
        if dropped is None:
            dropped = max(1, bisect_left(self._left, -room, key=lambda tokens: -tokens))
            cut = self._cut(dropped, room)
            if cut is not None:
                return cut
        if dropped > self._most_dropped or not self._least <= self._left[dropped] <= room:
            return None
        return self._form(dropped)

    def _stuck(self, room: int) -> int | None:
        """Where the sticky cut is, if that is a legal form."""
        if self._sticky is None:
            return None
        dropped = sticky_cut(self._sizes, room, self._sticky)
        legal = 0 < dropped <= self._most_dropped and self._least <= self._left[dropped] <= room
        return dropped if legal else None

    def _cut(self, dropped: int, room: int) -> Form | None:
        """The longest form of at most `room` tokens with the last of the dropped units shortened instead."""
        truncation = self._truncation(dropped)
        if truncation is None:
            return None
        spent = self._left[dropped] + self._at_cut(dropped).fixed
        room = min(room, self._left[dropped - 1] - 1) - spent
        cut = truncation.longest(room, self._least - spent, lambda cut: cut.tokens <= room)
        return None if cut is None else self._form(dropped, cut)

    def _shortened(self) -> Iterator[Form]:
        """Legal forms of which one has the fewest tokens of all shortened ones."""
        enough = [at for at in range(1, self._most_dropped + 1) if self._left[at] >= self._least]
        last = enough[-1] if enough else 0
        most = self.full_tokens if self.max_tokens is None else self.max_tokens
        if last and self._left[last] <= most:
            yield self._form(last)
        if last < len(self._units) and (truncation := self._truncation(last + 1)) is not None:
            spent = self._left[last + 1] + self._at_cut(last + 1).fixed
            cut = truncation.shortest(self._least - spent)
            if cut is not None and spent + cut.tokens <= min(most, self._left[last] - 1):
                yield self._form(last + 1, cut)

    def _at_cut(self, dropped: int) -> SlotMessage:
        """The first message of the last unit dropped."""
        return self._messages[self._units[dropped - 1][0]]

    def _truncation(self, dropped: int) -> Truncation | None:
        """The ways to shorten the last of the dropped units; None when it cannot be or need not be shortened."""
        if self._side is None or not 0 < dropped <= min(self._most_dropped + 1, len(self._units)):
            return None
        message = self._at_cut(dropped)
        unit = self._units[dropped - 1]
        kept = sum(map(len, self._units[dropped:])) + 1
        if len(unit) > 1 or not message.text or message.calls or message.answers is not None or kept < self._min_items:
            return None
        if dropped not in self._truncations:
            self._truncations[dropped] = Truncation(self._measure, message.text, self._side, None, is_static=False)
        return self._truncations[dropped]

    def _form(self, dropped: int, cut: Cut | None = None) -> Form:
        """The form without the first units, the last of them cut instead of dropped if there is a cut."""
        tokens = self._left[dropped]
        kept = {at: KeptMessage(at) for unit in self._units[dropped:] for at in unit}
        note = ""
        if cut is not None:
            at = self._units[dropped - 1][0]
            kept[at] = KeptMessage(at, cut.pieces)
            tokens += self._messages[at].fixed + cut.tokens
            note = f", {'first' if at == min(kept) else 'last'} cut in the middle"
            note = note if self._side == "middle" else note.replace("in the middle", f"at the {self._side}")
        if dropped:
            note = f"{len(kept)} of {len(self._messages)} messages{note}"
        left_out = tuple(message.id for at, message in enumerate(self._messages) if at not in kept)
        selection = SlotSelection(tuple(kept[at] for at in sorted(kept)), left_out)
        return Form(Summary(tokens, "", "", tokens, False), selection, note)


def units(messages: Sequence[SlotMessage]) -> list[list[int]]:
    """Positions of the messages that stay together, in order.

    An answer that comes after other messages takes these into the unit, so that no call is sent without its answers.
    """
    found: list[list[int]] = []
    calling: dict[str, int] = {}
    for at, message in enumerate(messages):
        home = len(found)
        if message.answers is not None:
            home = calling.get(message.answers, max(0, home - 1))
        if home == len(found):
            found.append([])
        if home < len(found) - 1:
            found[home:] = [[position for unit in found[home:] for position in unit]]
            calling = {call: min(unit, home) for call, unit in calling.items()}
        found[home].append(at)
        calling.update(dict.fromkeys(message.calls, home))
    return found
