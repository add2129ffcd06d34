"""A comment of HTML, which people do not see rendered and the model reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_COMMENT = re.compile(r"^(<!--(?!\[)(.*?)-->)[ \t]*$", re.MULTILINE | re.DOTALL)
_HARMLESS = re.compile(
    r"copyright|licen[cs]e|spdx|markdownlint|prettier|eslint|vale|textlint|cspell|skillsaw|^\s*/?\w+(?:[:-]\w+)*\s*$|^\s*(?:toc|end|begin|start)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.body.text.text
    if "<!--" not in text or template.body.kind == "expression":
        return
    masked = template.masked
    code = [(block.start, block.end) for block in template.blocks if block.kind in ("fence", "code")]
    for found in _COMMENT.finditer(masked):
        inner = found.group(2)
        if any(start <= found.start(1) < end for start, end in code) or _HARMLESS.search(inner):
            continue
        if len(inner.split()) < _FEWEST_WORDS or "#}" in inner or "-->" in inner:
            continue
        place = template.place(found.start(1), found.end(1))
        start, end = found.span(2)
        fix = None
        if "{" not in text[start:end] and "}" not in text[start:end]:
            edit = Edit(place, "{#" + text[start:end] + "#}")
            fix = Fix("unsafe", "make it a comment of the template, which is not sent", (edit,))
        yield Hit("this comment is sent to the model, though nobody sees it rendered", place, fix=fix)


RULE = Rule(
    name="hidden-instruction",
    code="SEC006",
    summary="A comment of HTML is sent to the model, though nobody sees it where the text is rendered.",
    scope="template",
    check=_check,
    standing="off",
    fix="unsafe",
)
