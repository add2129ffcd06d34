"""`promptreg why`: where a piece of a rendered prompt came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from promptreg.cli import streams
from promptreg.cli.inputs import Given
from promptreg.cli.options import format_option, input_options, prompt_name, reading_options
from promptreg.cli.passage import Passage, at_offset, find_text, origins
from promptreg.cli.session import Where, open_registry, render
from promptreg.errors import PromptregError, UsageError
from promptreg.output.origin import DefaultOf, WhoWrote, origin_documents, origin_rows
from promptreg.output.styled import Row
from promptreg.render.segment import Segment

if TYPE_CHECKING:
    from promptreg.api import Registry

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg why support/refund-reply --sample small-claim --text 'Never promise'
  promptreg why support/refund-reply -i inputs.json --message 0 --offset 214
  promptreg why chat/reply --sample first-message --text Ana --occurrence 2
"""
)
@prompt_name()
@input_options
@click.option("--text", "wanted", metavar="TEXT", help="The piece to look up; every place where it stands is listed.")
@click.option(
    "--occurrence", type=click.IntRange(min=1), metavar="N", help="Only the N-th place where TEXT stands, from 1."
)
@click.option("--message", type=int, metavar="N", help="Look up one character of message N, from 0; needs --offset.")
@click.option("--offset", type=int, metavar="N", help="Its place in the content, in characters from 0.")
@click.option("--content-part", type=int, metavar="N", help="Which part of a message whose content is a list of parts.")
@format_option(text="text: for reading; json: promptreg/why/1.")
@reading_options()
def command(
    name: str,
    sample: str | None,
    file: str | None,
    assignments: tuple[str, ...],
    key: str | None,
    wanted: str | None,
    occurrence: int | None,
    message: int | None,
    offset: int | None,
    content_part: int | None,
    form: str,
    where: Where,
) -> None:
    """Say where a piece of prompt NAME came from, rendered with these inputs.

    Names the component and its version, file:line:column, the include chain, the input path with its trust, the part
    and item that the piece belongs to, and in a git repository the commit and author of the line. Give the piece with
    --text, or with --message and --offset.
    """
    by_place = message is not None or offset is not None
    if (wanted is None) is not by_place or (by_place and (message is None or offset is None)):
        raise UsageError("give the piece with --text TEXT, or with --message N and --offset N")
    loaded = open_registry(where)
    rendered = render(loaded, name, Given(sample, file, assignments, key))
    messages = rendered.messages
    if wanted is not None:
        passages = _chosen(find_text(messages, wanted), occurrence)
    else:
        assert message is not None
        assert offset is not None
        passages = [at_offset(messages, message, offset, content_part)]
    found = [(passage, origins(rendered.segments, passage)) for passage in passages]
    authors = loaded.authors()
    authors.learn((segment.path, segment.line) for _, segments in found for segment in segments)
    if form == "json":
        unique = dict.fromkeys(segment for _, segments in found for segment in segments)
        documents = origin_documents(unique, authors.of)
        streams.write_document({"schema": "promptreg/why/1", "segments": documents})
    else:
        streams.write_rows(_rows(messages, found, authors.of, _defaults(loaded)))


def _chosen(passages: list[Passage], occurrence: int | None) -> list[Passage]:
    if occurrence is None:
        return passages
    if occurrence > len(passages):
        raise UsageError(f"--occurrence {occurrence}: the text stands {len(passages)} times")
    return [passages[occurrence - 1]]


def _rows(
    messages: Sequence[Mapping[str, Any]],
    found: Sequence[tuple[Passage, tuple[Segment, ...]]],
    who_wrote: WhoWrote,
    default_of: DefaultOf,
) -> Iterator[Row]:
    for number, (passage, segments) in enumerate(found, 1):
        if number > 1:
            yield []
        role = messages[passage.message]["role"]
        heading = f"message {passage.message} ({role}), characters {passage.start} to {passage.end}"
        if len(found) > 1:
            heading += f", occurrence {number} of {len(found)}"
        yield from origin_rows(heading, segments, who_wrote, default_of)


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
