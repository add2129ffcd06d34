"""Characters that break code, JSON or digests: typographic quotes and no-break spaces in code, mixed line ends, BOM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head, Template

__all__ = ["RULE"]

_CURLY = re.compile(
    r"[\[{,:(=]\s*(?P<open>[“”„])|(?P<close>[“”])\s*[\]},:)]|[\[{,:(=]\s*(?P<single>‘)[^‘’\n]*’\s*[\]},:;)]"
)
_BLANK = re.compile(r"[\u00a0\u202f\u2007]")


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = head.source.text
    if "\r\n" in text:
        yield from _line_ends(head)
    if _BLANK.search(text) or "“" in text or "”" in text or "‘" in text or "\ufeff" in text:
        for template in head.templates:
            if template.body.kind != "expression":
                yield from _mark(template)
                yield from _in_code(template)


def _line_ends(head: Head) -> Iterator[Hit]:
    """Both kinds of line ends in one body."""
    span = getattr(head.head, "body_span", None) or (0, len(head.source.text))
    text = head.source.text[slice(*span)]
    windows, others = text.count("\r\n"), len(re.findall(r"(?<!\r)\n", text))
    if windows and others:
        few, name, most = (r"\r\n", "CR LF", "LF") if windows <= others else (r"(?<!\r)\n", "LF", "CR LF")
        found = re.search(few, text)
        assert found is not None
        place = Place(head.source, span[0] + found.start(), span[0] + found.end())
        yield Hit(f"this line ends with {name}, most others with {most}", place)


def _mark(template: Template) -> Iterator[Hit]:
    if template.body.text.text.startswith("\ufeff"):
        place = template.place(0, 1)
        yield Hit("a byte order mark stands here", place, fix=Fix("unsafe", "remove it", (Edit(place, ""),)))


def _in_code(template: Template) -> Iterator[Hit]:
    for block in template.blocks:
        if block.kind != "fence":
            continue
        code = template.masked[block.inner_start : block.inner_end]
        straight = '"' in code
        for found in _CURLY.finditer(code):
            group = found.lastgroup or 0
            start = block.inner_start + found.start(group)
            place = template.place(start, start + 1)
            straight_one = "'" if found["single"] else '"'
            fix = Fix("unsafe", f"write {straight_one}", (Edit(place, straight_one),))
            yield Hit(f"{found[group]} is no quote in code", place, fix=fix)
            if straight:
                break
        blank = _BLANK.search(code)
        if blank is not None:
            place = template.place(block.inner_start + blank.start(), block.inner_start + blank.end())
            yield Hit("a no-break space stands in code", place, fix=Fix("unsafe", "write a blank", (Edit(place, " "),)))


RULE = Rule(
    name="odd-bytes",
    code="PRT002",
    summary="Typographic quotes or no-break spaces in code, mixed line ends, or a byte order mark.",
    scope="head",
    check=_check,
    fix="unsafe",
)
