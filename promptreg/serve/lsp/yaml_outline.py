"""The shape of YAML that somebody is still writing: which keys and values stand where, as far as indentation tells.

The strict reader says what a file means; this says where the cursor is, also in a file that is broken at the moment. It
reads keys, items, plain and quoted texts, block scalars and flow collections, never fails, and interprets nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["KeyPath", "Outline", "Scalar", "Spot"]

KeyPath = tuple[str | int, ...]

_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\n]|'')*'"
_KEY = re.compile(
    rf"(?P<key>{_QUOTED}|(?:[^\s#\-?:,\[\]{{}}\"'&*!|>%@`]|[-?:](?=[^\s:]))[^\s:#]*+(?:[ \t]++[^\s:#]++)*+)"
    r"[ \t]*+:(?=[ \t\r\n]|\Z)"
)
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_COMMENT = re.compile(r"[ \t]#")
_FLOW_PLAIN = re.compile(r"(?:[^,\[\]{}\n:#]|:(?![ \t\r\n,\[\]{}]|\Z)|(?<![ \t])#)*")
_DEEPEST = 100
"""Steps of a path below which flow collections are not looked into: the strict reader refuses what is so deep."""
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


class Scalar(NamedTuple):
    """A value of text: where it stands, quotes left out, and how it is written (`"`, `'`, `|`, `>`, or empty)."""

    start: int
    end: int
    style: str


class Spot(NamedTuple):
    """Where an offset is: in the key or value `start:end`, which is empty where none is written yet.

    `path` is that of the value; for a key, that of the mapping around it.
    """

    path: KeyPath
    is_key: bool
    start: int
    end: int


class _Frame(NamedTuple):
    column: int
    step: str | int


class _Flow(NamedTuple):
    start: int
    end: int
    path: KeyPath
    is_mapping: bool


class Outline:
    """Keys and scalars of `text[start:end]` by path; offsets count in the whole text."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.keys: dict[KeyPath, tuple[int, int]] = {}
        self.values: dict[KeyPath, Scalar] = {}
        self._frames: list[_Frame] = []
        self._lines: list[tuple[int, tuple[_Frame, ...]]] = []
        self._flows: list[_Flow] = []
        at = start
        while at < end:
            at = self._line(at)

    # -- what is asked

    def word(self, path: KeyPath) -> str | None:
        """The scalar at a path as it is written, without its quotes; None when there is none."""
        found = self.values.get(path)
        return None if found is None else self.text[found.start : found.end]

    def names(self, path: KeyPath) -> Iterator[str]:
        """The keys of the mapping at a path."""
        for key in self.keys:
            if key[:-1] == path:
                yield str(key[-1])

    def at(self, offset: int) -> Spot:
        """The key or value that an offset is in, or the one that would be written there."""
        for path, scalar in self.values.items():
            if scalar.start <= offset <= scalar.end and (offset < scalar.end or scalar.style not in ("|", ">")):
                return Spot(path, False, scalar.start, scalar.end)
        for path, (start, end) in self.keys.items():
            if start <= offset <= end:
                return Spot(path[:-1], True, start, end)
        inside = [flow for flow in self._flows if flow.start < offset < flow.end]
        if inside:
            return self._in_flow(inside[-1], offset)
        return self._blank(offset)

    def _in_flow(self, flow: _Flow, offset: int) -> Spot:
        """The place of an offset between the tokens of a flow collection: a key or item, or the value of a key."""
        before = self.text[flow.start : offset].rstrip()
        if flow.is_mapping and before.endswith(":"):
            colon = flow.start + len(before)
            keys = [path for path, span in self.keys.items() if path[:-1] == flow.path and span[1] < colon]
            return Spot(keys[-1] if keys else flow.path, not keys, offset, offset)
        return Spot(flow.path, flow.is_mapping, offset, offset)

    def _blank(self, offset: int) -> Spot:
        """The place of an offset in no token: behind a key or a dash on its line, or where its column puts it."""
        line = self.text.rfind("\n", 0, offset) + 1
        before = self.text[line:offset]
        index = bisect_right(self._lines, line, key=lambda item: item[0]) - 1
        frames = list(self._lines[index][1]) if index >= 0 and self._lines[index][0] == line else []
        if before.strip() and frames:
            return Spot(tuple(frame.step for frame in frames), False, offset, offset)
        above = self._lines[index][1] if index >= 0 else ()
        frames = [frame for frame in above if frame.column < len(before)]
        return Spot(tuple(frame.step for frame in frames), True, offset, offset)

    # -- reading

    @property
    def _path(self) -> KeyPath:
        return tuple(frame.step for frame in self._frames)

    def _line(self, line: int) -> int:
        """Read a line, and what goes on below it; where the next one starts."""
        at = line
        while at < self.end and self.text[at] == " ":
            at += 1
        stop = self._line_end(at)
        if self.text[at:stop].strip() in ("", "---") or self.text[at] == "#":
            return stop
        is_item = False
        while self.text[at] == "-" and self.text[at + 1 : at + 2] in ("", " ", "\n", "\r"):
            self._item(at - line)
            is_item = True
            at += 1
            while at < stop and self.text[at] in " \t":
                at += 1
            if at >= stop or self.text[at] in "#\r\n":
                self._lines.append((line, tuple(self._frames)))
                return stop
        found = _KEY.match(self.text, at, self.end)
        if found is not None:
            self._key(at - line, found)
            self._lines.append((line, tuple(self._frames)))
            return self._value(found.end(), self._frames[-1].column)
        if is_item:
            self._lines.append((line, tuple(self._frames)))
            return self._value(at, self._frames[-1].column)
        return self._stray(line, at, stop)

    def _line_end(self, at: int) -> int:
        stop = self.text.find("\n", at, self.end)
        return self.end if stop < 0 else stop + 1

    def _item(self, column: int) -> None:
        while self._frames and self._frames[-1].column > column:
            self._frames.pop()
        last = self._frames[-1] if self._frames else None
        if last is not None and last.column == column and isinstance(last.step, int):
            self._frames[-1] = _Frame(column, last.step + 1)
        else:
            self._frames.append(_Frame(column, 0))

    def _key(self, column: int, found: re.Match[str]) -> None:
        while self._frames and self._frames[-1].column >= column:
            self._frames.pop()
        start, end = found.span("key")
        if self.text[start] in "\"'":
            start, end = start + 1, end - 1
        self._frames.append(_Frame(column, self.text[start:end]))
        self.keys.setdefault(self._path, (start, end))

    def _stray(self, line: int, at: int, stop: int) -> int:
        """A line that is neither key nor item: more of the text above, or a key whose colon is still to come."""
        frames = [frame for frame in self._frames if frame.column < at - line]
        path = tuple(frame.step for frame in frames)
        end = at + len(self.text[at:stop].rstrip())
        known = self.values.get(path)
        if known is not None and known.style == "" and len(frames) == len(self._frames):
            self.values[path] = known._replace(end=end)
        else:
            self._lines.append((line, tuple(frames)))
            self.keys.setdefault((*path, self.text[at:end]), (at, end))
        return stop

    def _value(self, at: int, column: int) -> int:
        """Read the value that begins at or behind `at`, of a key or item in `column`; where the next line starts."""
        while at < self.end and self.text[at] in " \t":
            at += 1
        stop = self._line_end(at)
        if at >= self.end or self.text[at] in "#\r\n":
            return stop
        if _BLOCK.match(self.text, at, self.end):
            end = self._block_end(stop, column)
            self.values[self._path] = Scalar(stop, end, self.text[at])
            return end
        if self.text[at] in "{[":
            return self._line_end(self._flow(at, self._block_end(stop, column), self._path))
        if self.text[at] in "\"'":
            return self._line_end(self._quoted(at, self._block_end(stop, column), self._path))
        comment = _COMMENT.search(self.text, at, stop)
        end = at + len(self.text[at : comment.start() if comment else stop].rstrip())
        self.values[self._path] = Scalar(at, end, "")
        return stop

    def _block_end(self, at: int, column: int) -> int:
        """Where the lines end that are indented deeper than `column`, blank ones in between included."""
        end = at
        while at < self.end:
            stop = self._line_end(at)
            line = self.text[at:stop]
            if line.strip():
                if len(line) - len(line.lstrip(" ")) <= column and not line.lstrip(" ").startswith(("}", "]")):
                    return end
                end = stop
            at = stop
        return self.end

    def _quoted(self, at: int, limit: int, path: KeyPath) -> int:
        """Read a quoted text, which an open quote ends at the end of its line; the offset behind it."""
        quote = self.text[at]
        inside = r"(?:[^\"\\]|\\.)*\"" if quote == '"' else r"(?:[^']|'')*'(?!')"
        found = re.compile(inside, re.DOTALL).match(self.text, at + 1, limit)
        if found is None:
            end = at + len(self.text[at : min(limit, self._line_end(at))].rstrip())
            self.values[path] = Scalar(at + 1, max(end, at + 1), quote)
            return end
        self.values[path] = Scalar(at + 1, found.end() - 1, quote)
        return found.end()

    def _flow(self, at: int, limit: int, path: KeyPath) -> int:
        """Read a flow collection, which may lack its end; the offset behind it."""
        start = at
        is_mapping = self.text[at] == "{"
        slot = len(self._flows)
        self._flows.append(_Flow(start, limit, path, is_mapping))
        count = 0
        at += 1
        while True:
            at = min(self._skip(at), limit)
            if at >= limit or self.text[at] in "}]":
                break
            if self.text[at] == ",":
                at += 1
                continue
            before = at
            at = self._pair(at, limit, path) if is_mapping else self._any(at, limit, (*path, count))
            count += 1
            if at == before:
                at += 1
        end = at + 1 if at < limit else limit
        self._flows[slot] = _Flow(start, end, path, is_mapping)
        return end

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _pair(self, at: int, limit: int, path: KeyPath) -> int:
        quoted = re.compile(_QUOTED).match(self.text, at, limit)
        plain = quoted or _FLOW_PLAIN.match(self.text, at, limit)
        assert plain is not None
        start, end = (at + 1, plain.end() - 1) if quoted else (at, at + len(plain.group().rstrip()))
        inner = (*path, self.text[start:end])
        if end > start:
            self.keys.setdefault(inner, (start, end))
        at = plain.end()
        if at < limit and self.text[at] == ":":
            return self._any(min(self._skip(at + 1), limit), limit, inner)
        return at

    def _any(self, at: int, limit: int, path: KeyPath) -> int:
        if at >= limit:
            return at
        if self.text[at] in "{[" and len(path) < _DEEPEST:
            return self._flow(at, limit, path)
        if self.text[at] in "\"'":
            return self._quoted(at, limit, path)
        found = _FLOW_PLAIN.match(self.text, at, limit)
        assert found is not None
        end = at + len(found.group().rstrip())
        self.values[path] = Scalar(at, end, "")
        return found.end()
