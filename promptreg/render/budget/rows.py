"""The ledger of a plan: what is sent of each part and what that costs, from the sums that the plan was made with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from promptreg.model.prompt import Message, Prompt, Slot
from promptreg.render.budget.apply import kept_messages
from promptreg.render.budget.assemble import Unit
from promptreg.render.budget.fitting import Fitted
from promptreg.render.budget.form import Piece, Range, Selection
from promptreg.render.budget.forms_of import items_of, runs_of
from promptreg.render.budget.plan import Decision
from promptreg.render.budget.text_forms import ItemSpan
from promptreg.render.compose import ComposedMessage, ComposedPart
from promptreg.render.ledger import ItemRow, PartRow, absent_row, content_texts
from promptreg.render.segment import Label
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import Overhead
from promptreg.tokens.summary import Summary

__all__ = ["plan_overhead", "plan_rows"]


class _Planned(NamedTuple):
    """A part of the plan: what it stands for, what was decided, in which full size it was there."""

    unit: Unit
    decision: Decision
    tokens_full: int
    keeps_at: int | None
    name: str


def plan_overhead(fitted: Fitted) -> Overhead | None:
    """The chat overhead of what is sent; None without a profile."""
    profile = fitted.pricing.profile
    if profile is None:
        return None
    total = 0
    for unit, decision in zip(fitted.assembled.units, fitted.plan.decisions, strict=True):
        if unit.part is None:
            total += sum(unit.overheads[number] for number in kept_messages(decision.form))
    declared = {message.declared.position for message in fitted.messages if message.item is None and message.sent}
    total += sum(fitted.assembled.layout.messages[position].overhead for position in declared)
    return Overhead(total, profile.reply, profile.name)


def plan_rows(fitted: Fitted, prompt: Prompt, root: Label) -> list[PartRow]:
    """The rows of all parts in document order, those that are skipped or empty too.

    Raises AssertionError when they and the overhead do not sum to the total of the plan.
    """
    rows = _Rows(fitted, root).run(prompt)
    overhead = plan_overhead(fitted)
    total = (rows[-1].running_total if rows else 0) + (overhead.messages + overhead.reply if overhead else 0)
    if total != fitted.plan.total or sum(row.tokens + row.seam_tokens for row in rows) != rows[-1].running_total:
        raise AssertionError(f"the rows of the ledger sum to {total} tokens, the plan has {fitted.plan.total}")
    return rows


class _Rows:
    def __init__(self, fitted: Fitted, root: Label) -> None:
        self.fitted = fitted
        self.root = root
        self.measure: Measure = fitted.pricing.measure
        self.planned = dict(self._planned())
        self.total = 0
        self.rows: list[PartRow] = []

    def _planned(self) -> Iterator[tuple[str, _Planned]]:
        fitted = self.fitted
        layout = fitted.assembled.layout
        rows = zip(fitted.assembled.units, layout.parts, fitted.plan.decisions, fitted.keeps_at, strict=True)
        for unit, part, decision, keeps in rows:
            at = keeps.limit + fitted.allowance.reserve if keeps is not None else None
            yield unit.id, _Planned(unit, decision, part.forms.full_tokens, at, part.name)

    def run(self, prompt: Prompt) -> list[PartRow]:
        sent = {message.declared.position: message for message in self.fitted.messages if message.item is None}
        full = {message.declared.position: message for message in self.fitted.full if message.item is None}
        for declared in prompt.messages:
            if isinstance(declared, Slot):
                self._slot(declared)
            else:
                self._message(declared, sent[declared.position].parts, full[declared.position].parts)
        return self.rows

    # -- parts of messages

    def _message(self, declared: Message, sent: Sequence[ComposedPart], full: Sequence[ComposedPart]) -> None:
        start = self.total
        before: Summary | None = None
        separator = self.measure.static(declared.separator)
        for part, whole in zip(sent, full, strict=True):
            planned = self.planned.get(part.program.part.id)
            if planned is None:
                self.rows.append(absent_row(part, self.total))
                continue
            form = planned.decision.form
            alone = form.tokens if form is not None and part.text else 0
            seam = 0
            if form is not None and part.text:
                joined = form.summary
                if before is not None:
                    joined = self.measure.joined((before, separator, form.summary))
                seam = joined.tokens - (before.tokens if before is not None else 0) - alone
                before = joined
                self.total = start + joined.tokens
            self._row(planned, whole.program.label, alone, seam, tuple(self._items(whole, planned)))

    def _items(self, full: ComposedPart, planned: _Planned) -> Iterator[ItemRow]:
        """The items of what is sent: of a variant its own, else all of the part, with what became of each."""
        form = planned.decision.form
        base = full
        pieces: tuple[Piece, ...] | None = ()
        if form is not None:
            selection = form.selection
            assert isinstance(selection, Selection)
            pieces = selection.pieces
            if selection.variant is not None:
                assert planned.unit.variants is not None
                base = planned.unit.variants.part(selection.variant)
        spans = items_of(base)
        for span, runs in zip(spans, _sliced(runs_of(base), spans), strict=True):
            yield ItemRow(span.id, _state(span, base.text, pieces), self.measure.pieces(runs).tokens)

    # -- slots

    def _slot(self, declared: Slot) -> None:
        planned = self.planned.get(declared.id)
        if planned is None:
            self.rows.append(_empty_slot(declared, self.root, self.total))
            return
        unit, form = planned.unit, planned.decision.form
        kept = kept_messages(form)
        alone = form.tokens - sum(unit.overheads[number] for number in kept) if form is not None else 0
        self.total += alone
        items = [
            self._slot_item(self.fitted.full[position], kept.get(number, "dropped"))
            for number, position in enumerate(unit.messages)
        ]
        planned = planned._replace(tokens_full=planned.tokens_full - sum(unit.overheads))
        self._row(planned, self.root, alone, 0, tuple(items))

    def _slot_item(self, message: ComposedMessage, fate: str | tuple[Piece, ...] | None) -> ItemRow:
        state = fate if isinstance(fate, str) else "kept" if fate is None else "shortened"
        tokens = sum(self.measure.of(text).tokens for text in content_texts(message.content))
        return ItemRow(message.item or "", state, tokens)

    def _row(self, planned: _Planned, label: Label, alone: int, seam: int, items: tuple[ItemRow, ...]) -> None:
        decision = planned.decision
        self.rows.append(
            PartRow(
                id=decision.id,
                label=label,
                state=decision.state,
                stage=decision.stage,
                tokens=alone,
                tokens_full=planned.tokens_full,
                seam_tokens=seam,
                running_total=self.total,
                priority=planned.unit.priority,
                reason=_reason(decision),
                items=items,
                missing=decision.missing,
                keeps_at=planned.keeps_at,
                name=planned.name,
            )
        )


def _reason(decision: Decision) -> str:
    """Why it went so, and what is left of a shortened part."""
    form = decision.form
    return f"{decision.reason}: {form.note}" if form is not None and form.note else decision.reason


def _empty_slot(declared: Slot, root: Label, total: int) -> PartRow:
    return PartRow(
        id=declared.id,
        label=root,
        state="kept",
        stage="required",
        tokens=0,
        tokens_full=0,
        seam_tokens=0,
        running_total=total,
        priority=declared.budget.get("priority"),
        reason="empty",
        items=(),
    )


def _state(span: ItemSpan, text: str, pieces: tuple[Piece, ...] | None) -> str:
    """What became of an item; the line ends behind it do not count."""
    if pieces is None:
        return "kept"
    end = max(span.start + 1, span.start + len(text[span.start : span.end].rstrip()))
    ranges = [piece for piece in pieces if isinstance(piece, Range)]
    kept = sum(max(0, min(end, piece.end) - max(span.start, piece.start)) for piece in ranges)
    return "kept" if kept == end - span.start else "shortened" if kept else "dropped"


def _sliced(runs: Sequence[tuple[str, bool]], spans: Sequence[ItemSpan]) -> Iterator[list[tuple[str, bool]]]:
    """The runs of each of some ranges of their text; ranges rise and do not overlap."""
    index = at = 0
    for span in spans:
        found = []
        while index < len(runs):
            text, is_static = runs[index]
            lo, hi = max(span.start - at, 0), min(span.end - at, len(text))
            if lo < hi:
                found.append((text[lo:hi], is_static))
            if at + len(text) > span.end:
                break
            at += len(text)
            index += 1
        yield found
