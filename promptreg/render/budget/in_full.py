"""Whether a composition surely fits in full, told without counting a single value.

A token of an exact counter is at least one byte, so a text never has more tokens than bytes. Of static text the count
between its hard boundaries is known (see `promptreg.tokens.summary`), and only its ends may merge with what stands
around them. So the counts inside of static texts and the bytes of everything else are a bound, which needs no
tokenizer once the static texts are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptreg.model.prompt import Message
from promptreg.render.budget.allowance import Allowance
from promptreg.render.budget.forms_of import runs_of
from promptreg.render.compose import ComposedMessage, ComposedPart
from promptreg.render.ledger import content_texts
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import Profile

__all__ = ["surely_fits"]


def surely_fits(
    composed: Sequence[ComposedMessage], measure: Measure, profile: Profile | None, allowed: Allowance
) -> bool:
    """Whether every part is sent in full within these limits and its own, whatever an exact count would say.

    False where that cannot be told without counting; always so for a counter that does not promise whole bytes.
    """
    if not getattr(measure.counter, "has_whole_bytes", False):
        return False
    bound = _Bound(measure, profile)
    slots: dict[int, int] = {}
    total = profile.reply if profile is not None else 0
    for message in composed:
        if isinstance(message.declared, Message):
            tokens = bound.message(message)
            if tokens is None:
                return False
        else:
            tokens = bound.slot_message(message)
            slot = id(message.declared)
            slots[slot] = slots.get(slot, 0) + tokens
            if slots[slot] > message.declared.budget.get("max_tokens", slots[slot]):
                return False
        total += tokens
    return allowed.limit is None or total <= allowed.limit


class _Bound:
    """Upper bounds in tokens; as a counter, the bytes of a text."""

    id = "bytes"
    kind = "approximate"

    def __init__(self, measure: Measure, profile: Profile | None) -> None:
        self.measure = measure
        self.profile = profile

    def count(self, text: str) -> int:
        """The bytes of a text: it has no more tokens. A lone surrogate counts as U+FFFD, which has three bytes too."""
        return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))

    def message(self, message: ComposedMessage) -> int | None:
        """A declared message with all its parts; None when one of them may be over a limit of its own."""
        if not message.sent:
            return 0
        total = 0
        for part in message.parts:
            if part.text:
                tokens = self._part(part)
                if tokens > part.program.part.budget.get("max_tokens", tokens):
                    return None
                total += tokens + self.count(message.declared.separator)  # type: ignore[union-attr]
        return total + self._around({"role": message.role})

    def slot_message(self, message: ComposedMessage) -> int:
        """A message of a slot."""
        return sum(map(self.count, content_texts(message.content))) + self._around(message.raw or {})

    def _part(self, part: ComposedPart) -> int:
        total = sum(self._static(text) if is_static else self.count(text) for text, is_static in runs_of(part))
        fence = part.fence
        return total if fence is None else total + self.count(fence.opening) + self.count(fence.closing)

    def _static(self, text: str) -> int:
        found = self.measure.static(text)
        return self.count(text) if found.soft else self.count(found.head) + found.core + self.count(found.tail)

    def _around(self, message: Mapping[str, Any]) -> int:
        """What a message costs beyond its text parts."""
        return self.profile.overhead([message], self).messages if self.profile is not None else 0  # type: ignore[arg-type]
