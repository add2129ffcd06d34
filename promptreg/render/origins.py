"""Messages to segments: run only when somebody asks where text came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from promptreg.model.prompt import Message, Slot
from promptreg.render.compose import ComposedMessage, ComposedPart
from promptreg.render.part_origins import Here, PartOrigins, glue
from promptreg.render.program import Program
from promptreg.render.segment import Segment

__all__ = ["Traced", "Volatile", "trace"]


class Volatile(NamedTuple):
    """A place whose text or presence depends on inputs: `offset` code points into emitted message `message`."""

    message: int
    offset: int


class Traced(NamedTuple):
    """The segments of all messages in order, those of each part, and the first volatile place (None: all static)."""

    segments: tuple[Segment, ...]
    by_part: Mapping[str, tuple[Segment, ...]]
    volatile: Volatile | None


def trace(
    program: Program,
    messages: Iterable[ComposedMessage],
    absent: frozenset[str],
    unstable: frozenset[str] = frozenset(),
) -> Traced:
    """Say for every character of every sent message where it came from.

    `absent` names the inputs that the caller did not give: what they print is text of the prompt's own defaults.
    `unstable` are the ids of parts whose presence or length depends on the room that inputs leave.
    """
    return _Tracer(program, absent, unstable).run(messages)


class _Tracer:
    def __init__(self, program: Program, absent: frozenset[str], unstable: frozenset[str]) -> None:
        self.program = program
        self.unstable = unstable
        self.parts = PartOrigins(program, absent)
        self.segments: list[Segment] = []
        self.by_part: dict[str, list[Segment]] = {}
        self.volatile: Volatile | None = None
        self.emitted = 0
        self.at = 0

    def run(self, messages: Iterable[ComposedMessage]) -> Traced:
        slots = set()
        for message in messages:
            if isinstance(message.declared, Slot):
                slots.add(message.declared.input)
                self._mark()
                self._slot_message(message, message.declared)
            else:
                self._missed_slots(message.declared, slots)
                self._message(message, message.declared)
        self._missed_slots(None, slots)
        by_part = {name: tuple(found) for name, found in self.by_part.items()}
        return Traced(tuple(self.segments), by_part, self.volatile)

    def _missed_slots(self, until: Message | None, seen: set[str]) -> None:
        """An empty slot leaves no message, but what follows still depends on it."""
        for declared in self.program.prompt.messages:
            if declared is until:
                return
            if isinstance(declared, Slot) and declared.input not in seen:
                seen.add(declared.input)
                self._mark()

    def _mark(self, further: int = 0) -> None:
        if self.volatile is None:
            self.volatile = Volatile(self.emitted, self.at + further)

    def _slot_message(self, message: ComposedMessage, declared: Slot) -> None:
        found = self.parts.slot_message(message, Here(self.emitted, 0))
        self.segments.extend(found)
        self.by_part.setdefault(declared.id, []).extend(found)
        self.emitted += 1

    def _message(self, message: ComposedMessage, declared: Message) -> None:
        present = 0
        for part in message.parts:
            when = part.program.when
            if part.program.part.id in self.unstable or (when is not None and when.expression.reads):
                self._mark()
            if part.state == "skipped":
                continue
            if part.present:
                if present and declared.separator:
                    self._separator(declared)
                present += 1
            self._part(part)
        if message.content is not None:
            assert self.at == len(message.content)
            self.emitted += 1
        self.at = 0

    def _separator(self, declared: Message) -> None:
        place, here = self._place(declared), Here(self.emitted, self.at)
        self.segments.append(glue(declared.separator, "separator", None, self.program.label, place, here))
        self.at = self.segments[-1].end

    def _place(self, declared: Message) -> tuple[int, int]:
        """Where the separator of a message is written, or else the message itself."""
        written = self.program.prompt.written
        key = ("messages", declared.position, "separator")
        try:
            return written.scalar_span(key)
        except KeyError:
            start, _ = written.scalar_span(key[:2])
            return start, start

    def _part(self, part: ComposedPart) -> None:
        if self.volatile is None:
            offset = self.parts.volatile(part)
            if offset is not None:
                self._mark((len(part.fence.opening) if part.fence is not None else 0) + offset)
        found = self.parts.fenced(part, Here(self.emitted, self.at)) if part.present else []
        self.segments += found
        self.at += len(part.fenced) if part.present else 0
        self.by_part[part.program.part.id] = found
