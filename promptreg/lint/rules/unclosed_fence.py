"""A code fence runs to the end of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.prose import HIDDEN, PRINTED
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template
from promptreg.markdown.blocks import Block, read_blocks

__all__ = ["RULE"]

_SHOWN_AS_WRONG = re.compile(r"\b(?:incorrect|wrong|bad example|invalid)\b|❌", re.IGNORECASE)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.masked
    if template.body.kind == "expression" or ("```" not in text and "~~~" not in text):
        return
    for block in template.blocks:
        if block.kind != "fence" or block.closed or _is_cue(text, block):
            continue
        if _SHOWN_AS_WRONG.search(text, max(0, block.start - 200), block.start):
            continue
        if _depends_on_branches(template) or _closes_without_tags(text):
            return
        stop = text.find("\n", block.start)
        yield Hit("this code fence is never closed", template.place(block.start, stop if stop >= 0 else block.end))


def _is_cue(text: str, block: Block) -> bool:
    """Whether a fence at the end asks the model to go on inside of it: nothing follows but printed values."""
    inner = text[block.inner_start : block.inner_end]
    return not inner.strip(f" \t\r\n{PRINTED}{HIDDEN}")


def _depends_on_branches(template: Template) -> bool:
    """Whether a fence is opened or closed in a branch or loop body, so that the source alone does not tell."""
    return any(
        mark in template.masked[branch.start : branch.end] for branch in template.branches for mark in ("```", "~~~")
    )


def _closes_without_tags(text: str) -> bool:
    """Whether every fence is closed once the block tags are gone, as in the rendered text."""
    if HIDDEN not in text:
        return False
    return all(block.closed for block in read_blocks(text.replace(HIDDEN, "")) if block.kind == "fence")


RULE = Rule(
    name="unclosed-fence",
    code="TPL007",
    summary="A code fence is opened and never closed.",
    scope="template",
    check=_check,
)
