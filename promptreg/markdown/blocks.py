"""Leaf blocks of a Markdown text: headings, paragraphs, code, tables, HTML, each with its place and its containers.

Source of the rules: the CommonMark specification 0.31, phase 1 (containers line by line, lazy continuation), with the
tables of GitHub Flavored Markdown. Inline structure is not read. The time is linear in the length of the text times
the depth of its containers, which is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from promptreg.markdown.html import html_start
from promptreg.markdown.line import Line

__all__ = ["Block", "Kind", "read_blocks"]

Kind = Literal["paragraph", "heading", "fence", "code", "html", "table", "break"]

_DEPTH = 40
"""Containers inside each other; deeper markers are read as text."""

_FENCE = re.compile(r"(`{3,})([^`\n]*)$|(~{3,})([^\n]*)$")
_HEADING = re.compile(r"(#{1,6})(?=[ \t]|$)")
_BREAK = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_MARKER = re.compile(r"([-+*]|[0-9]{1,9}[.)])(?=[ \t]|$)")
_DELIMITER_ROW = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


class Block(NamedTuple):
    """A leaf block: `text[start:end]`, from the first character of its content to the end of its last line.

    `depth` counts the list items and quotes around it; `item` is the offset of the marker of the innermost list item,
    None outside lists; `ordinal` says whether that list is numbered. `level` is that of a heading (else 0), `info` the
    info string of a fence. `closed` is False for a fence that runs to the end of its container. For a fence,
    `inner_start:inner_end` are the lines between its delimiters; for other blocks the same as `start:end`.
    """

    kind: Kind
    start: int
    end: int
    depth: int = 0
    item: int | None = None
    ordinal: bool = False
    level: int = 0
    info: str = ""
    closed: bool = True
    inner_start: int = 0
    inner_end: int = 0


def read_blocks(text: str) -> tuple[Block, ...]:
    """The leaf blocks of a text in order; blank lines and the markers of containers belong to none of them."""
    return tuple(_Reader(text).run())


class _Container:
    """An open quote (`width` -1) or list item; `width` is the column its content starts at."""

    __slots__ = ("item", "ordinal", "width")

    def __init__(self, width: int, item: int | None = None, ordinal: bool = False) -> None:
        self.width = width
        self.item = item
        self.ordinal = ordinal


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.containers: list[_Container] = []
        self.open: Block | None = None
        self.fence = ""
        self.fence_indent = 0
        self.until = ""
        self.done: list[Block] = []

    def run(self) -> Iterator[Block]:
        start = 0
        while start < len(self.text):
            cut = self.text.find("\n", start)
            end = len(self.text) if cut < 0 else cut
            self._line(start, end - 1 if end > start and self.text[end - 1] == "\r" else end)
            yield from self.done
            self.done.clear()
            start = end + 1
        self._close()
        yield from self.done

    # -- containers

    def _line(self, start: int, end: int) -> None:
        line = Line(self.text, start, end)
        matched = self._continued(line)
        kept = matched == len(self.containers)
        if kept and self.open is not None and self._inside(line):
            return
        lazy = not kept and self.open is not None and self.open.kind == "paragraph"
        if not kept and not lazy:
            self._drop(matched)
        fresh = self._opened(line, matched, lazy=lazy)
        if fresh:
            lazy = False
        if line.blank:
            self._blank(matched)
            return
        if lazy:
            if self._starts_block(line):
                self._drop(matched)
            else:
                self._extend(line.end)
                return
        self._leaf(line)

    def _continued(self, line: Line) -> int:
        """How many open containers this line goes on with; their markers and indents are stepped over."""
        for number, container in enumerate(self.containers):
            indent = line.indent()
            if container.width < 0:
                if indent > 3 or not line.rest.lstrip(" \t").startswith(">"):
                    return number
                self._quote(line, indent)
            elif line.blank:
                continue
            elif indent >= container.width:
                line.skip(container.width)
            else:
                return number
        return len(self.containers)

    @staticmethod
    def _quote(line: Line, indent: int) -> None:
        line.skip(indent)
        line.take(1)
        if line.indent():
            line.skip(1)

    def _opened(self, line: Line, matched: int, *, lazy: bool) -> bool:
        """Open the containers that start here; whether there was one."""
        found = False
        while len(self.containers) < _DEPTH + (matched if lazy and not found else 0):
            indent = line.indent()
            if indent > 3 or line.blank:
                break
            content = line.rest.lstrip(" \t")
            if content.startswith(">"):
                self._enter(matched, lazy=lazy and not found)
                self._quote(line, indent)
                self.containers.append(_Container(-1))
            else:
                marker = _MARKER.match(content)
                if marker is None or _BREAK.match(content.rstrip(" \t")):
                    break
                if not self._may_interrupt(marker.group(), content[marker.end() :], found=found or lazy):
                    break
                self._enter(matched, lazy=lazy and not found)
                self._item(line, indent, marker.group())
            found = True
        return found

    def _may_interrupt(self, marker: str, after: str, *, found: bool) -> bool:
        """An empty item, and a number other than 1, do not interrupt a paragraph."""
        if found or self.open is None or self.open.kind != "paragraph":
            return True
        return bool(after.strip()) and (not marker[0].isdigit() or marker[:-1] == "1")

    def _item(self, line: Line, indent: int, marker: str) -> None:
        line.skip(indent)
        at = line.at
        line.take(len(marker))
        padding = line.indent()
        if line.blank or padding > 4:
            padding = 1
        line.skip(padding)
        self.containers.append(_Container(indent + len(marker) + padding, at, marker[0].isdigit()))

    def _enter(self, matched: int, *, lazy: bool) -> None:
        if lazy:
            self._drop(matched)
        else:
            self._close()

    def _drop(self, matched: int) -> None:
        if matched < len(self.containers):
            self._close()
            del self.containers[matched:]

    # -- leaves

    def _inside(self, line: Line) -> bool:
        """Go on with an open fence or HTML block; whether there was one."""
        block = self.open
        assert block is not None
        if block.kind == "fence":
            content = line.rest.strip(" \t")
            if line.indent() <= 3 and content.startswith(self.fence) and not content.strip(self.fence[0]):
                self.open = block._replace(end=line.end, closed=True)
                self._close()
            else:
                self.open = block._replace(end=line.end, inner_end=line.end)
            return True
        if block.kind == "html":
            if self.until:
                self._extend(line.end)
                if self.until in line.rest.lower():
                    self._close()
                return True
            if line.blank:
                self._close()
            else:
                self._extend(line.end)
            return True
        return False

    def _blank(self, matched: int) -> None:
        if self.open is not None and self.open.kind == "code":
            return
        self._close()

    def _starts_block(self, line: Line) -> bool:
        """Whether a line that could go on with a paragraph starts something else."""
        if line.indent() > 3:
            return False
        content = line.rest.lstrip(" \t")
        if _HEADING.match(content) or _BREAK.match(content.rstrip(" \t")) or _FENCE.match(content):
            return True
        return html_start(content, interrupts=True) is not None

    def _leaf(self, line: Line) -> None:
        indent = line.indent()
        paragraph = self.open is not None and self.open.kind in ("paragraph", "table")
        if indent > 3 and not paragraph:
            self._code(line)
            return
        if self.open is not None and self.open.kind == "code":
            self._close()
        line.skip(indent)
        content = line.rest.rstrip(" \t")
        if indent <= 3 and self._marked(line, content):
            return
        if paragraph:
            self._extend(line.end)
        else:
            self.open = self._block("paragraph", line.at, line.end)

    def _marked(self, line: Line, content: str) -> bool:
        """A leaf that shows itself by its first characters, or turns the open paragraph into something else."""
        fence = _FENCE.match(content)
        if fence is not None:
            self._close()
            self.fence = fence.group(1) or fence.group(3)
            info = (fence.group(2) or fence.group(4) or "").strip()
            inner = min(line.end + 1, len(self.text))
            self.open = self._block("fence", line.at, line.end)._replace(
                info=info, closed=False, inner_start=inner, inner_end=inner
            )
            return True
        heading = _HEADING.match(content)
        if heading is not None:
            self._one("heading", line, level=len(heading.group()))
            return True
        if self._underlines(line, content):
            return True
        if _BREAK.match(content):
            self._one("break", line)
            return True
        return self._html(line, content)

    def _underlines(self, line: Line, content: str) -> bool:
        """A line under a paragraph that makes it a heading or the head of a table."""
        block = self.open
        if block is None or block.kind != "paragraph":
            return False
        if "|" in content:
            last = self.text.rfind("\n", block.start, block.end) + 1
            head = self.text[max(last, block.start) : block.end]
            if "|" in head and _DELIMITER_ROW.match(content) and _cells(head) == _cells(content):
                before = block._replace(end=last - 1) if last > block.start else None
                if before is not None:
                    self.done.append(_trimmed(before, self.text))
                self.open = block._replace(kind="table", start=max(last, block.start), end=line.end)
                return True
        if _UNDERLINE.match(content):
            level = 1 if content[0] == "=" else 2
            self.open = block._replace(kind="heading", end=line.end, level=level)
            self._close()
            return True
        return False

    def _html(self, line: Line, content: str) -> bool:
        found = html_start(content, interrupts=self.open is not None and self.open.kind == "paragraph")
        if found is None:
            return False
        self._close()
        self.open = self._block("html", line.at, line.end)
        self.until, after = found
        if self.until and self.until in content[after:].lower():
            self._close()
        return True

    def _code(self, line: Line) -> None:
        if self.open is not None and self.open.kind == "code":
            self._extend(line.end)
            return
        self._close()
        line.skip(4)
        self.open = self._block("code", line.at, line.end)

    def _one(self, kind: Kind, line: Line, level: int = 0) -> None:
        self._close()
        self.open = self._block(kind, line.at, line.end)._replace(level=level)
        self._close()

    def _block(self, kind: Kind, start: int, end: int) -> Block:
        items = [container for container in self.containers if container.item is not None]
        item = items[-1] if items else None
        depth = len(self.containers)
        block = Block(kind, start, end, depth, item.item if item else None, bool(item and item.ordinal))
        return block._replace(inner_start=start, inner_end=end)

    def _extend(self, end: int) -> None:
        assert self.open is not None
        self.open = self.open._replace(end=end, inner_end=end)

    def _close(self) -> None:
        if self.open is not None:
            self.done.append(_trimmed(self.open, self.text))
            self.open = None
            self.until = ""


def _trimmed(block: Block, text: str) -> Block:
    """Without blanks at the end; a fence keeps its inner lines."""
    if block.kind == "fence":
        return block
    end = block.start + len(text[block.start : block.end].rstrip(" \t\r\n"))
    return block._replace(end=end, inner_start=block.start, inner_end=end)


def _cells(row: str) -> int:
    """Cells of a table row."""
    inner = row.strip(" \t").removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return len(re.findall(r"(?<!\\)\|", inner)) + 1
