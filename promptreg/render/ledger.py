"""The ledger: what each part of a rendered prompt costs, and why it is there. Rows and overhead sum to the total.

Here it is made for a prompt without a budget, by counting texts; `budget.rows` makes it from a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from promptreg.model.digest import json_digest
from promptreg.model.prompt import Message, Prompt, Slot
from promptreg.render.compose import ComposedMessage, ComposedPart
from promptreg.render.origins import Traced
from promptreg.render.segment import Label, Segment, segment_text
from promptreg.tokens.counter import Counter
from promptreg.tokens.profile import Overhead

__all__ = [
    "ItemRow",
    "Ledger",
    "PartRow",
    "TokenCount",
    "absent_row",
    "content_texts",
    "make_ledger",
    "stable_prefix",
]


class ItemRow(NamedTuple):
    """One item of a part: an example, a bullet, or a message of a slot.

    `state` is kept, shortened (cut) or dropped; `tokens` counts its whole text alone, whatever the state.
    """

    id: str
    state: str
    tokens: int


class PartRow(NamedTuple):
    """One row of the ledger: what is sent of a part.

    `state` is kept, shortened, dropped or skipped, `stage` required, core or filler (None: not sent). `tokens` counts
    what is sent alone, `tokens_full` the part in full; `seam_tokens` is what joining it adds or saves.
    `running_total` is the exact count of all contents up to and with this part, without chat overhead. `missing` are
    the tokens that a dropped part lacked at its shortest, `keeps_at` the smallest budget that keeps it in full.
    `name` is what people call it where that says more than the component: the fence of a text, the input of a slot.
    """

    id: str
    label: Label
    state: str
    stage: str | None
    tokens: int
    tokens_full: int
    seam_tokens: int
    running_total: int
    priority: float | None
    reason: str
    items: tuple[ItemRow, ...]
    missing: int = 0
    keeps_at: int | None = None
    name: str = ""

    @property
    def called(self) -> str:
        """Its id, and the name that says most."""
        return f"{self.id} {self.name or self.label.name}"

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of design section 6."""
        return {
            "id": self.id,
            "component": self.label.name,
            "version": self.label.version,
            "state": self.state,
            "stage": self.stage,
            "tokens": self.tokens,
            "tokens_full": self.tokens_full,
            "seam_tokens": self.seam_tokens,
            "running_total": self.running_total,
            "priority": self.priority,
            "reason": self.reason,
            "missing": self.missing,
            "keeps_at": self.keeps_at,
            "items": [item._asdict() for item in self.items],
        }


class TokenCount(NamedTuple):
    """Token figures of a whole prompt. `limit` is the budget less the reserve, None without a budget.

    `stable_prefix` are the tokens before the first place whose text or presence depends on inputs, and
    `stable_prefix_digest` the SHA-256 of the messages up to there.
    """

    total: int
    limit: int | None
    reserve: int | None
    counter: str
    exact: bool
    stable_prefix: int
    stable_prefix_digest: str


class Ledger(NamedTuple):
    """Rows in document order, chat overhead, and the totals."""

    parts: tuple[PartRow, ...]
    overhead: Overhead | None
    tokens: TokenCount


def make_ledger(
    messages: Sequence[ComposedMessage],
    traced: Traced,
    counter: Counter,
    overhead: Overhead | None,
    prompt: Prompt,
    root: Label,
) -> Ledger:
    """Count every part alone and joined. One count per part, item and message prefix; slots are counted per message."""
    rows = _Rows(traced, counter, root).run(prompt.messages, messages)
    added = overhead.messages + overhead.reply if overhead else 0
    total = (rows[-1].running_total if rows else 0) + added
    stable, digest = stable_prefix(messages, traced, counter.count)
    exact = counter.kind == "exact"
    return Ledger(tuple(rows), overhead, TokenCount(total, None, None, counter.id, exact, stable, digest))


def stable_prefix(messages: Sequence[ComposedMessage], traced: Traced, count: Callable[[str], int]) -> tuple[int, str]:
    """Tokens of contents before the first place that depends on an input, and the digest of these messages."""
    prefix: list[list[str]] = []
    total = 0
    sent = (message for message in messages if message.sent)
    for number, message in enumerate(sent):
        volatile = traced.volatile
        if volatile is not None and number > volatile.message:
            break
        text = message.content if isinstance(message.content, str) else ""
        if volatile is not None and number == volatile.message:
            text = text[: volatile.offset]
            if not text:
                break
        total += count(text)
        prefix.append([message.role, text])
    return total, json_digest(prefix)


class _Rows:
    def __init__(self, traced: Traced, counter: Counter, root: Label) -> None:
        self.traced = traced
        self.counter = counter
        self.root = root
        self.total = 0
        self.rows: list[PartRow] = []

    def run(self, declared: Sequence[Message | Slot], messages: Sequence[ComposedMessage]) -> list[PartRow]:
        by_position: dict[int, list[ComposedMessage]] = {}
        for message in messages:
            by_position.setdefault(message.declared.position, []).append(message)
        for item in declared:
            found = by_position.get(item.position, [])
            if isinstance(item, Slot):
                self._slot(item, found)
            else:
                self._message(found[0], item)
        return self.rows

    def _slot(self, slot: Slot, messages: list[ComposedMessage]) -> None:
        items = []
        for message in messages:
            tokens = sum(map(self.counter.count, content_texts(message.content)))
            items.append(ItemRow(message.item or "", "kept", tokens))
        alone = sum(item.tokens for item in items)
        self.total += alone
        priority = slot.budget.get("priority")
        self._row(str(slot.position), self.root, alone, 0, tuple(items), priority)

    def _message(self, message: ComposedMessage, declared: Message) -> None:
        before = 0
        start = self.total
        text = ""
        for part in message.parts:
            segments = self.traced.by_part.get(part.program.part.id, ())
            own = segment_text(segments)
            if not own:
                self.rows.append(absent_row(part, self.total))
                continue
            text += (declared.separator if text else "") + own
            joined = self.counter.count(text)
            alone = self.counter.count(own)
            self.total = start + joined
            items = self._items(segments)
            self._row(
                part.program.part.id,
                part.program.label,
                alone,
                joined - before - alone,
                items,
                part.program.part.budget.get("priority"),
            )
            before = joined

    def _items(self, segments: tuple[Segment, ...]) -> tuple[ItemRow, ...]:
        texts: dict[str, str] = {}
        for segment in segments:
            if segment.item is not None:
                texts[segment.item] = texts.get(segment.item, "") + segment.text
        return tuple(ItemRow(item, "kept", self.counter.count(text)) for item, text in texts.items())

    def _row(
        self, part: str, label: Label, alone: int, seam: int, items: tuple[ItemRow, ...], priority: float | None
    ) -> None:
        reason = "required" if priority is None else "no budget given"
        self.rows.append(
            PartRow(
                id=part,
                label=label,
                state="kept",
                stage="required",
                tokens=alone,
                tokens_full=alone,
                seam_tokens=seam,
                running_total=self.total,
                priority=priority,
                reason=reason,
                items=items,
            )
        )


def absent_row(part: ComposedPart, running_total: int) -> PartRow:
    """The row of a part that is skipped or has no text."""
    skipped = part.state == "skipped"
    reason = f"when: {part.program.when.text}" if part.program.when and skipped else "empty"
    spec = part.program.part
    return PartRow(
        id=spec.id,
        label=part.program.label,
        state="skipped" if skipped else "kept",
        stage=None if skipped else "required",
        tokens=0,
        tokens_full=0,
        seam_tokens=0,
        running_total=running_total,
        priority=spec.budget.get("priority"),
        reason=reason,
        items=(),
    )


def content_texts(content: Any) -> list[str]:
    """The texts of a message's content."""
    if isinstance(content, str):
        return [content]
    if isinstance(content, list):
        return [part["text"] for part in content if part.get("type") == "text"]
    return []
