"""Why a YAML text is refused: a second, slower reading that collects every problem with its place and key path."""

from __future__ import annotations

import re
from typing import Any

from promptreg.errors import InvalidFile, Problem
from promptreg.registry.core_schema import NotJson, typed
from promptreg.registry.yaml_builder import MAX_CHARACTERS, MAX_DEPTH
from promptreg.registry.yaml_events import open_events, reading_errors
from promptreg.registry.yaml_places import NodePath, key_path
from promptreg.registry.yaml_syntax import explain
from promptreg.text import Source

__all__ = ["EMPTY", "MAX_PROBLEMS", "character_problems", "find_problems", "problem_at"]

EMPTY = "empty-file"
MAX_PROBLEMS = 100

_FORBIDDEN = re.compile("\r(?!\n)|[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_UNNAMED = "?"
_NOTHING = "there is no value here, only white space and comments"
_QUOTE_KEY = "write a plain word before the colon, or quote the value if it is text"


def find_problems(source: Source, start: int, end: int) -> list[Problem]:
    """All that strict YAML refuses in `source.text[start:end]`, in file order; at most MAX_PROBLEMS and a last word."""
    if end - start > MAX_CHARACTERS:
        message = f"{end - start:,} characters of YAML; the limit is {MAX_CHARACTERS:,}"
        return [problem_at(source, start, message)]
    return _Reading(source, start, end).problems()


def problem_at(source: Source, offset: int, message: str, path: NodePath = (), *, code: str | None = None) -> Problem:
    """A complaint about the place `offset` of a file."""
    place = source.location(offset)
    code = code or InvalidFile.code
    return Problem(code, message, place.path, place.line, place.column, key_path(path) or None)


def character_problems(source: Source, start: int, end: int, *, only: str = "") -> list[Problem]:
    """A complaint for each character between two offsets that YAML may not hold; MAX_PROBLEMS of them at most.

    With `only`, for those of its characters alone.
    """
    found: list[Problem] = []
    for match in _FORBIDDEN.finditer(source.text, start, end):
        if only and match[0] not in only:
            continue
        found.append(problem_at(source, match.start(), _character(match[0])))
        if len(found) == MAX_PROBLEMS:
            break
    return found


def _character(char: str) -> str:
    if char == "\r":
        return "a lone carriage return; lines end with LF or CR LF"
    if char == "\ufeff":
        return "a byte order mark (U+FEFF); save the file as UTF-8 without one"
    if "\ud800" <= char <= "\udfff":
        return f"U+{ord(char):04X} is half of a surrogate pair and no character"
    return f'control character U+{ord(char):04X}; in double quotes it can be written "\\x{ord(char):02x}"'


def _stand_in(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\r" else "\ufffd"


def _clip(text: str) -> str:
    shown = text.replace("\n", "\\n")
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


class _Level:
    """A mapping or sequence that is being read; `keys` holds the file offsets of the keys seen so far."""

    __slots__ = ("count", "is_flow", "is_mapping", "key", "keys", "start")

    def __init__(self, start: int, *, is_mapping: bool, is_flow: bool) -> None:
        self.start = start
        self.is_mapping = is_mapping
        self.is_flow = is_flow
        self.keys: dict[str, int] = {}
        self.key: str | None = None
        self.count = 0


class _Reading:
    """One pass over the events. Invariant: while `skipped` is positive, events are inside a refused collection."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.mark = int(source.text.startswith("\ufeff", start))
        self.base = start + self.mark
        self.end = end
        self.found: list[Problem] = []
        self.levels: list[_Level] = []
        self.skipped = 0
        self.documents = 0
        self.placeholder_line = 0

    def problems(self) -> list[Problem]:
        self.found = character_problems(self.source, self.base - self.mark, self.end)
        self._read()
        ordered = sorted(self.found, key=lambda problem: (problem.line or 0, problem.column or 0))
        if len(ordered) > MAX_PROBLEMS:
            more = f"too many problems; only the first {MAX_PROBLEMS} are listed"
            ordered[MAX_PROBLEMS:] = [ordered[MAX_PROBLEMS]._replace(message=more, key=None)]
        return ordered

    def _read(self) -> None:
        import yaml.events as kinds

        # Characters that were reported already must not stop the parser: the rest of the file is read around them.
        text = _FORBIDDEN.sub(_stand_in, self.source.text[self.base : self.end])
        reached = self.base
        try:
            next_event = open_events(text)
            while len(self.found) <= MAX_PROBLEMS:
                event = next_event()
                if isinstance(event, kinds.StreamEndEvent):
                    break
                reached = self.base + event.start_mark.index
                if not self._take(event, reached, kinds):
                    break
        except reading_errors() as error:
            self._syntax(error, reached)
        else:
            if self.documents == 0 and not self.found:
                self._complain(self.base, _NOTHING, code=EMPTY)

    def _take(self, event: Any, at: int, kinds: Any) -> bool:
        """Look at one event; False when reading on makes no sense."""
        if isinstance(event, kinds.DocumentStartEvent):
            return self._document(event, at)
        if isinstance(event, kinds.CollectionEndEvent):
            self._leave()
        elif isinstance(event, kinds.CollectionStartEvent):
            return self._enter(event, at, is_mapping=isinstance(event, kinds.MappingStartEvent))
        elif isinstance(event, kinds.NodeEvent) and not self.skipped:
            self._leaf(event, at, is_alias=isinstance(event, kinds.AliasEvent))
        return True

    def _document(self, event: Any, at: int) -> bool:
        self.documents += 1
        if self.documents > 1:
            self._complain(at, "a second YAML document; one file holds one")
            return False
        if event.version or event.tags:
            self._complain(self.base, 'a "%" directive; write plain YAML without one')
        return True

    def _enter(self, event: Any, at: int, *, is_mapping: bool) -> bool:
        if self.skipped:
            self.skipped += 1
            return True
        self._properties(event, at)
        here = self.levels[-1] if self.levels else None
        if here and here.is_mapping and here.key is None:
            self._collection_as_key(here, at, is_mapping=is_mapping)
            return True
        self.levels.append(_Level(at, is_mapping=is_mapping, is_flow=bool(event.flow_style)))
        if len(self.levels) > MAX_DEPTH:
            self._complain(at, f"nested more than {MAX_DEPTH} levels deep")
            return False
        return True

    def _collection_as_key(self, here: _Level, at: int, *, is_mapping: bool) -> None:
        self.skipped = 1
        here.key = _UNNAMED
        if self.source.text.startswith("{{", here.start) and at == here.start + 1:
            path = self._path(self.levels[:-1])
            self._complain(here.start, 'YAML reads "{{" as a mapping; quote the value: "{{ … }}"', path)
            self.placeholder_line = self.source.location(here.start).line
        else:
            kind = "mapping" if is_mapping else "list"
            self._complain(at, f"a {kind} cannot be a key; {_QUOTE_KEY}", self._path(self.levels[:-1]))

    def _leave(self) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        self.levels.pop()
        self._value_done()

    def _leaf(self, event: Any, at: int, *, is_alias: bool) -> None:
        here = self.levels[-1] if self.levels else None
        as_key = here is not None and here.is_mapping and here.key is None
        if is_alias:
            self._complain(at, f'"*{event.anchor}" is an alias; write the value out, or quote it if it is text')
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
            first = self.source.location(here.keys[key])
            self._complain(at, f'duplicate key "{_clip(key)}", first written on line {first.line}')
        else:
            here.keys[key] = at

    def _scalar(self, event: Any, at: int) -> None:
        if event.style:
            return
        try:
            value = typed(event.value)
        except NotJson as error:
            self._complain(at, f"{error}; quote it if it is text")
            return
        if value is None and not self.levels and not self.found:
            self._complain(self.base, _NOTHING, code=EMPTY)

    def _properties(self, event: Any, at: int) -> None:
        """Refuse an anchor or a tag; the parser hides the bare tag "!", so the text is looked at."""
        first = self.source.text[at : at + 1]
        if event.anchor is not None:
            self._complain(at, f'"&{event.anchor}" is an anchor; remove it, or quote the value if it is text')
        if event.tag is not None or first == "!":
            tag = self.source.text[at : at + 40].split(None, 1)[0] if first == "!" else event.tag
            self._complain(at, f'"{_clip(tag)}" is a tag; remove it, or quote the value if it is text')

    def _value_done(self) -> None:
        if self.levels:
            self.levels[-1].key = None
            self.levels[-1].count += 1

    def _syntax(self, error: Exception, reached: int) -> None:
        complaint = explain(error, self.source, self.base, reached)
        # An unquoted {{ … }} breaks the rest of its line too, which is the same mistake.
        if self.source.location(complaint.offset).line != self.placeholder_line:
            self._complain(complaint.offset, complaint.message)

    def _path(self, levels: list[_Level]) -> NodePath:
        path: list[str | int] = []
        for level in levels:
            if not level.is_mapping:
                path.append(level.count)
            elif level.key is not None:
                path.append(level.key)
        return tuple(path)

    def _complain(self, at: int, message: str, path: NodePath | None = None, *, code: str | None = None) -> None:
        path = self._path(self.levels) if path is None else path
        self.found.append(problem_at(self.source, at, message, path, code=code))
