"""Registries made of files in a temporary folder, loaded without the template layer's compiler or any cache."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from promptreg.errors import InvalidFile, Problem, TemplateInvalid
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt
from promptreg.registry.files import decode_utf8
from promptreg.registry.heads import read_head
from promptreg.registry.source_tree import FolderTree
from promptreg.registry.store import Store, load_store
from promptreg.text import TextMap

__all__ = ["Tag", "complaints", "fill", "load", "problems_of", "read_text", "scan", "text_component"]


class Tag(NamedTuple):
    """An include found in a body."""

    ref: str
    start: int


def scan(body: TextMap, name: str) -> Iterator[Tag]:
    """Include tags in their plainest form; an include without quotes is refused like the template layer does."""
    for match in re.finditer(r'\{% include (?:"([^"]*)"|(\w+)) %\}', body.text):
        if match[1] is None:
            place = body.location(match.start())
            raise TemplateInvalid([Problem("template", f"an include in {name} must name a component", *place)])
        yield Tag(match[1], match.start())


def fill(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files (paths relative to the registry, no line end is changed); the registry is `folder`/prompts."""
    registry = folder / "prompts"
    registry.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        file = registry / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return registry


def load(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Store:
    """The store of the registry `folder`/prompts, after writing `files` to it."""
    return load_store(FolderTree(fill(folder, files or {}), folder), scan)


def text_component(body: str = "Hi.\n", *, kind: str = "rule", version: str = "1.0.0", more: str = "") -> str:
    """A Markdown component."""
    return f"---\nkind: {kind}\nversion: {version}\n{more}---\n{body}"


def read_text(text: str | bytes, path: str = "prompts/a.yaml") -> Any:
    """The head in one file; raises InvalidFile."""
    data = text if isinstance(text, bytes) else text.encode()
    name = path.removeprefix("prompts/").rpartition(".")[0]
    head = read_head(decode_utf8(data, path), name, scan)
    assert isinstance(head, (Component, Prompt))
    return head


def problems_of(text: str | bytes, path: str = "prompts/a.yaml") -> tuple[Problem, ...]:
    """What is wrong with one file; the file must be refused."""
    with pytest.raises(InvalidFile) as caught:
        read_text(text, path)
    return caught.value.problems


def complaints(text: str | bytes, path: str = "prompts/a.yaml") -> list[str]:
    """What is wrong with one file, as people see it."""
    return [str(problem) for problem in problems_of(text, path)]
