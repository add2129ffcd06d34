"""A heading with nothing under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.plain import FORM
from promptreg.lint.prose import PRINTED
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template
from promptreg.markdown.blocks import Block

__all__ = ["RULE"]

_ANY = re.compile(r"^[ \t]*#{2,6}[ \t][^\n]*\n\s*#{1,6}[ \t]", re.MULTILINE)
_SHOWN = re.compile(r"\b(?:end|begin|start|form|answer|response|reply)\b", re.IGNORECASE)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.kind not in ("body", "inline", "variant") or _ANY.search(template.body.text.text) is None:
        return
    blocks = template.blocks
    empty = [number for number in range(len(blocks) - 1) if _is_empty(template, blocks[number], blocks[number + 1])]
    if len(empty) != 1 or _is_form(template, blocks[: empty[0] + 1]):
        return  # headings in a row are the outline of a form
    block = blocks[empty[0]]
    yield Hit("nothing stands under this heading", template.place(block.start, block.end))


def _is_empty(template: Template, block: Block, after: Block) -> bool:
    """Whether a heading is followed by another one of its level, in the same branch."""
    if block.kind != "heading" or after.kind != "heading" or after.level != block.level or block.level == 1:
        return False
    text = template.masked
    if not (text.startswith("#", block.start) and text.startswith("#", after.start)):
        return False
    if not text[block.start : block.end].strip("# "):
        return False
    return template.conditions(block.start, block.end) == template.conditions(after.start, after.end)


def _is_form(template: Template, blocks: tuple[Block, ...]) -> bool:
    """Whether the heading is part of a form or example, or has its content in itself."""
    text = template.masked
    title = text[blocks[-1].start : blocks[-1].end]
    if FORM.search(title) or _SHOWN.search(title) or PRINTED in title or re.search(r"[:\[{]", title):
        return True
    before = text[blocks[-2].start : blocks[-2].end].rstrip() if len(blocks) > 1 else ""
    if before.endswith(":") or (len(before) < 120 and ":" in before and FORM.search(before)):
        return True
    parents = [one for one in blocks[:-1] if one.kind == "heading" and one.level < blocks[-1].level]
    above = text[parents[-1].start : parents[-1].end] if parents else ""
    return bool(FORM.search(above) or _SHOWN.search(above))


RULE = Rule(
    name="empty-section",
    code="STR001",
    summary="A heading is followed by the next heading of its level.",
    scope="template",
    check=_check,
    severity="note",
)
