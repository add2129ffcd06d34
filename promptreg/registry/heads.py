"""One file to one head: which reader a file gets, by its suffix and kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from promptreg.errors import InvalidFile, Problem, nearest
from promptreg.model.component import Component
from promptreg.model.kinds import COMPONENT_KINDS, KINDS
from promptreg.model.prompt import Prompt
from promptreg.text import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.read_component import Scan

__all__ = ["Head", "ReadHead", "Recall", "read_head"]

Head = Component | Prompt
"""A component or prompt as a file says it: the head of its name, or the frozen file of a release."""

ReadHead = Callable[[Source, str], Head]
"""Reads the text of a file as the component or prompt of that name; raises InvalidFile."""

Recall = Callable[[Source, str], Head | None]
"""Gives the head of a file with this text that was parsed before, or None."""


def read_head(source: Source, name: str, scan: Scan) -> Head:
    """The component or prompt in one file; raises InvalidFile with every fault."""
    from promptreg.registry.read_component import read_examples, read_text_component

    if source.path.endswith(".md"):
        return read_text_component(source, name, scan)
    from promptreg.registry.read_prompt import read_prompt
    from promptreg.registry.strict_yaml import parse_yaml, read_past

    known: tuple[Problem, ...] = ()
    try:
        document = parse_yaml(source)
    except InvalidFile as error:
        past = read_past(source, 0, len(source.text))
        if past is None:
            raise
        document, known = past, error.problems
    kind = document.root.get("kind") if isinstance(document.root, dict) else None
    if kind == "prompt":
        return read_prompt(source, name, document, scan, known)
    if kind == "examples":
        return read_examples(source, name, document, scan, known)
    raise InvalidFile([*known, _kind_problem(document, kind)])


def _kind_problem(document: Any, kind: Any) -> Problem:
    if not isinstance(document.root, dict):
        place, message, near = document.location(()), "a registry file is a mapping of keys", None
    elif kind is None:
        place, message, near = document.location(()), 'the key "kind" is missing: prompt or examples', None
    else:
        place = document.location(("kind",))
        message = f'"{kind}" is not a kind of YAML file: prompt or examples'
        if kind in COMPONENT_KINDS:
            message = f'kind "{kind}" is written as Markdown with front matter: rename the file to .md'
        near = nearest(str(kind), KINDS)
    return Problem(InvalidFile.code, message, place.path, place.line, place.column, None, near)
