"""A code fence runs to the end of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.prose import HIDDEN, PRINTED
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_FENCE = re.compile(
    rf"^[ \t>{HIDDEN}]*(?P<item>(?:[-*+]|[0-9]+[.)])[ \t]+)?(?P<mark>`{{3,}}|~{{3,}})(?P<info>[^`\n]*)$", re.MULTILINE
)
_LANGUAGE = re.compile(r"[\w+#.-]+")
_SHOWN_AS_WRONG = re.compile(r"\b(?:incorrect|wrong|bad|invalid)\b[^\n]{0,40}:|❌", re.IGNORECASE)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.masked
    if template.body.kind == "expression" or ("```" not in text and "~~~" not in text):
        return
    found = _left_open(text)
    if found is None or _depends_on_branches(template):
        return
    start, end = found.start("mark"), found.end()
    if text[end:].strip(f" \t\r\n{PRINTED}{HIDDEN}") and not _SHOWN_AS_WRONG.search(text, max(0, start - 200), start):
        yield Hit("this code fence is never closed", template.place(start, end))


def _left_open(text: str) -> re.Match[str] | None:
    """The fence that is open at the end, containers and indents aside: a model reads fences as pairs of lines.

    A fence with a language inside of another is read as a pair of its own, though Markdown would end the outer one.
    """
    opened: list[re.Match[str]] = []
    for found in _FENCE.finditer(text):
        if opened and found["item"]:
            continue  # a comment in code, such as JSDoc
        if opened and found["mark"].startswith(opened[-1]["mark"]) and not found["info"].strip(f" \t\r{HIDDEN}"):
            opened.pop()
        elif not opened or (found["mark"] == opened[-1]["mark"] and _LANGUAGE.fullmatch(found["info"].strip())):
            opened.append(found)
    return opened[-1] if opened else None


def _depends_on_branches(template: Template) -> bool:
    """Whether a fence is opened or closed in a branch or loop body, so that the source alone does not tell."""
    return any(
        mark in template.masked[branch.start : branch.end] for branch in template.branches for mark in ("```", "~~~")
    )


RULE = Rule(
    name="unclosed-fence",
    code="TPL007",
    summary="A code fence is opened and never closed.",
    scope="template",
    check=_check,
)
