"""The exact total of a layout while forms are put into it and taken out again."""

from __future__ import annotations

from collections.abc import Sequence

from promptreg.render.budget.form import Form
from promptreg.render.budget.plan import Layout
from promptreg.tokens.joined import Joined
from promptreg.tokens.measure import Measure
from promptreg.tokens.summary import Summary

__all__ = ["Choice", "Tally"]


Choice = tuple[int, Form | None]
"""A part, by its position in the layout, and the form in which to send it; None is not to send it. A plain tuple: one
is made for every form that is tried."""


class Tally:
    """What is sent so far, and what it costs.

    Invariant: `total` is the layout's overhead plus, for every message with a part that has text, the exact count of
    those parts joined and the message's own overhead. A form without text counts like a part that is not sent.
    A message with room for one part only needs no joining, so it gets none.
    """

    __slots__ = ("_joined", "_message", "_overhead", "_place", "_tried", "forms", "total")

    def __init__(self, layout: Layout, measure: Measure) -> None:
        sizes = [0] * len(layout.messages)
        places = []
        for part in layout.parts:
            places.append(sizes[part.message])
            sizes[part.message] += 1
        self._message = [part.message for part in layout.parts]
        self._overhead = [message.overhead for message in layout.messages]
        self._place = places
        self._joined = [
            Joined(measure, message.separator, size) if size > 1 else None
            for message, size in zip(layout.messages, sizes, strict=True)
        ]
        self._tried: tuple[Choice, int] | None = None
        self.forms: list[Form | None] = [None] * len(layout.parts)
        self.total = layout.overhead

    def put(self, choice: Choice) -> None:
        """Send the part in this form from now on. Putting what was tried last costs no second look."""
        position, form = choice
        tried, self._tried = self._tried, None
        self.total = tried[1] if tried is not None and tried[0] is choice else self.total + self._change(position, form)
        joined = self._joined[self._message[position]]
        if joined is not None:
            joined.put(self._place[position], _text(form))
        self.forms[position] = form

    def total_with(self, choices: Sequence[Choice]) -> int:
        """The total if all of these were put; nothing is changed."""
        if len(choices) == 1:
            total = self.total + self._change(*choices[0])
            self._tried = (choices[0], total)
            return total
        before = [(position, self.forms[position]) for position, _ in choices]
        for choice in choices:
            self.put(choice)
        total = self.total
        for choice in reversed(before):
            self.put(choice)
        return total

    def _change(self, position: int, form: Form | None) -> int:
        """Tokens that putting the form would add to the total; negative when it is the shorter one."""
        number = self._message[position]
        held = _text(self.forms[position])
        text = form.summary if form is not None and form.summary.tokens else None
        joined = self._joined[number]
        if joined is None:
            change = (text.tokens if text else 0) - (held.tokens if held else 0)
            others = 0
        else:
            change = joined.cost(self._place[position], text) - joined.total
            others = joined.present - (held is not None)
        if not others:
            change += ((text is not None) - (held is not None)) * self._overhead[number]
        return change


def _text(form: Form | None) -> Summary | None:
    """What the form adds to its message, None for nothing at all."""
    return form.summary if form is not None and form.summary.tokens else None
