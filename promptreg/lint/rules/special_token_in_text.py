"""A control token of a chat format stands in the text of a prompt for a hosted model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.engine import shown_version
from promptreg.lint.finding import Hit, Related
from promptreg.lint.plain import QUOTED, sentence_at
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition, Template

__all__ = ["RULE"]

_TOKEN = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|endofprompt|system|user|assistant|end|eot_id|eom_id|start_header_id"
    r"|end_header_id|begin_of_text|end_of_text|python_tag|fim_prefix|fim_middle|fim_suffix|start|message|channel|return"
    r"|end_of_turn|START_OF_TURN_TOKEN|END_OF_TURN_TOKEN)\|>"
    r"|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<｜(?:User|Assistant|begin▁of▁sentence|end▁of▁sentence)｜>"
)
_SPOKEN_OF = re.compile(
    r"\b(?:tokens?|stop|sequences?|markers?|delimiters?|tags?|strings?|format|separators?|(?:ends?|starts?"
    r"|begins?) with)\b",
    re.IGNORECASE,
)
_HOSTED = frozenset((
    "openai", "azure", "anthropic", "google", "gemini", "vertex", "vertex_ai", "bedrock", "mistral", "cohere", "xai",
    "deepseek", "groq", "openrouter",
))  # fmt: skip


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    model = composition.prompt.model or ""
    if model.split("/", 1)[0].lower() not in _HOSTED:
        return
    for head in (composition.head, *composition.members.values()):
        for template in head.templates:
            if template.body.kind != "expression" and _TOKEN.search(template.body.text.text):
                yield from _tokens(composition, template)


def _tokens(composition: Composition, template: Template) -> Iterator[Hit]:
    masked = template.unfenced
    owner = template.head
    version = shown_version(owner.workspace, owner.head)
    where = composition.head.place(("model",))
    related = Related(f"the model of {composition.head.name}", where, composition.head.name)
    for found in _TOKEN.finditer(masked):
        start, end = sentence_at(masked, *found.span())
        sentence = masked[start:end]
        quoted = any(quote.start() < found.start() - start < quote.end() for quote in QUOTED.finditer(sentence))
        if not quoted and not _SPOKEN_OF.search(sentence):
            place = template.place(*found.span())
            said = f"{found.group()} is a control token of a chat format"
            yield Hit(said, place, (related,), component=owner.name, version=version)


RULE = Rule(
    name="special-token-in-text",
    code="STR002",
    summary="A control token of a chat format stands in the text of a prompt for a hosted model.",
    scope="composition",
    check=_check,
    severity="error",
)
