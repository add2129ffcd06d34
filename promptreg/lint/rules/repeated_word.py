"""A word stands twice in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit
from promptreg.lint.plain import QUOTED
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_WORD = "[a-z]{2,}|a(?= a [a-z]{2})"
_ANY = re.compile(rf"\b({_WORD}) \1\b")
_TWICE = re.compile(
    r"(?<![\w'’.,/\\$@#&:;+=<>~|*^(){}\[\]-])(?<!['\"“‘_])"
    rf"({_WORD}) \1"
    r"(?![\w'’/\\$@#&+=<>~|*^(){}\[\]-])"
)
_USUAL = frozenset((
    "had", "that", "very", "so", "many", "really", "much", "far", "long", "bye", "no", "yes", "ha", "blah", "bla",
    "log", "well", "now", "there", "again", "never", "knock", "more", "etc", "hey", "go", "run", "yada", "aye",
    "foo", "bar", "dot", "slash", "is", "can", "who", "her", "do", "win", "la", "na", "tut", "oh", "up", "in",
))  # fmt: skip


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.kind == "expression" or _ANY.search(template.body.text.text) is None:
        return
    text = template.plain
    allowed = _USUAL | {word.lower() for word in options["allow"]}
    seen = set()
    for found in _TWICE.finditer(text):
        word = found.group(1)
        if word in allowed or word in seen or _is_shown(text, found):
            continue
        seen.add(word)
        cut = Edit(template.place(found.end(1), found.end()), "")
        place = template.place(*found.span())
        yield Hit(f'"{word}" stands twice', place, fix=Fix("unsafe", f'remove one "{word}"', (cut,)))


def _is_shown(text: str, found: re.Match[str]) -> bool:
    """Whether the pair is in a table or a quotation, said more than twice, or the end and start of a term."""
    begin = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    line = text[begin : end if end >= 0 else len(text)]
    word = found.group(1)
    if "|" in line or f"{word} {word} {word}" in line or text.startswith(f" {word}", found.end()):
        return True
    if text[: found.start()].endswith((", ", "or ")) and text[found.end() : found.end() + 1] in (".", ","):
        return True  # the last word of a list: "or, and and."
    if line.startswith(("    ", "\t")) and "  " in line.strip():
        return True
    at = found.start() - begin
    return any(quote.start() < at < quote.end() for quote in QUOTED.finditer(line))


RULE = Rule(
    name="repeated-word",
    code="CLR004",
    summary="The same word stands twice in a row.",
    scope="template",
    check=_check,
    fix="unsafe",
    options={"allow": Option((), "Words that may stand twice.")},
)
