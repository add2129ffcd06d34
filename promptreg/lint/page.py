"""The page of a rule: what it finds and why, with cases that are executed by the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from promptreg.markdown.blocks import read_blocks

__all__ = ["Case", "page_cases", "page_text"]

_INFO = re.compile(r"case (bad|good|fixed) ([a-z0-9-]+)")
_FILE = re.compile(r"--- (\S+)")
_OPTION = re.compile(r":: ([a-z-]+) = (.+)")
_EXPECTED = re.compile(r"=> (\S+:[0-9]+:[0-9]+)")


class Case(NamedTuple):
    """Files below a registry folder, and where the rule must find something (`path:line:column`; nowhere: good).

    `options` are those that it is run with, written as `:: NAME = JSON`; all others have their defaults.
    A `fixed` case holds the files of the bad case of the same name after the fix.
    """

    kind: str
    name: str
    files: dict[str, str]
    expected: tuple[str, ...]
    options: Mapping[str, Any]


def page_text(rule: str) -> str:
    """The page of a built-in rule as it is written; raises FileNotFoundError when there is none."""
    return (files("promptreg.lint") / "pages" / f"{rule}.md").read_text("utf-8")


def page_cases(text: str) -> Iterator[Case]:
    """The cases of a page, in order. Raises ValueError for a case whose first line does not name a file."""
    for block in read_blocks(text):
        found = _INFO.fullmatch(block.info) if block.kind == "fence" else None
        if found is not None:
            yield _case(found.group(1), found.group(2), text[block.inner_start : block.inner_end])


def _case(kind: str, name: str, body: str) -> Case:
    contents: dict[str, list[str]] = {}
    expected = []
    options = {}
    path = None
    for line in body.split("\n"):
        file, place, option = _FILE.fullmatch(line), _EXPECTED.fullmatch(line), _OPTION.fullmatch(line)
        if file is not None:
            path = file.group(1)
            contents[path] = []
        elif place is not None:
            expected.append(place.group(1))
        elif option is not None:
            options[option.group(1)] = json.loads(option.group(2))
        elif path is None:
            raise ValueError(f"the case {name!r} does not start with a file")
        else:
            contents[path].append(line)
    return Case(kind, name, {key: "\n".join(lines) + "\n" for key, lines in contents.items()}, tuple(expected), options)
