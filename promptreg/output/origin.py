"""The answer of `why` for people: each piece of a text with its component, place, input and include chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptreg.output.styled import Row, Span
from promptreg.render.segment import Segment

__all__ = ["origin_rows"]

_SHOWN = 76


def origin_rows(heading: str, segments: Sequence[Segment]) -> Iterator[Row]:
    """One passage: its heading, then for each segment the text and what is known about it."""
    yield [Span(heading, "dim")]
    for segment in segments:
        yield [Span(_quoted(segment.text), "bold")]
        for label, text, style in _facts(segment):
            yield [Span(f"  {label:<9}", "dim"), Span(text, style)]


def _facts(segment: Segment) -> Iterator[tuple[str, str, str]]:
    place = f"{segment.path}:{segment.line}:{segment.column}"
    owner = f"{segment.component}@{segment.version}  {place}"
    if segment.kind == "literal":
        yield "from", owner, "cyan"
        if not segment.exact:
            yield "", "written differently there (YAML folds or escapes)", ""
    elif segment.kind == "value":
        yield "input", f"{segment.input} ({_care(segment)}), from character {segment.input_offset}", "yellow"
        yield "printed", f"{{{{ {segment.expression} }}}}  {owner}", "cyan"
    elif segment.kind == "derived":
        reads = ", ".join(path for path in segment.as_dict()["inputs"]) or "no input"
        yield "computed", f"{{{{ {segment.expression} }}}}  {owner}", "cyan"
        yield "reads", f"{reads} ({_care(segment)})", "yellow"
    else:
        yield "glue", f"{segment.glue}, from {owner}", "cyan"
    if segment.part is not None:
        yield "part", segment.part + (f", item {segment.item}" if segment.item else ""), ""
    for link in reversed(segment.chain):
        step = link.as_dict()
        where = f"{step['path']}:{step['line']}:{step['column']}"
        yield "used by", f"{step['component']}@{step['version']}  {where}", ""


def _care(segment: Segment) -> str:
    return f"{segment.trust}, personal data" if segment.pii else str(segment.trust)


def _quoted(text: str) -> str:
    shown = text.replace("\n", "\\n")
    if len(shown) > _SHOWN:
        shown = f"{shown[: _SHOWN // 2]} ... {shown[-_SHOWN // 3 :]}"
    return f'"{shown}"'
