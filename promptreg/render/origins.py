"""Blocks to segments: run only when somebody asks where text came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Message, Slot
from promptreg.render.compose import ComposedMessage, ComposedPart, Run
from promptreg.render.placer import Placer
from promptreg.render.program import PartProgram, Program
from promptreg.render.segment import Label, Link, Segment, take

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


def trace(program: Program, messages: Iterable[ComposedMessage], absent: frozenset[str]) -> Traced:
    """Say for every character of every sent message where it came from.

    `absent` names the inputs that the caller did not give: what they print is text of the prompt's own defaults.
    """
    return _Tracer(program, absent).run(messages)


class _Tracer:
    def __init__(self, program: Program, absent: frozenset[str]) -> None:
        self.program = program
        self._placer = Placer(program, absent)
        self.inputs: Mapping[str, InputSpec] = program.prompt.inputs
        self.segments: list[Segment] = []
        self.by_part: dict[str, tuple[Segment, ...]] = {}
        self.volatile: Volatile | None = None
        self.emitted = 0
        self.at = 0

    def run(self, messages: Iterable[ComposedMessage]) -> Traced:
        slots = set()
        for message in messages:
            if isinstance(message.declared, Slot):
                slots.add(message.declared.input)
                self._mark()
                self._slot_message(message)
            else:
                self._missed_slots(message.declared, slots)
                self._message(message, message.declared)
        self._missed_slots(None, slots)
        return Traced(tuple(self.segments), self.by_part, self.volatile)

    def _missed_slots(self, until: Message | None, seen: set[str]) -> None:
        """An empty slot leaves no message, but what follows still depends on it."""
        for declared in self.program.prompt.messages:
            if declared is until:
                return
            if isinstance(declared, Slot) and declared.input not in seen:
                seen.add(declared.input)
                self._mark()

    def _mark(self) -> None:
        if self.volatile is None:
            self.volatile = Volatile(self.emitted, self.at)

    def _slot_message(self, message: ComposedMessage) -> None:
        assert isinstance(message.declared, Slot)
        assert message.number is not None
        path = (message.declared.input, message.number - 1, "content")
        content = message.content
        found: list[Segment] = []
        if isinstance(content, str):
            found.extend(self._slot_segment(message, content, path, None))
        elif isinstance(content, list):
            for index, part in enumerate(content):
                if part.get("type") == "text":
                    found.extend(self._slot_segment(message, part["text"], (*path, index, "text"), index))
        self.segments.extend(found)
        part_id = str(message.declared.position)
        self.by_part[part_id] = (*self.by_part.get(part_id, ()), *found)
        self.emitted += 1
        self.at = 0

    def _slot_segment(
        self, message: ComposedMessage, text: str, path: tuple[str | int, ...], index: int | None
    ) -> Iterator[Segment]:
        declared = message.declared
        assert isinstance(declared, Slot)
        if not text:
            return
        start, end = self.program.prompt.written.scalar_span((*declared.key, "slot"))
        spec = self.inputs[declared.input]
        value = Segment(
            message=self.emitted,
            start=0,
            end=len(text),
            text=text,
            part=str(declared.position),
            item=message.item,
            kind="value",
            exact=True,
            label=self.program.label,
            offset=start,
            end_offset=end,
            input_path=path,
            input_offset=0,
            trust=spec.trust,
            pii=spec.pii,
            expression=declared.input,
            content_part=index,
        )
        yield from self._placer.written(value)

    def _message(self, message: ComposedMessage, declared: Message) -> None:
        present = 0
        for part in message.parts:
            if part.program.when is not None and part.program.when.expression.reads:
                self._mark()
            if part.state == "skipped":
                continue
            if part.present:
                if present:
                    self._glue(declared.separator, "separator", None, self.program.label, self._place(declared))
                present += 1
            self._part(part)
        if message.content is not None:
            assert self.at == len(message.content)
            self.emitted += 1
        self.at = 0

    def _place(self, declared: Message) -> tuple[int, int]:
        """Where the separator of a message is written, or else the message itself."""
        written = self.program.prompt.written
        key = ("messages", declared.position, "separator")
        try:
            return written.scalar_span(key)
        except KeyError:
            start, _ = written.scalar_span(key[:2])
            return start, start

    def _glue(
        self, text: str, kind: str, part: str | None, label: Label, place: tuple[int, int], chain: tuple[Link, ...] = ()
    ) -> None:
        if text:
            segment = Segment(
                message=self.emitted,
                start=self.at,
                end=self.at + len(text),
                text=text,
                part=part,
                item=None,
                kind="glue",
                exact=False,
                label=label,
                offset=place[0],
                end_offset=place[1],
                chain=chain,
                glue=kind,
            )
            self.segments.append(segment)
            self.at = segment.end

    def _part(self, part: ComposedPart) -> None:
        first = len(self.segments)
        program = part.program
        if part.fence is not None:
            place = self.program.prompt.written.scalar_span((*program.part.key, "fence"))
            self._glue(part.fence.opening, "fence", program.part.id, self.program.label, place)
        started = False
        for run in part.runs:
            if run.text and started:
                self._glue(part.joiner, "separator", program.part.id, program.label, _joiner(program), program.chain)
            started = started or bool(run.text)
            self._run(run, program)
        if part.fence is not None:
            self._glue(part.fence.closing, "fence", program.part.id, self.program.label, place)
        self.by_part[program.part.id] = tuple(self.segments[first:])

    def _run(self, run: Run, program: PartProgram) -> None:
        traced = run.template.trace(run.stream, run.origins, program.label)
        size = len(run.text)
        if self.volatile is None:
            offsets = [branch.offset for branch in traced.branches if branch.reads]
            offsets += [span.start for span in traced.spans if span.kind == "value" or span.reads]
            if offsets:
                self.volatile = Volatile(self.emitted, self.at + min(*offsets, size))
        for span in traced.spans:
            if span.start >= size:
                break
            for segment in self._placer.place(span, run, program):
                self._add(segment, size)
        self.at += size

    def _add(self, segment: Segment, size: int) -> None:
        """Keep what the run keeps of a segment (offsets still count from the run), placed in its message."""
        if segment.start < size:
            end = min(segment.end, size)
            kept = take(segment, 0, end - segment.start)
            placed = kept._replace(message=self.emitted, start=self.at + segment.start, end=self.at + end)
            self.segments.append(placed)


def _joiner(program: PartProgram) -> tuple[int, int]:
    component = program.examples
    assert component is not None
    for key in (("separator",), ("examples",)):
        try:
            start, end = component.written.scalar_span(key)
        except KeyError:
            continue
        return (start, end) if key == ("separator",) else (start, start)
    return 0, 0
