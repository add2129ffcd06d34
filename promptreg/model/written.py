"""Where a value was written: the door from a model object back to its file."""

from __future__ import annotations

from typing import Protocol

from promptreg.text import Location, Source, TextMap

__all__ = ["KeyPath", "Written"]

KeyPath = tuple[str | int, ...]
"""A path of keys and indices inside a YAML document: ("messages", 0, "parts", 1, "text")."""


class Written(Protocol):
    """Positions of the YAML that an object was read from; may parse the text again when first asked."""

    @property
    def source(self) -> Source:
        """The whole file."""

    def location(self, path: KeyPath, *, key: bool = False) -> Location:
        """Place of the value (or of its key) at `path`."""

    def text_map(self, path: KeyPath, *, text: str | None = None) -> TextMap:
        """The scalar at `path`, mapped to the file character by character where that is possible.

        With `text`, the map is of that text, which stands for the scalar. Raises KeyError when there is no scalar.
        """

    def scalar_span(self, path: KeyPath) -> tuple[int, int]:
        """File offsets of the value at `path`; raises KeyError when there is none."""

    def scalar_spans(self) -> list[tuple[int, int]]:
        """File offsets of every key and scalar value, by place; what is outside of them is syntax and comments."""
