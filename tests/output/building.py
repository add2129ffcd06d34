"""Segments made by hand, for tests of what shows them."""

from __future__ import annotations

from typing import Any

from promptreg.render.segment import Label, Segment
from promptreg.text import Source

__all__ = ["message", "segment", "tiled"]


def segment(text: str, component: str = "rules/a", **changes: Any) -> Segment:
    """A literal at the start of its own file, which holds just the text; `changes` replace fields."""
    label = Label(component, "1.0.0", Source(f"prompts/{component}.md", text))
    made = Segment(
        message=0,
        start=0,
        end=len(text),
        text=text,
        part="0.0",
        item=None,
        kind="literal",
        exact=True,
        label=label,
        offset=0,
        end_offset=len(text),
    )
    return made._replace(**changes)


def tiled(*segments: Segment) -> list[Segment]:
    """The segments one after the other in their message."""
    found: list[Segment] = []
    at = 0
    for made in segments:
        found.append(made._replace(start=at, end=at + len(made.text)))
        at += len(made.text)
    return found


def message(segments: list[Segment], role: str = "system") -> dict[str, Any]:
    """The message that the segments tile."""
    return {"role": role, "content": "".join(made.text for made in segments)}
