"""The outline of a file for an editor: messages and parts of a prompt, inputs, samples, examples, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.yaml_outline import KeyPath

__all__ = ["Symbol", "symbols"]

_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]+)", re.MULTILINE)
_FENCE = re.compile(r"^(```+|~~~+).*?(?:^\1[ \t]*\r?$|\Z)", re.MULTILINE | re.DOTALL)


class Symbol(NamedTuple):
    """Something with a name at `start:end`. `kind`: input, message, part, slot, sample, example or heading."""

    kind: str
    name: str
    start: int
    end: int


def symbols(page: Page) -> list[Symbol]:
    """What a page consists of, in document order."""
    found = [*_in_yaml(page), *(_headings(page) if page.is_markdown else ())]
    return sorted(found, key=lambda symbol: symbol.start)


def _in_yaml(page: Page) -> Iterator[Symbol]:
    outline = page.outline
    for path, span in outline.keys.items():
        match path:
            case ("inputs", str(name)):
                yield Symbol("input", name, *span)
            case ("samples", str(name)):
                yield Symbol("sample", name, *span)
            case ("messages", int(), "role"):
                yield Symbol("message", outline.word(path) or "message", *_of(page, path))
            case ("messages", int(), "slot"):
                yield Symbol("slot", outline.word(path) or "slot", *_of(page, path))
            case ("messages", int(message), "parts", int(part), "use" | "text"):
                text = " ".join((outline.word(path) or "").split())
                shown = text if len(text) <= 60 else text[:59] + "…"
                yield Symbol("part", f"{message}.{part} {shown}", *_of(page, path))
            case ("examples", int(), "id"):
                yield Symbol("example", outline.word(path) or "example", *_of(page, path))


def _of(page: Page, path: KeyPath) -> tuple[int, int]:
    """The key and its value."""
    value = page.outline.values.get(path)
    start, end = page.outline.keys[path]
    return (start, value.end) if value else (start, end)


def _headings(page: Page) -> Iterator[Symbol]:
    fences = [found.span() for found in _FENCE.finditer(page.text, page.body_start)]
    for found in _HEADING.finditer(page.text, page.body_start):
        if not any(start <= found.start() < end for start, end in fences):
            name = found.group(1).rstrip().rstrip("#").rstrip()
            yield Symbol("heading", name, found.start(), found.start() + len(found.group().rstrip()))
