r"""A line end was written as a backslash and an n, which the model gets as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit
from promptreg.lint.plain import QUOTED
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_ESCAPE = re.compile(
    r"(?<=[.!?:;,)a-z0-9\ue000])(?P<mark>(?:\\n)+)(?=[A-Z0-9#*<{\ue000-]|[ \t]*$)(?!\w*[\\/])", re.MULTILINE
)
_SPOKEN_OF = re.compile(
    r"\b(?:escap\w*|newlines?|line breaks?|tabs?|character|regex\w*|pattern|path|string|literal)\b|[$`]"
    r"|^\s*[\"'{\[]|[\w\"']\s*[:=]\s*[\"']|\\[\"']",
    re.IGNORECASE,
)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.kind not in ("body", "inline", "variant") or "\\n" not in template.masked:
        return
    text = template.instructions
    found = [one.span("mark") for one in _ESCAPE.finditer(text) if _is_meant(text, one)]
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        places = [template.place(*span) for span in found]
        edits = tuple(Edit(place, place.text.replace("\\n", "\n")) for place in places)
        fix = Fix("unsafe", "write line ends", edits) if template.body.kind == "body" else None
        yield Hit(f"{places[0].text} is sent as backslash and n{more}", places[0], fix=fix)


def _is_meant(text: str, found: re.Match[str]) -> bool:
    """Whether the escape stands in prose as if it were a line end."""
    begin = text.rfind("\n", 0, found.start()) + 1
    stop = text.find("\n", found.end())
    line = text[begin : stop if stop >= 0 else len(text)]
    at = found.start() - begin
    return not _SPOKEN_OF.search(line) and not any(one.start() < at < one.end() for one in QUOTED.finditer(line))


RULE = Rule(
    name="literal-escape",
    code="TPL012",
    summary="A line end is written as an escape, outside of code.",
    scope="template",
    check=_check,
    fix="unsafe",
)
