"""The stable prefix of one render: which of its parts could have been different."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from promptreg.model.prompt import Message, Slot
from promptreg.render.compose import ComposedMessage, ComposedPart
from promptreg.render.program import Program
from promptreg.render.stable_prefix import PrefixEnd, PrefixMessage, PrefixPart, StablePrefix, find_prefix
from promptreg.template.spans import Path, Span

__all__ = ["prefix_of"]


def prefix_of(
    program: Program, composed: Sequence[ComposedMessage], unstable: Collection[str], count: Callable[[str], int]
) -> StablePrefix:
    """The stable prefix of the messages of a render.

    `unstable` are the ids of parts whose presence or length depends on the room that inputs leave; `count` gives the
    tokens of a content.
    """
    by_position: dict[int, list[ComposedMessage]] = {}
    for message in composed:
        by_position.setdefault(message.declared.position, []).append(message)
    reader = _Reader(program, unstable)
    messages = [
        reader.message(declared, by_position.get(declared.position, ())) for declared in program.prompt.messages
    ]
    return find_prefix(messages, count)


class _First(NamedTuple):
    """The first place in the text of a part that depends on an input; `span` None: a decision that printed nothing."""

    offset: int
    reads: frozenset[Path]
    span: Span | None


class _Reader:
    def __init__(self, program: Program, unstable: Collection[str]) -> None:
        self.prompt = program.prompt
        self.written = program.prompt.written
        self.unstable = unstable

    def message(self, declared: Message | Slot, composed: Sequence[ComposedMessage]) -> PrefixMessage:
        """A message, or a slot with all that was passed in."""
        if isinstance(declared, Slot):
            place = self.written.location((*declared.key, "slot"))
            end = PrefixEnd(declared.id, "is passed in", (declared.input,), place)
            return PrefixMessage("", "", (PrefixPart(declared.id, None, end),))
        parts = [self._part(part) for message in composed for part in message.parts]
        return PrefixMessage(declared.role, declared.separator, tuple(part for part in parts if part is not None))

    def _part(self, part: ComposedPart) -> PrefixPart | None:
        """The part, None when it is left out in every render."""
        spec, when = part.program.part, part.program.when
        if when is not None and when.expression.reads:
            end = self._end(part, f"is sent only when {when.text}", when.expression.reads)
            return PrefixPart(spec.id, None, end._replace(place=self.written.location(when.key)))
        if spec.id in self.unstable:
            return PrefixPart(spec.id, None, self._end(part, "depends on the room that other parts leave", ()))
        if part.state == "skipped":
            return None
        first = _first(part)
        if first is None:
            return PrefixPart(spec.id, part.fenced, None) if part.present else None
        reason = "depends on a condition" if first.span is None else f"prints {first.span.expression}"
        end = self._end(part, reason, first.reads)
        if first.span is not None:
            end = end._replace(place=first.span.source.location(first.span.file_start))
        if not part.present:
            return PrefixPart(spec.id, None, end)
        opening = part.fence.opening if part.fence is not None else ""
        return PrefixPart(spec.id, opening + part.text[: first.offset], end)

    def _end(self, part: ComposedPart, reason: str, reads: Iterable[Path]) -> PrefixEnd:
        inputs = tuple(sorted({str(path[0]) for path in reads}))
        return PrefixEnd(part.program.part.id, reason, inputs, self.written.location(part.program.part.key))


def _first(part: ComposedPart) -> _First | None:
    at = 0
    for run in part.runs:
        if run.text:
            at += len(part.joiner) if at else 0
        traced = run.template.trace(run.stream, run.origins, part.program.label)
        found = [_First(branch.offset, branch.reads, None) for branch in traced.branches if branch.reads]
        for span in traced.spans:
            if span.kind == "value" or span.reads:
                reads = span.reads or frozenset([span.path] if span.path is not None else [])
                found.append(_First(span.start, reads, span))
        if found:
            first = min(found, key=lambda place: place.offset)
            return first._replace(offset=at + min(first.offset, len(run.text)))
        at += len(run.text)
    return None
