"""The texts of a head as team rules see them: cut into passages, each with what it is - a list item, a heading, code.

Template tags are masked, so that no rule takes them for words. A line that holds nothing but an opening or closing tag,
as people write around the sections of a prompt, is a border and not the start of HTML: what is between is read as
Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from promptreg.lint.finding import Place
from promptreg.lint.patterns.folding import fold
from promptreg.lint.patterns.lowered import is_fit
from promptreg.lint.prose import HIDDEN, PRINTED
from promptreg.markdown.blocks import Block, read_blocks

if TYPE_CHECKING:
    from promptreg.lint.subjects import Head, Template
    from promptreg.text import TextMap

__all__ = ["INLINE_CODE", "MASKS", "Passage", "PassageKind", "Sheet", "sheets_of"]

PassageKind = Literal["paragraph", "list-item", "heading", "table", "code", "markup", "example"]

INLINE_CODE = "\x02"
"""Stands for each character of code inside of a sentence."""

MASKS = frozenset(("\x00", "\x01", INLINE_CODE))
"""What stands for template tags and for code: ASCII, so that a text with tags is as quick to search as one without."""

_TAGS = str.maketrans({PRINTED: "\x00", HIDDEN: "\x01"})
_NO_MASKS = dict.fromkeys(map(ord, MASKS))

_TAG_LINE = re.compile(r"^[ \t]*</?[A-Za-z][\w.:-]*(?:[ \t][^<>\n]*)?>[ \t]*$", re.MULTILINE)
_TICKS = re.compile(r"`+")
_WORD = re.compile(r"\w+")
_KINDS: dict[str, PassageKind] = {"paragraph": "paragraph", "heading": "heading", "table": "table", "html": "markup"}


class Passage:
    """A stretch of a sheet, from `start`, that a rule looks at by itself. `text` is masked."""

    __slots__ = ("_folded", "_lowered", "kind", "sheet", "start", "text")

    def __init__(self, sheet: Sheet, kind: PassageKind, start: int, text: str) -> None:
        self.sheet = sheet
        self.kind = kind
        self.start = start
        self.text = text
        self._folded: str | None = None
        self._lowered: str | None = None

    @property
    def lowered(self) -> str | None:
        """Its text in small letters, None where that is not what ignoring case means (see `patterns.lowered`)."""
        if self._lowered is None:
            self._lowered = self.text.lower() if is_fit(self.text) else ""
        return self._lowered or None

    @property
    def folded(self) -> str:
        """Its text without differences of case, of the same length."""
        if self._folded is None:
            self._folded = fold(self.text)
        return self._folded

    def place(self, start: int, end: int) -> Place:
        """The file place of its characters `start:end`."""
        map_ = self.sheet.map
        return Place(map_.source, *map_.span(self.start + start, self.start + end))


class Sheet:
    """One text of a head. `is_yaml` says that it stands in a YAML scalar; `role` is that of the message it is in, if
    the text belongs to a message."""

    def __init__(
        self, map_: TextMap, masked: str, *, template: Template | None = None, role: str | None = None
    ) -> None:
        self.map = map_
        self.masked = masked
        self.role = role
        self._template = template
        self.memo: dict[object, Any] = {}

    @cached_property
    def is_yaml(self) -> bool:
        """Whether it is written in YAML, where not every character may be put anywhere."""
        return self._template is None or self._template.body.kind != "body"

    @cached_property
    def is_blank(self) -> bool:
        """Whether it holds nothing but template tags and white space."""
        return not self.masked.translate(_NO_MASKS).strip()

    @cached_property
    def folded(self) -> str:
        """All of its text without differences of case."""
        return fold(self.masked)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every run of word characters in the folded text."""
        return frozenset(_WORD.findall(self.folded))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Its passages in document order; a field of an example is one."""
        if self._template is None:
            return (Passage(self, "example", 0, self.masked),)
        return tuple(sorted(self._cut(self._template), key=lambda passage: passage.start))

    def _cut(self, template: Template) -> Iterator[Passage]:
        for block in self._blocks(template):
            if block.kind == "break":
                continue
            if block.kind in ("fence", "code"):
                text = self.masked[block.inner_start : block.inner_end]
                yield Passage(self, "code", block.inner_start, text)
                continue
            kind = _KINDS[block.kind]
            if kind == "paragraph" and block.item is not None:
                kind = "list-item"
            text = self.masked[block.start : block.end]
            prose, pieces = _without_code(text) if "`" in text else (text, [])
            yield Passage(self, kind, block.start, prose)
            for start, end in pieces:
                yield Passage(self, "code", block.start + start, text[start:end])

    def _blocks(self, template: Template) -> tuple[Block, ...]:
        if "<" not in self.masked or not _TAG_LINE.search(self.masked):
            return template.blocks
        return read_blocks(_TAG_LINE.sub(lambda found: " " * len(found.group()), self.masked))


def sheets_of(head: Head) -> tuple[Sheet, ...]:
    """The texts of a head that a model may read, in document order: bodies, inline texts, fields of examples.

    A template that cannot be parsed is left out: another rule says so.
    """
    found = [
        Sheet(template.body.text, template.masked.translate(_TAGS), template=template, role=template.body.role)
        for template in head.templates
        if template.body.kind != "expression" and template.parsed is not None
    ]
    written = head.head.written
    for number, example in enumerate(getattr(head.head, "examples", ())):
        for name, value in example.fields.items():
            if name not in ("id", "priority"):
                for path in _texts(value, ("examples", number, name)):
                    map_ = written.text_map(path)
                    found.append(Sheet(map_, map_.text))
    return tuple(found)


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Paths of the texts in a field."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _without_code(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of a block with code between backticks masked, and where that code is.

    A run of backticks is closed by the next run of the same length (CommonMark 6.1).
    """
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(text)]
    later: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[number][1] - runs[number][0], []).append(number)
    pieces, found, at, number = [], [], 0, 0
    while number < len(runs):
        start, inner = runs[number]
        same = later[inner - start]
        while same and same[-1] <= number:
            same.pop()
        close = same[-1] if same else None
        number += 1
        if close is None:
            continue
        end = runs[close][0]
        pieces.append((inner, end))
        found.append(text[at:start] + INLINE_CODE * (runs[close][1] - start))
        at = runs[close][1]
        number = close + 1
    found.append(text[at:])
    return "".join(found), pieces
