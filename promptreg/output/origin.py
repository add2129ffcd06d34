"""The answer of `why` for people: each piece of a text with its component, place, input and include chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from promptreg.output.styled import Row, Span
from promptreg.output.terminal import one_line
from promptreg.render.segment import Segment

__all__ = ["Author", "DefaultOf", "WhoWrote", "as_text", "origin_documents", "origin_rows"]

_SHOWN = 76


class Author(Protocol):
    """Who last changed a line; without an id, it is not committed yet."""

    @property
    def commit(self) -> str | None: ...
    @property
    def author(self) -> str | None: ...
    @property
    def time(self) -> str | None: ...
    @property
    def summary(self) -> str | None: ...
    @property
    def is_oldest(self) -> bool: ...


WhoWrote = Callable[[str, int], Author | None]
"""The last author of a line of a file, None where nobody knows."""


DefaultOf = Callable[[Segment], str | None]
"""The input whose default literal text is, None for all other text."""


def origin_rows(heading: str, segments: Sequence[Segment], who_wrote: WhoWrote, default_of: DefaultOf) -> Iterator[Row]:
    """One passage: its heading, then for each segment the text and what is known about it."""
    yield [Span(heading, "dim")]
    for segment in segments:
        yield [Span(_quoted(segment.text), "bold")]
        author = who_wrote(segment.path, segment.line)
        for label, text, style in (*_facts(segment, default_of), *_commit(author), *_users(segment)):
            yield [Span(f"  {label:<9}", "dim"), Span(text, style)]


def _facts(segment: Segment, default_of: DefaultOf) -> Iterator[tuple[str, str, str]]:
    place = f"{segment.path}:{segment.line}:{segment.column}"
    owner = f"{segment.component}@{segment.version}  {place}"
    if segment.kind == "literal":
        yield "from", owner, "cyan"
        if not segment.exact:
            written = segment.label.source.text[segment.offset : segment.end_offset]
            yield "", f"written there as {_quoted(written)}", ""
        name = default_of(segment)
        if name is not None:
            yield "default", f"of input {name}, which was not given", ""
    elif segment.kind == "value":
        yield "input", f"{segment.input} ({_care(segment)}), from character {segment.input_offset}", "yellow"
        if "." in (segment.part or "."):
            yield "printed", f"{{{{ {segment.expression} }}}}  {owner}", "cyan"
        else:  # messages of a slot stand in the place of a whole message, not in a part
            yield "slot", f"{segment.expression}  {owner}", "cyan"
    elif segment.kind == "derived":
        reads = ", ".join(path for path in segment.as_dict()["inputs"]) or "no input"
        yield "computed", f"{{{{ {segment.expression} }}}}  {owner}", "cyan"
        yield "reads", f"{reads} ({_care(segment)})", "yellow"
    else:
        yield "glue", f"{segment.glue}, from {owner}", "cyan"
    if segment.part is not None:
        yield "part", segment.part + (f", item {segment.item}" if segment.item else ""), ""


def _users(segment: Segment) -> Iterator[tuple[str, str, str]]:
    for link in reversed(segment.chain):
        step = link.as_dict()
        where = f"{step['path']}:{step['line']}:{step['column']}"
        yield "used by", f"{step['component']}@{step['version']}  {where}", ""


def _commit(author: Author | None) -> Iterator[tuple[str, str, str]]:
    if author is None:
        return
    if author.commit is None:
        yield "commit", "none: this line is not committed yet", ""
        return
    since = " or before (shallow clone)" if author.is_oldest else ""
    told = f"{(author.time or '')[:10]}  {as_text(author.author)}  {as_text(author.summary)}"
    yield "commit", f"{author.commit[:12]}{since}  {one_line(told)}", ""


def origin_documents(segments: Iterable[Segment], who_wrote: WhoWrote) -> list[dict[str, Any]]:
    """The segments of promptreg/why/1, each with the commit of its line where somebody knows it."""
    found = []
    for segment in segments:
        author = who_wrote(segment.path, segment.line)
        found.append({**segment.as_dict(), **({} if author is None else {"commit": _commit_document(author)})})
    return found


def _commit_document(author: Author) -> dict[str, Any]:
    if author.commit is None:
        return dict.fromkeys(("id", "author", "date", "subject"))
    told = {"author": as_text(author.author), "date": author.time, "subject": as_text(author.summary)}
    return {"id": author.commit, **told, **({"oldest": True} if author.is_oldest else {})}


def as_text(said: str | None) -> str:
    """What a commit says, fit for UTF-8: names and subjects may have been written in any encoding."""
    return (said or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _care(segment: Segment) -> str:
    return f"{segment.trust}, personal data" if segment.pii else str(segment.trust)


def _quoted(text: str) -> str:
    shown = text.replace("\n", "\\n")
    if len(shown) > _SHOWN:
        shown = f"{shown[: _SHOWN // 2]} ... {shown[-_SHOWN // 3 :]}"
    return f'"{shown}"'
