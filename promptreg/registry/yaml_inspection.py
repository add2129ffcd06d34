"""One slow reading of a YAML text that notes everything strict YAML refuses, with place and key path."""

from __future__ import annotations

from typing import Any

from promptreg.errors import Problem
from promptreg.registry.core_schema import NotJson, typed
from promptreg.registry.yaml_builder import MAX_DEPTH, has_directive
from promptreg.registry.yaml_events import open_events, reading_errors
from promptreg.registry.yaml_places import NodePath, problem_at
from promptreg.registry.yaml_syntax import Complaint, explain, placeholder
from promptreg.text import Source

__all__ = ["EMPTY", "Inspection", "inspect"]

EMPTY = "empty-file"

_UNNAMED = "?"
_REMOVE = "remove it, or quote the value if it is text"
_NOTHING = "there is no value here, only white space and comments"
_QUOTE_KEY = "write a plain word before the colon, or quote the value if it is text"


def _clip(text: str) -> str:
    shown = text.replace("\n", "\\n")
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def inspect(source: Source, text: str, base: int, *, limit: int) -> Inspection:
    """Read `text`, which stands for the part of `source` from offset `base`; stops after `limit` problems."""
    inspection = Inspection(source, text, base)
    inspection.read(limit)
    return inspection


class _Level:
    """A mapping or sequence that is being read; `keys` holds the file offsets of the keys seen so far."""

    __slots__ = ("count", "is_mapping", "key", "keys", "start")

    def __init__(self, start: int, *, is_mapping: bool) -> None:
        self.start = start
        self.is_mapping = is_mapping
        self.keys: dict[str, int] = {}
        self.key: str | None = None
        self.count = 0


class Inspection:
    """What one reading saw.

    `found` lists refusals; `complaint` is the syntax error that ended the reading early, if one did; `leaves` has
    the key path of each scalar value by its file offset; `placeholder_lines` are those with an unquoted {{ … }}.
    Invariant: while `_skipped` is positive, events are inside a refused collection.
    """

    def __init__(self, source: Source, text: str, base: int) -> None:
        self.found: list[Problem] = []
        self.complaint: Complaint | None = None
        self.leaves: dict[int, NodePath] = {}
        self.placeholder_lines: set[int] = set()
        self._source = source
        self._text = text
        self._base = base
        self._levels: list[_Level] = []
        self._skipped = 0
        self._documents = 0

    def read(self, limit: int) -> None:
        import yaml.events as kinds

        reached = self._base
        try:
            next_event = open_events(self._text)
            while len(self.found) <= limit:
                event = next_event()
                if isinstance(event, kinds.StreamEndEvent):
                    break
                reached = self._base + event.start_mark.index
                if not self._take(event, reached, kinds):
                    break
        except reading_errors() as error:
            self.complaint = explain(error, self._source, self._base, reached)
        else:
            if self._documents == 0:
                self._complain(self._base, _NOTHING, code=EMPTY)

    def _take(self, event: Any, at: int, kinds: Any) -> bool:
        """Look at one event; False when reading on makes no sense."""
        if isinstance(event, kinds.DocumentStartEvent):
            return self._document(event, at)
        if isinstance(event, kinds.CollectionEndEvent):
            self._leave()
        elif isinstance(event, kinds.CollectionStartEvent):
            return self._enter(event, at, is_mapping=isinstance(event, kinds.MappingStartEvent))
        elif isinstance(event, kinds.NodeEvent) and not self._skipped:
            self._leaf(event, at, is_alias=isinstance(event, kinds.AliasEvent))
        return True

    def _document(self, event: Any, at: int) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._complain(at, "a second YAML document; one file holds one")
            return False
        if event.explicit and has_directive(self._text, event):
            self._complain(self._base, 'a "%" directive; write plain YAML without one')
        return True

    def _enter(self, event: Any, at: int, *, is_mapping: bool) -> bool:
        if len(self._levels) + self._skipped >= MAX_DEPTH:
            self._complain(at, f"nested more than {MAX_DEPTH} levels deep")
            return False
        if self._skipped:
            self._skipped += 1
            return True
        self._properties(event, at)
        here = self._levels[-1] if self._levels else None
        if here and here.is_mapping and here.key is None:
            self._collection_as_key(here, at, is_mapping=is_mapping)
            return True
        self._levels.append(_Level(at, is_mapping=is_mapping))
        return True

    def _collection_as_key(self, here: _Level, at: int, *, is_mapping: bool) -> None:
        self._skipped = 1
        here.key = _UNNAMED
        if self._text.startswith("{{", here.start - self._base) and at == here.start + 1:
            path = self._path(self._levels[:-1])
            self._complain(here.start, placeholder("{{"), path)
            self.placeholder_lines.add(self._source.location(here.start).line)
        else:
            kind = "mapping" if is_mapping else "list"
            self._complain(at, f"a {kind} cannot be a key; {_QUOTE_KEY}", self._path(self._levels[:-1]))

    def _leave(self) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._levels.pop()
        self._value_done()

    def _leaf(self, event: Any, at: int, *, is_alias: bool) -> None:
        here = self._levels[-1] if self._levels else None
        as_key = here is not None and here.is_mapping and here.key is None
        if is_alias:
            self._complain(at, f'"*{_clip(event.anchor)}" is an alias; write the value out, or quote it if it is text')
        else:
            self._properties(event, at)
        if here and as_key:
            self._key(here, event, at, is_alias=is_alias)
            return
        if not is_alias:
            self._scalar(event, at)
        self._value_done()

    def _key(self, here: _Level, event: Any, at: int, *, is_alias: bool) -> None:
        key = _UNNAMED if is_alias else event.value
        here.key = key
        if is_alias:
            return
        if not event.style and key in ("", "<<"):
            what = "a key is missing before the colon" if key == "" else '"<<" merges mappings; write the keys out'
            self._complain(at, what)
        elif key in here.keys:
            first = self._source.location(here.keys[key])
            self._complain(at, f'duplicate key "{_clip(key)}", first written on line {first.line}')
        else:
            here.keys[key] = at

    def _scalar(self, event: Any, at: int) -> None:
        self.leaves[at] = self._path(self._levels)
        if event.style:
            return
        try:
            value = typed(event.value)
        except NotJson as error:
            self._complain(at, f"{error}; quote it if it is text")
            return
        if value is None and not self._levels and not self.found:
            self._complain(self._base, _NOTHING, code=EMPTY)

    def _properties(self, event: Any, at: int) -> None:
        """Refuse an anchor or a tag."""
        if event.anchor is not None:
            self._complain(at, f'"&{_clip(event.anchor)}" is an anchor; {_REMOVE}')
        if event.tag is not None:
            written = self._text[at - self._base :].split(None, 1)[0]
            tag = written if written.startswith("!") else event.tag
            self._complain(at, f'"{_clip(tag)}" is a tag; {_REMOVE}')

    def _value_done(self) -> None:
        if self._levels:
            self._levels[-1].key = None
            self._levels[-1].count += 1

    def _path(self, levels: list[_Level]) -> NodePath:
        path: list[str | int] = []
        for level in levels:
            if not level.is_mapping:
                path.append(level.count)
            elif level.key is not None:
                path.append(level.key)
        return tuple(path)

    def _complain(self, at: int, message: str, path: NodePath | None = None, *, code: str | None = None) -> None:
        path = self._path(self._levels) if path is None else path
        self.found.append(problem_at(self._source, at, message, path, code=code))
