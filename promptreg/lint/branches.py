"""Which conditions a place of a template stands under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from promptreg.lint.subjects import Template

__all__ = ["Branch", "branches_of"]

_WORD = re.compile(r"[a-z]+")


class Branch(NamedTuple):
    """Text offsets `start:end` of a branch or loop body, with the conditions and loop heads that decide about it."""

    start: int
    end: int
    condition: str


def branches_of(template: Template) -> tuple[Branch, ...]:
    """The bodies of `if`, `elif`, `else` and `for` of a template; an `else` stands under all conditions of its `if`."""
    parsed = template.parsed
    if parsed is None or template.body.kind == "expression":
        return ()
    text = template.body.text.text
    found: list[Branch] = []
    open_tags: list[tuple[str, int, str]] = []
    for tag in parsed.tokens.tags:
        if tag.type != "block_begin":
            continue
        inner = text[tag.inner_start : tag.inner_end].lstrip("-+ ")
        word = _WORD.match(inner)
        name = word.group() if word else ""
        if name in ("if", "for"):
            open_tags.append((name, tag.end, inner))
        elif name in ("elif", "else") and open_tags:
            kind, start, condition = open_tags.pop()
            found.append(Branch(start, tag.start, condition))
            open_tags.append((kind, tag.end, f"{condition} {inner}"))
        elif name in ("endif", "endfor") and open_tags:
            _, start, condition = open_tags.pop()
            found.append(Branch(start, tag.start, condition))
    return tuple(found)
