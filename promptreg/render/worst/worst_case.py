"""How many tokens a prompt can have at most, part by part, and whether what is required always fits its budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from promptreg.model.prompt import Message, Part, Prompt, Slot
from promptreg.render.budget.allowance import Allowance
from promptreg.render.budget.assemble import Pricing
from promptreg.render.program import Condition, Program
from promptreg.render.rendered import PromptPin
from promptreg.render.segment import Label
from promptreg.render.stable_prefix import PrefixEnd, PrefixMessage, PrefixPart, StablePrefix, find_prefix
from promptreg.render.worst.parts import PartWorst, slot_worst, text_worst
from promptreg.render.worst.shapes import prompt_shapes
from promptreg.template.bounds import Gap, Outline, Share, cost_of, gap_of, joined, optional
from promptreg.text import Location
from promptreg.tokens.ceiling import TokenCeiling
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import Overhead, Profile

__all__ = ["WorstCase", "WorstRow", "worst_case"]

_SHORTENED = ("truncate", "variants", "drop", "min_items", "max_tokens")
"""Keys of a budget by which another form may stand for the full text."""


class WorstRow(NamedTuple):
    """One part or slot. `static` are tokens of its text that no input changes.

    `most` is what the part can add to the prompt, separators, fence and seams included; None: no limit. `shares` are
    the values that it prints, by falling cost. A part without `priority`, or one that such a part brings along, is
    `required`; `optional` says that it may also be left out by its `when`.
    """

    id: str
    label: Label
    static: int
    most: int | None
    required: bool
    conditional: bool
    shares: tuple[Share, ...]


class WorstCase(NamedTuple):
    """The rows in document order and what they sum up to, with the chat overhead; None: no limit.

    `required` is the most tokens of the required parts in their shortest forms: what the budget must leave room for.
    `risks` say why they may not fit all the same, in words; without risks they always do. `prefix` is what stands
    before the first text that inputs or the budget can change.
    """

    prompt: PromptPin
    rows: tuple[WorstRow, ...]
    overhead: Overhead | None
    total: int | None
    required: int | None
    tokens: int | None
    reserve: int
    counter: str
    exact: bool
    risks: tuple[str, ...]
    prefix: StablePrefix

    @property
    def limit(self) -> int | None:
        """The budget less its reserve."""
        return None if self.tokens is None else self.tokens - self.reserve


def worst_case(program: Program, ref: str, measure: Measure, profile: Profile | None, allowed: Allowance) -> WorstCase:
    """The worst case of a prompt under a budget.

    The bounds are sound for what the tokenizer is measured to do (`tokens.ceiling`): no render of inputs that fit
    their declarations has more tokens.
    """
    return _Worst(program, ref, measure, profile, allowed).run()


class _Unit(NamedTuple):
    """A part or slot of the prompt, at its largest."""

    declared: Part | Slot
    label: Label
    worst: PartWorst
    when: Condition | None

    @property
    def conditional(self) -> bool:
        return self.when is not None


class _Worst:
    def __init__(
        self, program: Program, ref: str, measure: Measure, profile: Profile | None, allowed: Allowance
    ) -> None:
        self.program = program
        self.ref = ref
        self.prompt: Prompt = program.prompt
        self.measure = measure
        self.profile = profile
        self.allowed = allowed
        self.ceiling = TokenCeiling(measure)
        self.shapes = prompt_shapes(self.prompt)
        units = [self._units(number) for number in range(len(self.prompt.messages))]
        self.units: list[list[_Unit]] = units
        self.required = _required([unit.declared for own in units for unit in own])
        self.is_planned = allowed.tokens is not None or any(
            "max_tokens" in unit.declared.budget for own in units for unit in own
        )

    def run(self) -> WorstCase:
        rows = tuple(row for number, own in enumerate(self.units) for row in self._rows(number, own))
        overhead = self._overhead(self.prompt.messages)
        around = overhead.messages + overhead.reply if overhead is not None else 0
        required = self._required_total()
        pin = self.program.closure.pin
        return WorstCase(
            prompt=PromptPin(pin.name, pin.shown, pin.digest, self.ref),
            rows=rows,
            overhead=overhead,
            total=_sum([around, *(row.most for row in rows)]),
            required=required,
            tokens=self.allowed.tokens,
            reserve=self.allowed.reserve,
            counter=self.measure.counter.id,
            exact=self.measure.exact,
            risks=tuple(self._risks(required)),
            prefix=find_prefix(tuple(map(self._prefix_message, self.prompt.messages, self.units)), self._count),
        )

    def _count(self, text: str) -> int:
        return self.measure.static(text).tokens

    def _units(self, number: int) -> list[_Unit]:
        declared = self.prompt.messages[number]
        if isinstance(declared, Slot):
            spec = self.prompt.inputs[declared.input]
            place = self.prompt.written.location(declared.key)
            worst = slot_worst(declared, place, self.profile, spec.max_tokens)
            return [_Unit(declared, self.program.label, worst, None)]
        return [
            _Unit(part.part, part.label, text_worst(part, self.shapes, self.ceiling, self.measure), part.when)
            for part in self.program.parts[number]
        ]

    def _rows(self, number: int, units: Sequence[_Unit]) -> Iterable[WorstRow]:
        """The rows of a message: what each part adds to those before it; of one without limit, only the seams."""
        separator = self._separator(number)
        before = 0
        sent: list[Outline] = []
        for unit in units:
            outline = self._outline(unit, unit.worst.full)
            gap = gap_of(outline, self.ceiling)
            sent.append(outline if gap.tokens is not None else Outline((gap._replace(tokens=0),)))
            total = cost_of(joined(sent, separator, self.ceiling), self.ceiling) or 0
            most = total - before if gap.tokens is not None else None
            before = total
            yield WorstRow(
                id=unit.declared.id,
                label=unit.label,
                static=unit.worst.static,
                most=most,
                required=unit.declared.id in self.required,
                conditional=unit.conditional,
                shares=_by_cost(gap.shares),
            )

    def _outline(self, unit: _Unit, outline: Outline) -> Outline:
        """The outline of a part as it stands among others: one gap if it may be missing or sent in another form."""
        if not outline.pieces or isinstance(unit.declared, Slot):
            return outline
        shortened, dropped = self._is_shortened(unit), self._is_dropped(unit)
        if not (shortened or dropped or unit.conditional):
            return outline
        gap = optional(outline, self.ceiling) if dropped or unit.conditional else gap_of(outline, self.ceiling)
        if shortened and gap.tokens is not None:
            gap = gap._replace(tokens=gap.tokens + 2 * self.ceiling.seam)
        return Outline((gap,))

    def _is_shortened(self, unit: _Unit) -> bool:
        return self.is_planned and any(key in unit.declared.budget for key in _SHORTENED)

    def _is_dropped(self, unit: _Unit) -> bool:
        return self.allowed.tokens is not None and unit.declared.id not in self.required

    def _prefix_message(self, message: Message | Slot, units: Sequence[_Unit]) -> PrefixMessage:
        parts = tuple(map(self._prefix_part, units))
        if isinstance(message, Slot):
            return PrefixMessage("", "", parts)
        return PrefixMessage(message.role, message.separator, parts)

    def _prefix_part(self, unit: _Unit) -> PrefixPart:
        """The text of a part that is always the same, or what it begins with."""
        declared, outline = unit.declared, unit.worst.full
        written = self.prompt.written
        place = written.location(declared.key)
        if isinstance(declared, Slot):
            return PrefixPart(declared.id, None, PrefixEnd(declared.id, "is passed in", (declared.input,), place))
        if unit.when is not None:
            names = sorted({str(path[0]) for path in unit.when.expression.reads})
            reason = f"is sent only when {unit.when.text}"
            end = PrefixEnd(declared.id, reason, tuple(names), written.location(unit.when.key))
            return PrefixPart(declared.id, None, end)
        if self._is_dropped(unit) or self._is_shortened(unit):
            reason = "may be left out or shortened to fit the budget"
            return PrefixPart(declared.id, None, PrefixEnd(declared.id, reason, (), place))
        first = outline.pieces[0] if outline.pieces else ""
        head = first if isinstance(first, str) else ""
        if outline.text is not None:
            return PrefixPart(declared.id, head, None)
        share = next((piece.shares[0] for piece in outline.pieces if isinstance(piece, Gap) and piece.shares), None)
        if share is None:
            return PrefixPart(declared.id, head, PrefixEnd(declared.id, "depends on a condition", (), place))
        return PrefixPart(declared.id, head, PrefixEnd(declared.id, f"prints {share.expression}", (), share.place))

    def _separator(self, number: int) -> str:
        declared = self.prompt.messages[number]
        return declared.separator if isinstance(declared, Message) else ""

    def _required_total(self) -> int | None:
        """The most that required parts need in their shortest forms, with the overhead of their messages."""
        sums: list[int | None] = []
        messages = []
        for number, own in enumerate(self.units):
            kept = [unit for unit in own if unit.declared.id in self.required]
            outlines = [
                Outline((optional(unit.worst.shortest, self.ceiling),)) if unit.conditional else unit.worst.shortest
                for unit in kept
            ]
            if any(outline.pieces for outline in outlines):
                messages.append(self.prompt.messages[number])
                sums.append(cost_of(joined(outlines, self._separator(number), self.ceiling), self.ceiling))
        overhead = self._overhead(messages)
        return _sum([*sums, overhead.messages + overhead.reply if overhead is not None else 0])

    def _overhead(self, messages: Iterable[Message | Slot]) -> Overhead | None:
        if self.profile is None:
            return None
        roles = [message.role for message in messages if isinstance(message, Message)]
        return Overhead(sum(map(self._around, roles)), self.profile.reply, self.profile.name)

    def _around(self, role: str) -> int:
        return Pricing(self.measure, self.profile).overhead({"role": role, "content": ""})

    def _risks(self, required: int | None) -> Iterable[str]:
        for own in self.units:
            for unit in own:
                if unit.worst.risk and unit.declared.id in self.required:
                    yield unit.worst.risk
        limit = self.allowed.limit
        if limit is None:
            return
        if required is None:
            yield "the required parts have no limit"
        elif required > limit:
            yield f"the required parts can have {required} tokens, {required - limit} more than there is room for"


def _by_cost(shares: Iterable[Share]) -> tuple[Share, ...]:
    """One share for each expression and place, the costliest first, those without limit before all others."""
    found: dict[tuple[str, Location], Share] = {}
    for share in shares:
        key = share.expression, share.place
        same = found.get(key)
        found[key] = share if same is None else same.plus(share)
    return tuple(sorted(found.values(), key=lambda share: (share.tokens is not None, -(share.tokens or 0))))


def _required(units: Sequence[Part | Slot]) -> frozenset[str]:
    """The ids of the parts that must be sent: those without priority, their groups, what these need, and so on."""
    by_id = {unit.id: unit for unit in units}
    groups: dict[str, list[str]] = {}
    for unit in units:
        if "group" in unit.budget:
            groups.setdefault(unit.budget["group"], []).append(unit.id)
    found: set[str] = set()
    waiting = [unit.id for unit in units if unit.budget.get("priority") is None]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            unit = by_id[here]
            waiting += [*unit.needs, *groups.get(unit.budget.get("group", ""), ())]
    return frozenset(found)


def _sum(values: Iterable[int | None]) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total
