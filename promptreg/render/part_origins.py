"""Where the text of one part, or of one message of a slot, came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.model.prompt import Slot
from promptreg.model.written import KeyPath
from promptreg.render.budget.form import Piece, Range
from promptreg.render.compose import ComposedMessage, ComposedPart, Run
from promptreg.render.placer import Placer
from promptreg.render.program import PartProgram, Program
from promptreg.render.segment import Label, Link, Segment, cuts, take
from promptreg.template import Trace

__all__ = ["NOWHERE", "Here", "PartOrigins", "glue"]


class Here(NamedTuple):
    """Where segments are placed: `offset` code points into message `message` (-1: in no message)."""

    message: int
    offset: int


NOWHERE = Here(-1, 0)


class PartOrigins:
    """Makes the segments of parts of one rendered prompt; `absent` are the inputs that the caller did not give."""

    def __init__(self, program: Program, absent: frozenset[str]) -> None:
        self.program = program
        self._placer = Placer(program, absent)
        self._traces: dict[int, Trace] = {}

    def fenced(self, part: ComposedPart, here: Here) -> list[Segment]:
        """The segments of a part as it stands in its message, fence and marks included."""
        fence = part.fence
        if fence is None:
            return self.text(part, here)
        label = self.program.label
        place = self.program.prompt.written.scalar_span((*part.program.part.key, "fence"))
        found = [glue(fence.opening, "fence", part.program.part.id, label, place, here)]
        found += self.text(part, Here(here.message, found[0].end))
        found.append(
            glue(fence.closing, "fence", part.program.part.id, label, place, Here(here.message, found[-1].end))
        )
        return found

    def text(self, part: ComposedPart, here: Here) -> list[Segment]:
        """The segments of the text of a part, without its fence."""
        if part.pieces is None:
            return self._runs(part, here)
        key = (*part.program.part.key, "budget", "truncate")
        return self._laid(self._runs(part, NOWHERE), part.pieces, (part.program.part.id, None, key), here)

    def slot_message(self, message: ComposedMessage, here: Here) -> list[Segment]:
        """The segments of the content of a message of a slot, in full or in pieces."""
        assert isinstance(message.declared, Slot)
        if message.pieces is None:
            return list(self._content(message, here))
        full = self._written_value(message, message.full or "", ("content",), NOWHERE)
        key = (*message.declared.key, "budget", "truncate")
        return self._laid(list(full), message.pieces, (message.declared.id, message.item, key), here)

    def volatile(self, part: ComposedPart) -> int | None:
        """The first place in the text of a part (in full) that depends on an input, None when nothing does."""
        at = 0
        for run in part.runs:
            if run.text:
                at += len(part.joiner) if at else 0
            traced = self._trace(run, part.program)
            offsets = [branch.offset for branch in traced.branches if branch.reads]
            offsets += [span.start for span in traced.spans if span.kind == "value" or span.reads]
            if offsets:
                return at + min(*offsets, len(run.text))
            at += len(run.text)
        return None

    # -- parts

    def _trace(self, run: Run, program: PartProgram) -> Trace:
        """The trace of a run, read once; the runs outlive this object."""
        found = self._traces.get(id(run.stream))
        if found is None:
            found = self._traces[id(run.stream)] = run.template.trace(run.stream, run.origins, program.label)
        return found

    def _runs(self, part: ComposedPart, here: Here) -> list[Segment]:
        found: list[Segment] = []
        program = part.program
        at = here.offset
        for run in part.runs:
            if not run.text:
                continue
            if found and part.joiner:
                joiner = glue(
                    part.joiner, "separator", program.part.id, program.label, _joiner(program),
                    Here(here.message, at), program.chain,
                )  # fmt: skip
                found.append(joiner)
                at = joiner.end
            found += self._run(run, program, Here(here.message, at))
            at += len(run.text)
        return found

    def _run(self, run: Run, program: PartProgram, here: Here) -> Iterator[Segment]:
        size = len(run.text)
        for span in self._trace(run, program).spans:
            if span.start >= size:
                return
            for segment in self._placer.place(span, run, program):
                if segment.start < size:
                    end = min(segment.end, size)
                    kept = take(segment, 0, end - segment.start)
                    yield kept._replace(message=here.message, start=here.offset + segment.start, end=here.offset + end)

    def _laid(
        self,
        full: list[Segment],
        pieces: tuple[Piece, ...],
        owner: tuple[str, str | None, KeyPath],
        here: Here,
    ) -> list[Segment]:
        """The segments of pieces of a text that `full` tiles; marks are glue, placed where `truncate` is written."""
        ranges = cuts(full, [piece for piece in pieces if isinstance(piece, Range)])
        found: list[Segment] = []
        at = here.offset
        for piece in pieces:
            if isinstance(piece, Range):
                found += (s._replace(message=here.message, start=at + s.start, end=at + s.end) for s in next(ranges))
                at += piece.end - piece.start
            else:
                part, item, key = owner
                place = self.program.prompt.written.scalar_span(key)
                mark = glue(piece.text, "truncation", part, self.program.label, place, Here(here.message, at))
                found.append(mark._replace(item=item))
                at = mark.end
        return found

    # -- slots

    def _content(self, message: ComposedMessage, here: Here) -> Iterator[Segment]:
        content = message.content
        if isinstance(content, str):
            yield from self._written_value(message, content, ("content",), here)
        elif isinstance(content, list):
            for index, part in enumerate(content):
                if part.get("type") == "text":
                    found = self._written_value(message, part["text"], ("content", index, "text"), here)
                    yield from (segment._replace(content_part=index) for segment in found)

    def _written_value(
        self, message: ComposedMessage, text: str, path: tuple[str | int, ...], here: Here
    ) -> Iterator[Segment]:
        """A text that the caller passed in, or that a default of the prompt stands for."""
        declared = message.declared
        assert isinstance(declared, Slot)
        assert message.number is not None
        if not text:
            return
        start, end = self.program.prompt.written.scalar_span((*declared.key, "slot"))
        spec = self.program.prompt.inputs[declared.input]
        value = Segment(
            message=here.message,
            start=here.offset,
            end=here.offset + len(text),
            text=text,
            part=declared.id,
            item=message.item,
            kind="value",
            exact=True,
            label=self.program.label,
            offset=start,
            end_offset=end,
            input_path=(declared.input, message.number - 1, *path),
            input_offset=0,
            trust=spec.trust,
            pii=spec.pii,
            expression=declared.input,
        )
        yield from self._placer.written(value)


def glue(
    text: str,
    kind: str,
    part: str | None,
    label: Label,
    place: tuple[int, int],
    here: Here,
    chain: tuple[Link, ...] = (),
) -> Segment:
    """A segment of text that nobody wrote as such: separators, fences, marks."""
    return Segment(
        message=here.message,
        start=here.offset,
        end=here.offset + len(text),
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
