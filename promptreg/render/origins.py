"""Blocks to segments: run only when somebody asks where text came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Message, Slot
from promptreg.render.compose import ComposedMessage, ComposedPart, Run
from promptreg.render.program import PartProgram, Program
from promptreg.render.segment import Label, Link, Segment
from promptreg.template import Frame, Span

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


def trace(program: Program, messages: Iterable[ComposedMessage]) -> Traced:
    """Say for every character of every sent message where it came from."""
    return _Tracer(program).run(messages)


class _Tracer:
    def __init__(self, program: Program) -> None:
        self.program = program
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
        yield Segment(
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
            path=path,
            input_offset=0,
            trust=spec.trust,
            pii=spec.pii,
            expression=declared.input,
            content_part=index,
        )

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
        base = self.at
        if self.volatile is None:
            offsets = [branch.offset for branch in traced.branches if branch.reads]
            offsets += [span.start for span in traced.spans if span.kind == "value" or span.reads]
            if offsets:
                self.volatile = Volatile(self.emitted, base + min(*offsets, len(run.text)))
        for span in traced.spans:
            if span.start >= len(run.text):
                break
            self.segments.append(self._segment(span, run, program, base))
        self.at = base + len(run.text)

    def _segment(self, span: Span, run: Run, program: PartProgram, base: int) -> Segment:
        end = min(span.end, len(run.text))
        item = run.item
        if item is None and span.bullet is not None:
            item = f"{program.part.id}#{span.bullet}"
        roots = {path[0] for path in span.reads} if span.path is None else {span.path[0]}
        specs = [self.inputs[root] for root in roots if isinstance(root, str) and root in self.inputs]
        trust = None
        if span.kind in ("value", "derived"):
            trust = "untrusted" if any(spec.trust == "untrusted" for spec in specs) else "trusted"
        segment = Segment(
            message=self.emitted,
            start=base + span.start,
            end=base + span.end,
            text="".join(run.text[span.start : span.end]),
            part=program.part.id,
            item=item,
            kind=span.kind,
            exact=span.exact,
            label=_label(span.frame),
            offset=span.file_start,
            end_offset=span.file_end,
            chain=(*program.chain, *_chain(span.frame)),
            path=span.path,
            input_offset=span.input_offset,
            reads=tuple(sorted(span.reads, key=_path_key)) if span.kind == "derived" else (),
            trust=trust,
            pii=any(spec.pii for spec in specs),
            expression=span.expression,
        )
        return segment if end == span.end else _shorten(segment, end - span.start, base + end)


def _shorten(segment: Segment, size: int, end: int) -> Segment:
    """The segment without the line ends that its part loses; an exact literal gives them up in its file too."""
    changed: dict[str, Any] = {"end": end}
    if segment.kind == "literal" and segment.exact:
        raw = segment.label.source.text[segment.offset : segment.end_offset]
        changed["end_offset"] = segment.offset + _raw_length(raw, size)
    return segment._replace(**changed)


def _raw_length(raw: str, size: int) -> int:
    at = 0
    for _ in range(size):
        at += 2 if raw.startswith("\r\n", at) else 1
    return at


def _path_key(path: tuple[str | int, ...]) -> list[str]:
    return [f"{step:09d}" if isinstance(step, int) else step for step in path]


def _label(frame: Frame) -> Label:
    assert isinstance(frame.label, Label)
    return frame.label


def _chain(frame: Frame) -> tuple[Link, ...]:
    """The include tags that lead from a part's own component to the component of `frame`."""
    links: list[Link] = []
    while frame.parent is not None:
        assert frame.at is not None
        links.append(Link(_label(frame.parent), frame.at))
        frame = frame.parent
    return tuple(reversed(links))


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
