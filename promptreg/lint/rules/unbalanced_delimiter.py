"""A block quoted with triple quotes has no end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_QUOTES = re.compile(r"(?<!\()(?:\"{3}|'{3})(?!\))")


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.body.text.text
    if template.body.kind not in ("body", "inline", "variant") or ('"""' not in text and "'''" not in text):
        return
    masked = template.unfenced
    for mark in ('"""', "'''"):
        found = [one for one in _QUOTES.finditer(masked) if one.group() == mark and not _in_code(masked, one)]
        if len(found) % 2 == 0 or any(template.conditions(*one.span()) for one in found):
            continue
        left = _left_open(masked, found)
        if masked[left.end() :].strip() and any(_edges(masked, left)):
            yield Hit(f"{mark} opens a quotation that is never closed", template.place(*left.span()))


def _in_code(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark stands on an indented line, as in a docstring."""
    return text[text.rfind("\n", 0, mark.start()) + 1 : mark.start() + 1].startswith((" ", "\t"))


def _left_open(text: str, marks: list[re.Match[str]]) -> re.Match[str]:
    """The mark that looks like an opening one and is followed by another such, else the last one."""
    opened: re.Match[str] | None = None
    for mark in marks:
        starts, ends = _edges(text, mark)
        if opened is not None and starts and not ends:
            return opened
        opened = mark if opened is None else None
    return marks[-1]


def _edges(text: str, mark: re.Match[str]) -> tuple[bool, bool]:
    """Whether a mark starts its line (or stands behind a label), and whether it ends it."""
    before = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()].strip()
    after = text[mark.end() :].split("\n", 1)[0]
    return not before or before.endswith(":"), not after.strip()


RULE = Rule(
    name="unbalanced-delimiter",
    code="STR003",
    summary="Triple quotes around a block are not closed.",
    scope="template",
    check=_check,
)
