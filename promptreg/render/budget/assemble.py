"""A composition as the planner sees it: every part with its forms, every message with what it costs beyond its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptreg.model.kinds import MESSAGE_ROLES
from promptreg.model.prompt import Message, Slot
from promptreg.model.written import KeyPath
from promptreg.render.budget.forms_of import Variants, items_of, runs_of
from promptreg.render.budget.plan import Layout, PlanMessage, PlanPart
from promptreg.render.budget.slot_forms import SlotForms, SlotMessage
from promptreg.render.budget.text_forms import TextForms
from promptreg.render.compose import ComposedMessage, ComposedPart, Composer
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import Profile
from promptreg.tokens.summary import EMPTY

__all__ = ["Assembled", "Pricing", "Unit", "assemble", "sticky_step"]

_STICKY_SHARE = 8
"""`sticky: true` cuts a history by an eighth of the limit at a time: a choice between cache hits and room lost."""


class Pricing:
    """What messages of a prompt cost beyond the texts that are planned; nothing without a profile."""

    def __init__(self, measure: Measure, profile: Profile | None) -> None:
        self.measure = measure
        self.profile = profile

    def count(self, text: str) -> int:
        """Tokens of a role, a name or a string of a tool call; roles are the same in every render."""
        return (self.measure.static(text) if text in _ROLES else self.measure.of(text)).tokens

    def overhead(self, message: Mapping[str, Any]) -> int:
        """Tokens of a message beyond its text parts."""
        return self.profile.overhead([message], self).messages if self.profile is not None else 0  # type: ignore[arg-type]

    @property
    def reply(self) -> int:
        """Tokens that prime the reply."""
        return self.profile.reply if self.profile is not None else 0


_ROLES = frozenset((*MESSAGE_ROLES, "tool"))


class Unit(NamedTuple):
    """What a part of the layout stands for: part number `part` of a composed message, or the messages of a slot.

    `key` is its place in the file, `messages` are positions in the composition; `overheads` what each message of a
    slot costs beyond its texts.
    """

    id: str
    key: KeyPath
    budget: Mapping[str, Any]
    messages: tuple[int, ...]
    part: int | None
    variants: Variants | None = None
    overheads: tuple[int, ...] = ()

    @property
    def priority(self) -> float | None:
        """The part's own; None: required."""
        return self.budget.get("priority")


class Assembled(NamedTuple):
    """A layout, and for each of its parts what it stands for."""

    layout: Layout
    units: tuple[Unit, ...]


def assemble(
    composer: Composer, composed: Sequence[ComposedMessage], pricing: Pricing, sticky: int | None
) -> Assembled:
    """The layout of a composition. Parts that are skipped or empty are not in it.

    `sticky` are the tokens by which a history is cut at a time, None to cut as little as possible.
    """
    return _Assembler(composer, composed, pricing, sticky).run()


def sticky_step(wish: bool | int | None, limit: int | None) -> int | None:
    """The tokens that `sticky` means at a limit."""
    if wish is True:
        return max(1, limit // _STICKY_SHARE) if limit is not None else None
    return wish or None


class _Assembler:
    def __init__(
        self, composer: Composer, composed: Sequence[ComposedMessage], pricing: Pricing, sticky: int | None
    ) -> None:
        self.composer = composer
        self.composed = composed
        self.pricing = pricing
        self.measure = pricing.measure
        self.sticky = sticky
        self.messages: list[PlanMessage] = []
        self.parts: list[tuple[PlanPart, tuple[str, ...]]] = []
        self.units: list[Unit] = []

    def run(self) -> Assembled:
        at = 0
        for declared in self.composer.program.prompt.messages:
            end = at
            while end < len(self.composed) and self.composed[end].declared is declared:
                end += 1
            if isinstance(declared, Slot):
                self._slot(declared, tuple(range(at, end)))
            else:
                self._message(declared, at)
            at = end
        places = {unit.id: position for position, unit in enumerate(self.units)}
        parts = tuple(
            part._replace(needs=tuple(places[name] for name in needs if name in places)) for part, needs in self.parts
        )
        return Assembled(Layout(tuple(self.messages), parts, self.pricing.reply), tuple(self.units))

    def _message(self, declared: Message, position: int) -> None:
        price = self.pricing.overhead({"role": declared.role, "content": ""})
        self.messages.append(PlanMessage(self.measure.static(declared.separator), price))
        for number, part in enumerate(self.composed[position].parts):
            if part.text:
                self._part(part, position, number)

    def _part(self, part: ComposedPart, position: int, number: int) -> None:
        spec = part.program.part
        variants = Variants(self.composer, part.program)
        forms = TextForms(
            self.measure,
            part.text,
            runs_of(part),
            spec.budget,
            lambda: items_of(part),
            variants.makers,
            (part.fence.opening, part.fence.closing) if part.fence is not None else None,
            joined=part.program.examples is not None,
        )
        priority = spec.budget.get("priority")
        group = spec.budget.get("group")
        name = part.program.label.name if spec.use is not None else spec.fence or ""
        place = len(self.messages) - 1
        self.parts.append((PlanPart(spec.id, place, forms, priority, group, name=name), spec.needs))
        self.units.append(Unit(spec.id, spec.key, spec.budget, (position,), number, variants))

    def _slot(self, declared: Slot, positions: tuple[int, ...]) -> None:
        self.messages.append(PlanMessage(EMPTY))
        if not positions:
            return
        own = [self.composed[position] for position in positions]
        overheads = tuple(self.pricing.overhead(message.raw or {}) for message in own)
        budget = declared.budget
        sticky = self.sticky if budget.get("drop") == "oldest" else None
        messages = [self._slot_message(message, price) for message, price in zip(own, overheads, strict=True)]
        forms = SlotForms(self.measure, messages, budget, sticky, declared.id)
        priority = budget.get("priority")
        place = len(self.messages) - 1
        part = PlanPart(declared.id, place, forms, priority, budget.get("group"), name=declared.input)
        self.parts.append((part, declared.needs))
        self.units.append(Unit(declared.id, declared.key, budget, positions, None, None, overheads))

    def _slot_message(self, message: ComposedMessage, price: int) -> SlotMessage:
        content = message.content
        text = content if isinstance(content, str) else None
        fixed = price + sum(self.measure.of(part).tokens for part in _text_parts(content))
        raw = message.raw or {}
        calls = frozenset(_call_ids(raw.get("tool_calls")))
        answers = raw.get("tool_call_id")
        return SlotMessage(message.item or "", text, fixed, calls, answers)


def _text_parts(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        yield from (part["text"] for part in content if part.get("type") == "text")


def _call_ids(calls: Any) -> Iterator[str]:
    for call in calls or ():
        if isinstance(call, Mapping) and isinstance(call.get("id"), str):
            yield call["id"]
