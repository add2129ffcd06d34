"""Positions of an already read file, parsed again only when somebody asks for one."""

from __future__ import annotations

from promptreg.model.written import KeyPath
from promptreg.text import Location, Source, TextMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.strict_yaml import Document

__all__ = ["FileWritten"]


class FileWritten:
    """The `Written` of one file: keeps its text, and its YAML positions from the first question on."""

    __slots__ = ("_document", "end", "source", "start")

    def __init__(self, source: Source, start: int = 0, end: int | None = None) -> None:
        self.source = source
        self.start = start
        self.end = end
        self._document: Document | None = None

    @property
    def document(self) -> Document:
        """The parsed YAML; the text was parsed without a fault before, so this cannot fail."""
        document = self._document
        if document is None:
            from promptreg.registry.strict_yaml import parse_yaml

            document = self._document = parse_yaml(self.source, self.start, self.end)
        return document

    def location(self, path: KeyPath, *, key: bool = False) -> Location:
        """Place of the value (or of its key) at `path`."""
        return self.document.location(path, key=key)

    def text_map(self, path: KeyPath, *, text: str | None = None) -> TextMap:
        """The scalar at `path`, or `text` that stands for it, mapped to the file."""
        return self.document.text_map(path, text=text)

    def scalar_span(self, path: KeyPath) -> tuple[int, int]:
        """File offsets of the value at `path`; raises KeyError when there is none."""
        place = self.document.place(path)
        return place.start, place.end

    def scalar_spans(self) -> list[tuple[int, int]]:
        """File offsets of every key and scalar value, by place."""
        return self.document.scalar_spans()
