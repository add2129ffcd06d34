"""A text by itself as a passage, for what is tried before it is written anywhere."""

from __future__ import annotations

from promptreg.lint.team.sheet import Passage, PassageKind, Sheet
from promptreg.text import Source, TextMap

__all__ = ["loose_passage"]


def loose_passage(text: str, kind: PassageKind = "paragraph") -> Passage:
    """The only passage of a sheet with this text."""
    source = Source("text", text)
    return Passage(Sheet(TextMap.of_slice(source, 0, len(text)), text), kind, 0, text)
