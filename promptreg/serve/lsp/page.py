"""A file of the registry as text: where its YAML is, where its templates are, and what is declared in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from promptreg.serve.lsp.template_tags import local_names
from promptreg.serve.lsp.yaml_outline import KeyPath, Outline

__all__ = ["Body", "Page"]

_OPENING = re.compile(r"--- *(?:\r?\n|\Z)")
_CLOSING = re.compile(r"^--- *(?:\r?\n|\Z)", re.MULTILINE)


class Body(NamedTuple):
    """A template text or a bare expression at `start:end` of the file; `path` is its key, empty for a Markdown body."""

    start: int
    end: int
    path: KeyPath
    is_expression: bool = False


class Page:
    """The text of one file, however broken it is. `path` is the shown one."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.is_markdown = path.endswith(".md")
        start, end, body = 0, len(text), len(text)
        if self.is_markdown:
            opening = _OPENING.match(text)
            closing = _CLOSING.search(text, opening.end()) if opening else None
            start = opening.end() if opening else 0
            end = closing.start() if closing else len(text) if opening else 0
            body = closing.end() if closing else len(text) if opening else 0
        self.outline = Outline(text, start, end)
        self.body_start = body

    @property
    def kind(self) -> str | None:
        """What kind of file it says it is."""
        return self.outline.word(("kind",))

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """Its templates and expressions."""
        if self.is_markdown:
            return (Body(self.body_start, len(self.text), ()),)
        return tuple(self._in_yaml())

    def _in_yaml(self) -> Iterator[Body]:
        for path, scalar in self.outline.values.items():
            match path:
                case ("format",) | ("messages", int(), "parts", int(), "text"):
                    yield Body(scalar.start, scalar.end, path)
                case ("messages", int(), "parts", int(), "budget", "variants", int()) if self.is_text(path):
                    yield Body(scalar.start, scalar.end, path)
                case ("messages", int(), "parts", int(), "budget", "variants", int(), "text"):
                    yield Body(scalar.start, scalar.end, path)
                case ("messages", int(), "parts", int(), "when") | ("requires", int()) | ("output", "ensures", int()):
                    yield Body(scalar.start, scalar.end, path, is_expression=True)

    def is_text(self, path: KeyPath) -> bool:
        """Whether a variant that is written as one scalar is a template rather than a ref."""
        word = self.outline.word(path) or ""
        return " " in word or "{" in word or "\n" in word

    def body_at(self, offset: int) -> Body | None:
        """The template that an offset is in."""
        return next((body for body in self.bodies if body.start <= offset <= body.end), None)

    @cached_property
    def inputs(self) -> Mapping[str, tuple[int, int]]:
        """The inputs that it declares, each with the place of its name."""
        return {str(key[1]): span for key, span in self.outline.keys.items() if len(key) == 2 and key[0] == "inputs"}

    def locals(self, body: Body) -> Mapping[str, tuple[int, int]]:
        """The names that a template gives a value itself."""
        return local_names(self.text, body.start, body.end)
