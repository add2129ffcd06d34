"""An input is written in the placeholder syntax of another engine, so that it is never filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_FOREIGN = re.compile(
    r"\$\{[ ]?(?P<shell>[a-z][a-z0-9_]*)[ ]?\}|%\((?P<percent>[a-z][a-z0-9_]*)\)s"
    r"|\[\[[ ]?(?P<wiki>[a-z][a-z0-9_]*)[ ]?\]\]"
    r"|(?<![{}\w$\\])\{(?P<brace>[a-z][a-z0-9_]*)\}(?!\})|<<(?P<angle>[a-z][a-z0-9_]*)>>"
)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    names = template.body.names
    if not names or template.parsed is None or template.body.kind == "expression":
        return
    text = template.masked
    for found in _FOREIGN.finditer(text):
        name = found.group(found.lastgroup or 0)
        if name in names and _is_text(template, found):
            place = template.place(*found.span())
            said = f'"{place.text}" is never filled in: the input "{name}" is written {{{{ {name} }}}}'
            fix = Fix("unsafe", f"print the input {name}", (Edit(place, f"{{{{ {name} }}}}"),))
            yield Hit(said, place, fix=None if _in_raw(template, found.start()) else fix)


def _is_text(template: Template, found: re.Match[str]) -> bool:
    """Whether a match is in prose, or the only text of a code fence."""
    start, end = found.span()
    if template.plain[start:end] == template.masked[start:end]:
        return True
    fence = next((one for one in template.blocks if one.kind == "fence" and one.start <= start < one.end), None)
    return fence is not None and template.masked[fence.inner_start : fence.inner_end].strip() == found.group()


def _in_raw(template: Template, at: int) -> bool:
    assert template.parsed is not None
    before = [tag.type for tag in template.parsed.tokens.tags if tag.start < at]
    return bool(before) and before[-1].startswith("raw_begin")


RULE = Rule(
    name="mixed-placeholder-syntax",
    code="TPL004",
    summary="A declared input is written in the placeholder syntax of another engine and is never filled in.",
    scope="template",
    check=_check,
    severity="error",
    fix="unsafe",
)
