"""Segments: every character of a rendered prompt belongs to exactly one, and each knows where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from promptreg.model.check import path_text
from promptreg.text import Source

__all__ = ["Label", "Link", "Segment", "cut", "cuts", "segment_text", "take"]


class Label(NamedTuple):
    """A component or prompt as segments name it; `version` is the shown one (`1.2.0+head`)."""

    name: str
    version: str
    source: Source

    @property
    def path(self) -> str:
        """The project-relative path of its file."""
        return self.source.path


class Link(NamedTuple):
    """One step of an include chain: who referred to the next component, and at which file offset."""

    label: Label
    offset: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of design section 6."""
        place = self.label.source.location(self.offset)
        return {
            "component": self.label.name,
            "version": self.label.version,
            "path": place.path,
            "line": place.line,
            "column": place.column,
        }


class Segment(NamedTuple):
    """A run of one message's content with one origin.

    `start:end` are code points of that message's content (of its text part `content_part` when the content is a list).
    `message` is -1 in text that is not sent; offsets then count from its start.
    `offset:end_offset` are code points of the verbatim file `label.source`, front matter included.
    `kind`: literal, value, derived or glue. Values have `input_path` and `input_offset`, derived text has `reads`.
    """

    message: int
    start: int
    end: int
    text: str
    part: str | None
    item: str | None
    kind: str
    exact: bool
    label: Label
    offset: int
    end_offset: int
    chain: tuple[Link, ...] = ()
    input_path: tuple[str | int, ...] | None = None
    input_offset: int | None = None
    reads: tuple[tuple[str | int, ...], ...] = ()
    trust: str | None = None
    pii: bool = False
    expression: str | None = None
    glue: str | None = None
    content_part: int | None = None

    def __repr__(self) -> str:
        place = self.label.source.location(self.offset)
        text = self.text if len(self.text) <= 40 else f"{self.text[:39]}…"
        return f"<Segment {self.message}:{self.start}-{self.end} {self.kind} {text!r} from {self.component} {place}>"

    @property
    def component(self) -> str:
        """Name of the component (or prompt) that the text comes from."""
        return self.label.name

    @property
    def version(self) -> str:
        """Shown version of that component."""
        return self.label.version

    @property
    def input(self) -> str | None:
        """Path of the prompt's input that a value comes from: `history[3].content`."""
        return None if self.input_path is None else path_text(self.input_path)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of the prompt's inputs that derived text may have read."""
        return tuple(map(path_text, self.reads))

    @property
    def path(self) -> str:
        """Project-relative path of the file that the text, or the tag that printed it, is written in."""
        return self.label.path

    @property
    def line(self) -> int:
        """Line of the origin in its file, from 1."""
        return self.label.source.location(self.offset).line

    @property
    def column(self) -> int:
        """Column of the origin in its file, from 1."""
        return self.label.source.location(self.offset).column

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of design section 6; keys that say nothing for this kind are left out."""
        message = self.message if self.message >= 0 else None
        found: dict[str, Any] = {"message": message, "start": self.start, "end": self.end}
        if self.content_part is not None:
            found["content_part"] = self.content_part
        found |= {"part": self.part, "item": self.item, "kind": self.kind}
        if self.kind == "literal":
            found["exact"] = self.exact
        elif self.kind == "value":
            found |= {"input": self.input, "input_offset": self.input_offset, "trust": self.trust}
        elif self.kind == "derived":
            found |= {"inputs": list(self.inputs), "trust": self.trust}
        else:
            found["glue"] = self.glue
        if self.pii:
            found["pii"] = True
        place = self.label.source.location(self.offset)
        found |= {
            "component": self.component,
            "version": self.version,
            "path": place.path,
            "offset": self.offset,
            "end_offset": self.end_offset,
            "line": place.line,
            "column": place.column,
        }
        if self.expression is not None:
            found["expression"] = self.expression
        found["chain"] = [link.as_dict() for link in self.chain]
        return found


def segment_text(segments: Iterable[Segment]) -> str:
    """The text that segments stand for, joined."""
    return "".join(segment.text for segment in segments)


def cut(segments: Sequence[Segment], start: int, end: int) -> tuple[Segment, ...]:
    """The part `start:end` of a run of segments that tile a text from offset 0; origins are kept.

    Offsets of the result count from the new start. A cut through an exact origin moves its file and input offsets;
    a cut through an inexact or derived one keeps the whole origin.
    """
    return next(cuts(segments, [(start, end)]))


def cuts(segments: Sequence[Segment], ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[Segment, ...]]:
    """The parts of a run of segments (see `cut`), one for each range; ranges rise and do not overlap."""
    index = at = 0
    for start, end in ranges:
        found = []
        while index < len(segments) and at < end:
            segment = segments[index]
            next_at = at + segment.end - segment.start
            lo, hi = max(start, at), min(end, next_at)
            if lo < hi:
                found.append(take(segment, lo - at, hi - at)._replace(start=lo - start, end=hi - start))
            if next_at > end:
                break
            at = next_at
            index += 1
        yield tuple(found)


def take(segment: Segment, lo: int, hi: int) -> Segment:
    """The characters `lo:hi` of one segment with their origin; `start` and `end` are left to the caller."""
    if lo == 0 and hi == len(segment.text):
        return segment
    changed: dict[str, Any] = {"text": segment.text[lo:hi]}
    if segment.kind == "literal" and segment.exact:
        changed["offset"] = _advance(segment, lo)
        changed["end_offset"] = segment.end_offset if hi == len(segment.text) else _advance(segment, hi)
    elif segment.input_offset is not None:
        changed["input_offset"] = segment.input_offset + lo
    return segment._replace(**changed)


def _advance(segment: Segment, count: int) -> int:
    """The file offset after `count` characters of an exact literal; a newline may be written as CR LF."""
    raw = segment.label.source.text[segment.offset : segment.end_offset]
    if "\r" not in raw:
        return segment.offset + count
    at = 0
    for _ in range(count):
        at += 2 if raw.startswith("\r\n", at) else 1
    return segment.offset + at
