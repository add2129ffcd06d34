"""A control token of a chat format stands in the text of a prompt whose messages have roles of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.plain import QUOTED, sentence_at
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_TOKEN = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|endofprompt|system|user|assistant|end|eot_id|eom_id|start_header_id"
    r"|end_header_id|begin_of_text|end_of_text|python_tag|fim_prefix|fim_middle|fim_suffix|start|message|channel|return"
    r"|end_of_turn|START_OF_TURN_TOKEN|END_OF_TURN_TOKEN)\|>"
    r"|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<｜(?:User|Assistant|begin▁of▁sentence|end▁of▁sentence)｜>"
)
_RAW_START = re.compile(r"\s*(?:<s>)?\s*(?:<\||\[INST\]|<<SYS>>|<start_of_turn>|<｜)")
_SPOKEN_OF = re.compile(
    r"\b(?:tokens?|stop|sequences?|markers?|delimiters?|tags?|strings?|format|separators?)\b", re.IGNORECASE
)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.body.text.text
    if template.body.kind == "expression" or _TOKEN.search(text) is None or _RAW_START.match(text):
        return
    masked = template.unfenced
    for found in _TOKEN.finditer(masked):
        start, end = sentence_at(masked, *found.span())
        quoted = any(
            quote.start() < found.start() - start < quote.end() for quote in QUOTED.finditer(masked[start:end])
        )
        if not quoted and not _SPOKEN_OF.search(masked, start, end):
            yield Hit(f"{found.group()} is a control token of a chat format", template.place(*found.span()))


RULE = Rule(
    name="special-token-in-text",
    code="STR002",
    summary="A control token of a chat format stands in the text.",
    scope="template",
    check=_check,
    severity="error",
)
