"""A template's text as Markdown, with its tags masked: what a model will read as prose, and what as code.

Every character keeps its offset. A printing tag becomes a run of PRINTED, which counts as a word; block tags, comments
and the delimiters of raw become runs of HIDDEN, which count as nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from promptreg.markdown.blocks import Block, read_blocks

if TYPE_CHECKING:
    from promptreg.lint.subjects import Template

__all__ = ["HIDDEN", "PRINTED", "Block", "blocks_of", "masked", "prose_of"]

PRINTED = "\ue000"
HIDDEN = "\ue001"

_SECTION_TAG = re.compile(r"^[ \t]*</?[A-Za-z][\w.:-]*>[ \t]*$", re.MULTILINE)
_PROSE = ("paragraph", "heading", "table")


def masked(template: Template) -> str:
    """The text of a template with its tags masked, line ends inside tags included; as it is when it cannot be read."""
    text = template.body.text.text
    parsed = template.parsed
    if parsed is None or template.body.kind == "expression":
        return text
    found = []
    at = 0
    for tag in parsed.tokens.tags:
        found.append(text[at : tag.start])
        found.append((PRINTED if tag.type == "variable_begin" else HIDDEN) * (tag.end - tag.start))
        at = tag.end
    found.append(text[at:])
    return "".join(found)


def blocks_of(template: Template) -> tuple[Block, ...]:
    """The Markdown blocks of the masked text.

    A tag alone on its line is taken for a blank line: in a prompt it delimits a section, while Markdown takes it, and
    what follows up to a blank line, for HTML (a code fence too).
    """
    text = template.masked
    return read_blocks(_SECTION_TAG.sub(_blank, text) if "<" in text else text)


def _blank(tag: re.Match[str]) -> str:
    return " " * len(tag.group())


def prose_of(template: Template) -> tuple[Block, ...]:
    """The blocks that are prose: paragraphs, list items, headings and tables; no code and no HTML."""
    return tuple(block for block in template.blocks if block.kind in _PROSE)
