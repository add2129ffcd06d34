"""One span of an evaluated template as segments: whose text it is, by which chain, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.render.compose import Run
from promptreg.render.program import PartProgram, Program
from promptreg.render.segment import Label, Link, Segment
from promptreg.template import Frame, Span
from promptreg.text import TextMap

__all__ = ["Placer"]


class Placer:
    """Makes segments for one rendered prompt. Offsets count from the start of the run; `message` is not set yet."""

    def __init__(self, program: Program, absent: frozenset[str]) -> None:
        self.program = program
        self.inputs = program.prompt.inputs
        self.absent = absent

    def place(self, span: Span, run: Run, program: PartProgram) -> Iterator[Segment]:
        """The segments of a span; several where a default is written in pieces."""
        item = run.item
        if item is None and span.bullet is not None:
            item = f"{program.part.id}#{span.bullet}"
        roots = {path[0] for path in span.reads} if span.path is None else {span.path[0]}
        specs = [self.inputs[root] for root in roots if isinstance(root, str) and root in self.inputs]
        trust = None
        if span.kind in ("value", "derived"):
            trust = "untrusted" if any(spec.trust == "untrusted" for spec in specs) else "trusted"
        chain = (*program.chain, *_chain(span.frame))
        segment = Segment(
            message=0,
            start=span.start,
            end=span.end,
            text="".join(run.stream)[span.start : span.end]
            if span.end > len(run.text)
            else run.text[span.start : span.end],
            part=program.part.id,
            item=item,
            kind=span.kind,
            exact=span.exact,
            label=_owner(span, chain),
            offset=span.file_start,
            end_offset=span.file_end,
            chain=chain,
            input_path=span.path,
            input_offset=span.input_offset,
            reads=tuple(sorted(span.reads, key=_path_key)) if span.kind == "derived" else (),
            trust=trust,
            pii=any(spec.pii for spec in specs),
            expression=span.expression,
        )
        return self.written(segment)

    def written(self, segment: Segment) -> Iterator[Segment]:
        """The segment; a value that the caller did not give becomes the literal text of the prompt's default."""
        path = segment.input_path
        if path is None or path[0] not in self.absent:
            yield segment
            return
        scalar = self._scalar(("inputs", path[0], "default", *path[1:]), segment.text)
        for piece in scalar.ranges(0, len(segment.text)):
            yield segment._replace(
                start=segment.start + piece.start,
                end=segment.start + piece.end,
                text=segment.text[piece.start : piece.end],
                kind="literal",
                exact=piece.exact,
                label=self.program.label,
                offset=piece.file_start,
                end_offset=piece.file_end,
                input_path=None,
                input_offset=None,
                trust=None,
                pii=False,
                expression=None,
            )

    def _scalar(self, key: tuple[str | int, ...], text: str) -> TextMap:
        """The printed text of a default, mapped to its YAML; a list or mapping printed whole stands for all of it."""
        written = self.program.prompt.written
        try:
            return written.text_map(key, text=text)
        except KeyError:
            return TextMap.whole(written.source, text, *written.scalar_span(key))


def _path_key(path: tuple[str | int, ...]) -> list[str]:
    return [f"{step:09d}" if isinstance(step, int) else step for step in path]


def _label(frame: Frame) -> Label:
    assert isinstance(frame.label, Label)
    return frame.label


def _owner(span: Span, chain: tuple[Link, ...]) -> Label:
    """Whose text a span is: a literal bound in `with` is text of an outer file, printed at the end of the chain."""
    own = _label(span.frame)
    if span.source is not own.source:
        for link in chain:
            if link.label.source is span.source:
                return link.label
    return own


def _chain(frame: Frame) -> tuple[Link, ...]:
    """The include tags that lead from a part's own component to the component of `frame`."""
    links: list[Link] = []
    while frame.parent is not None:
        assert frame.at is not None
        links.append(Link(_label(frame.parent), frame.at))
        frame = frame.parent
    return tuple(reversed(links))
