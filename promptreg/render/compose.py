"""Composition: a program and checked inputs become messages, block by block.

Only the text is made here. Each block keeps what is needed to tell its segments later, so a caller who never asks for
origins does not pay for them. Rendered text is never read as structure: roles, parts, items and fences come from the
program alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from promptreg.errors import ConditionFailed, InputError, LimitExceeded, Problem, RenderError
from promptreg.model.check import Fault, copy_checked, kind_of, path_text
from promptreg.model.kinds import SLOT_ROLES
from promptreg.model.prompt import Message, Slot
from promptreg.render.binding import BoundInput, fixed, value_at
from promptreg.render.fence import Fence, fence_for
from promptreg.render.intake import Count, token_fault
from promptreg.render.program import Condition, PartProgram, Program
from promptreg.template import Binding, Limits, Mark, Meter, Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.render.budget.form import Piece

__all__ = ["ComposedMessage", "ComposedPart", "Composer", "Run", "joined"]


class Run(NamedTuple):
    """Evaluated template text, cut to `text`; `item` is set for a run that is one item as a whole."""

    text: str
    stream: list[str]
    template: Template
    origins: Mapping[str, Binding]
    item: str | None = None

    def written(self, masked: Callable[[str], str], fixed: Collection[str]) -> str:
        """The text with `masked` in place of what expressions printed, but for texts of the registry."""
        pieces = (piece if isinstance(piece, Mark) or piece in fixed else masked(piece) for piece in self.stream)
        return "".join(pieces)[: len(self.text)]


class ComposedPart(NamedTuple):
    """One part of one message: its runs (several for examples), joined by `joiner`, inside an optional fence.

    `state` is kept, shortened, dropped or skipped; a part with an empty `text` takes no room, not even for its fence.
    `pieces` says which ranges of the joined runs make the text, and where marks stand; None: all of them.
    """

    program: PartProgram
    state: str
    runs: tuple[Run, ...]
    joiner: str
    fence: Fence | None
    text: str
    pieces: tuple[Piece, ...] | None = None

    @property
    def present(self) -> bool:
        """Whether the part puts anything into its message."""
        return bool(self.text)

    @property
    def fenced(self) -> str:
        """The text as it stands in its message."""
        fence = self.fence
        return self.text if fence is None else f"{fence.opening}{self.text}{fence.closing}"

    def written(self, masked: Callable[[str], str]) -> str:
        """The text as it stands in its message, with `masked` in place of what expressions printed, and of examples."""
        if self.program.examples is not None:
            text = masked(self.text)
        else:
            text = self.joiner.join(run.written(masked, self.program.fixed) for run in self.runs)
        fence = self.fence
        return text if fence is None else f"{fence.opening}{text}{fence.closing}"


class ComposedMessage(NamedTuple):
    """A declared message or one message of a slot (`item` is then set). `content` None: it is not sent.

    `number` counts the messages of a slot from 1, also those that are left out. `pieces` are what is kept of the
    content `full` of a message that was cut.
    """

    declared: Message | Slot
    content: Any
    role: str
    parts: tuple[ComposedPart, ...]
    item: str | None = None
    raw: Mapping[str, Any] | None = None
    number: int | None = None
    pieces: tuple[Piece, ...] | None = None
    full: str | None = None

    @property
    def sent(self) -> bool:
        """Whether there is a message at all."""
        return self.content is not None or self.raw is not None


class Composer:
    """Evaluates the parts of one render, for checked inputs; what they may take is counted together."""

    def __init__(self, program: Program, values: Mapping[str, Any], limits: Limits, count: Count) -> None:
        self.program = program
        self.values = values
        self.meter = Meter(limits)
        self.limit = limits.output
        self.count = count
        self.size = 0

    def messages(self) -> list[ComposedMessage]:
        """The messages of the program, in order, with all parts in full, those that are not sent included.

        Raises ConditionFailed when a pre-condition is false, RenderError and LimitExceeded from templates.
        """
        for condition in self.program.requires:
            if not self._holds(condition):
                raise ConditionFailed([_at(self.program, condition, ConditionFailed.code, "does not hold: ")])
        found: list[ComposedMessage] = []
        for message, parts in zip(self.program.prompt.messages, self.program.parts, strict=True):
            if isinstance(message, Slot):
                found.extend(self._slot(message))
            else:
                found.append(self._message(message, parts))
        return found

    def _holds(self, condition: Condition) -> bool:
        value = condition.expression.value(self.values, self.meter)
        if type(value) is not bool:
            reason = f"must be true or false, not {kind_of(value)}: "
            raise RenderError([_at(self.program, condition, RenderError.code, reason)])
        return value

    def _slot(self, slot: Slot) -> list[ComposedMessage]:
        found = []
        for number, raw in enumerate(self.values[slot.input], start=1):
            role = raw["role"]
            if role not in slot.roles:
                key = path_text((slot.input, number - 1, "role"))
                raise InputError.at(f"must be one of {', '.join(slot.roles or SLOT_ROLES)}", key=key)
            content = raw["content"]
            self._grow(len(content) if isinstance(content, str) else 0)
            item = f"{slot.position}#{number}"
            found.append(ComposedMessage(slot, content, role, (), item, raw, number))
        return found

    def _message(self, message: Message, programs: tuple[PartProgram, ...]) -> ComposedMessage:
        parts = tuple(map(self._part, programs))
        found = joined(message, parts)
        self._grow(len(found.content or ""))
        return found

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > self.limit:
            raise LimitExceeded(
                f"the rendered prompt is longer than {self.limit:,} characters", limit="output", allowed=self.limit
            )

    def _part(self, program: PartProgram) -> ComposedPart:
        if program.when is not None and not self._holds(program.when):
            return ComposedPart(program, "skipped", (), "", None, "")
        return self.form(program)

    def form(self, program: PartProgram) -> ComposedPart:
        """A part, or a variant of one, in full; its condition is not asked."""
        values = self.values if program.bound is None else self._bound(program, program.bound)
        if program.examples is None:
            runs: tuple[Run, ...] = (self._run(program, values, program.origins, None),)
            joiner, text = "", runs[0].text
        else:
            runs = self._examples(program, values)
            joiner = program.examples.separator
            text = joiner.join(run.text for run in runs if run.text)
        name = program.part.fence
        fence = fence_for(name, program.part.id, text) if name and text else None
        return ComposedPart(program, "kept", runs, joiner, fence, text)

    def _run(
        self, program: PartProgram, values: Mapping[str, Any], origins: Mapping[str, Binding], item: str | None
    ) -> Run:
        stream = program.template.stream(values, self.meter)
        return Run("".join(stream).rstrip("\r\n"), stream, program.template, origins, item)

    def _examples(self, program: PartProgram, values: Mapping[str, Any]) -> tuple[Run, ...]:
        component = program.examples
        assert component is not None
        runs = []
        for index, example in enumerate(component.examples):
            origins = {**program.origins, "example": fixed(component.written, ("examples", index), example.fields)}
            item = f"{program.part.id}#{index + 1}"
            runs.append(self._run(program, {**values, "example": example.fields}, origins, item))
        return tuple(runs)

    def _bound(self, program: PartProgram, bound: tuple[BoundInput, ...]) -> dict[str, Any]:
        """The inputs of a used component, checked against its own declarations where the prompt's do not cover them."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for item in bound:
            if item.path is None:
                values[item.name] = item.value
                continue
            is_own = item.path == (item.name,)
            value = self.values[item.name] if is_own else value_at(self.values, item, self.program.prompt)
            if item.check is not None:
                faults: list[Fault] = []
                value = copy_checked(value, item.check.schema, item.path, faults)
                faults.extend(token_fault(value, item.check, self.count))
                problems.extend(self._declared(program, item, fault) for fault in faults)
            values[item.name] = value
        if problems:
            raise InputError(problems)
        return values

    def _declared(self, program: PartProgram, item: BoundInput, fault: Fault) -> Problem:
        """The fault at the place where the used component declares its input; the key is that of the prompt's."""
        component = self.program.closure.members[program.label.name]
        place = component.written.location(("inputs", item.name), key=True)
        key = path_text(fault.at)
        return Problem(InputError.code, fault.message, place.path, place.line, place.column, key, fault.suggestion)


def joined(message: Message, parts: tuple[ComposedPart, ...]) -> ComposedMessage:
    """A message of these parts."""
    texts = [part.fenced for part in parts if part.text]
    return ComposedMessage(message, message.separator.join(texts) if texts else None, message.role, parts)


def _at(program: Program, condition: Condition, code: str, reason: str) -> Problem:
    place = program.prompt.written.location(condition.key)
    key = path_text(condition.key)
    return Problem(code, reason + condition.text, place.path, place.line, place.column, key)
