"""`promptreg why`: where a piece of a rendered prompt came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from promptreg.cli import streams
from promptreg.cli.inputs import Given
from promptreg.cli.left_out import LeftOut, everything, fate_document, find_left_out, heading
from promptreg.cli.options import budget_options, format_option, input_options, prompt_name, reading_options
from promptreg.cli.passage import Passage, at_offset, find_text, holds, origins
from promptreg.cli.session import Where, open_registry, render
from promptreg.errors import PromptregError, UsageError
from promptreg.output.origin import DefaultOf, WhoWrote, origin_documents, origin_rows
from promptreg.output.styled import Row
from promptreg.render.segment import Segment

if TYPE_CHECKING:
    from promptreg.api import Registry
    from promptreg.render.rendered import Rendered

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg why support/refund-reply --sample small-claim --text 'Never promise'
  promptreg why support/refund-reply -i inputs.json --message 0 --offset 214
  promptreg why chat/reply --sample first-message --text Ana --occurrence 2
  promptreg why support/refund-reply --sample small-claim --budget 3000 --dropped
"""
)
@prompt_name()
@input_options
@budget_options
@click.option("--text", "wanted", metavar="TEXT", help="The piece to look up; every place where it stands is listed.")
@click.option(
    "--occurrence", type=click.IntRange(min=1), metavar="N", help="Only the N-th place where TEXT stands, from 1."
)
@click.option("--message", type=int, metavar="N", help="Look up one character of message N, from 0; needs --offset.")
@click.option("--offset", type=int, metavar="N", help="Its place in the content, in characters from 0.")
@click.option("--content-part", type=int, metavar="N", help="Which part of a message whose content is a list of parts.")
@click.option("--dropped", is_flag=True, help="Everything that the budget left out, and why.")
@format_option(text="text: for reading; json: promptreg/why/1.")
@reading_options()
def command(
    name: str,
    sample: str | None,
    file: str | None,
    assignments: tuple[str, ...],
    key: str | None,
    budget: int | None,
    counter: str | None,
    wanted: str | None,
    occurrence: int | None,
    message: int | None,
    offset: int | None,
    content_part: int | None,
    dropped: bool,
    form: str,
    where: Where,
) -> None:
    """Say where a piece of prompt NAME came from, rendered with these inputs.

    Names the component and its version, file:line:column, the include chain, the input path with its trust, the part
    and item that the piece belongs to, and in a git repository the commit and author of the line. Of text that a
    budget left out it also says why. Give the piece with --text, with --message and --offset, or take all that was
    left out with --dropped.
    """
    wish = _Wish(wanted, occurrence, message, offset, content_part, dropped)
    wish.check()
    loaded = open_registry(where)
    rendered = render(loaded, name, Given(sample, file, assignments, key), budget=budget, counter=counter)
    found = _answers(rendered, wish)
    authors = loaded.authors()
    authors.learn((segment.path, segment.line) for answer in found for segment in answer.segments)
    if form == "json":
        documents = [*_documents(found, authors.of)]
        streams.write_document({"schema": "promptreg/why/1", "segments": documents})
    else:
        streams.write_rows(_rows(found, authors.of, _defaults(loaded)))
        if not found:
            streams.flush()
            streams.talk("Nothing was left out.")
    loaded.save_counts()


class _Wish(NamedTuple):
    """The piece that is asked about, as the options say it."""

    text: str | None
    occurrence: int | None
    message: int | None
    offset: int | None
    content_part: int | None
    dropped: bool

    def check(self) -> None:
        """Raise UsageError unless the piece is given in one way."""
        by_place = self.message is not None or self.offset is not None
        ways = (self.text is not None) + by_place + self.dropped
        if ways != 1 or (by_place and (self.message is None or self.offset is None)):
            raise UsageError("give the piece with --text TEXT, with --message N and --offset N, or with --dropped")


class _Answer(NamedTuple):
    """A piece: what is said above it, its segments, and for text that is not sent what became of it."""

    heading: str
    segments: tuple[Segment, ...]
    fate: dict[str, Any] | None = None


def _answers(rendered: Rendered, wish: _Wish) -> list[_Answer]:
    messages = rendered.messages
    if wish.dropped:
        return _left_out(everything(rendered.dropped), rendered)
    if wish.text is None:
        assert wish.message is not None
        assert wish.offset is not None
        passage = at_offset(messages, wish.message, wish.offset, wish.content_part)
        return [_sent(rendered, passage)]
    left_out = find_left_out(rendered.dropped, wish.text) if wish.text else []
    passages = [] if left_out and not holds(messages, wish.text) else find_text(messages, wish.text)
    found = [*(_sent(rendered, passage) for passage in passages), *_left_out(left_out, rendered)]
    return _numbered(found, wish.occurrence)


def _sent(rendered: Rendered, passage: Passage) -> _Answer:
    role = rendered.messages[passage.message]["role"]
    said = f"message {passage.message} ({role}), characters {passage.start} to {passage.end}"
    return _Answer(said, origins(rendered.segments, passage))


def _left_out(found: list[LeftOut], rendered: Rendered) -> list[_Answer]:
    rows = rendered.parts if found else ()
    return [_Answer(heading(one, rows), one.segments, fate_document(one, rows)) for one in found]


def _numbered(found: list[_Answer], occurrence: int | None) -> list[_Answer]:
    """All places, each with its number, or the one that was asked for."""
    if occurrence is not None:
        if occurrence > len(found):
            raise UsageError(f"--occurrence {occurrence}: the text stands {len(found)} times")
        return [found[occurrence - 1]]
    if len(found) == 1:
        return found
    return [
        answer._replace(heading=f"{answer.heading}, occurrence {number} of {len(found)}")
        for number, answer in enumerate(found, 1)
    ]


def _documents(found: Sequence[_Answer], who_wrote: WhoWrote) -> Iterator[dict[str, Any]]:
    """The segments of all pieces; one that several pieces share stands there once."""
    sent = dict.fromkeys(segment for answer in found if answer.fate is None for segment in answer.segments)
    yield from origin_documents(sent, who_wrote)
    for answer in found:
        if answer.fate is not None:
            for document in origin_documents(answer.segments, who_wrote):
                yield {**document, "dropped": answer.fate}


def _rows(found: Sequence[_Answer], who_wrote: WhoWrote, default_of: DefaultOf) -> Iterator[Row]:
    for number, answer in enumerate(found):
        if number:
            yield []
        yield from origin_rows(answer.heading, answer.segments, who_wrote, default_of)


def _defaults(registry: Registry) -> DefaultOf:
    """Finds the input in whose default, in the file that a segment comes from, its text stands."""

    def default_of(segment: Segment) -> str | None:
        if segment.kind != "literal":
            return None
        is_head = segment.version.endswith("+head")
        try:
            head = registry.component(segment.component if is_head else f"{segment.component}@{segment.version}")
        except PromptregError:
            return None
        if head.written.source.text != segment.label.source.text:
            return None
        for name, spec in head.inputs.items():
            if not spec.required:
                start, end = head.written.scalar_span(("inputs", name, "default"))
                if start <= segment.offset < end:
                    return name
        return None

    return default_of
