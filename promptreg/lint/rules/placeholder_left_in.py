"""A note to the author was left in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.plain import FORM, QUOTED
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_LEFT = re.compile(
    r"^[ \t]*(?:[-*+#>]+[ \t]+)?[*_]*(?P<todo>(?:TODO|FIXME|TBD|XXX)\b[*_]*:?(?=[ \t]*$)"
    r"|(?:TODO|FIXME)[*_]*(?:\([\w.-]+\))?:)"
    r"|(?P<slot>\[(?i:insert|paste|fill in|enter|put) [^\]\n\[]{3,80}\](?!\())"
    r"|(?P<your>\[(?i:your) [^\]\n\[]{2,60}(?i: here)\](?!\())"
    r"|(?P<angle><(?i:insert|paste|fill in|enter|put|your) [^>\n<=\"]{2,60} (?i:here)>)"
    r"|(?P<lorem>\b(?i:lorem ipsum)\b)",
    re.MULTILINE,
)
_ANY = re.compile(
    r"TODO|FIXME|TBD|XXX|[\[<](?:[iI]nsert|[pP]aste|[fF]ill|[eE]nter|[pP]ut|[yY]our|INSERT|PASTE|FILL|ENTER|PUT"
    r"|YOUR)\b|orem |OREM "
)
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+[^\n]*|[*_]{2}[^\n]{1,80}[*_]{2}:?[ \t]*)$", re.MULTILINE)


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.kind not in ("body", "inline", "variant") or _ANY.search(template.body.text.text) is None:
        return
    text = template.instructions
    found = [one for one in _LEFT.finditer(text) if not _is_meant(text, one)]
    if len(found) > 2 and not any(one["todo"] for one in found):
        return  # so many are slots of a form
    for one in found:
        kind = one.lastgroup or 0
        place = template.place(*one.span(kind))
        yield Hit(f'"{one[kind].strip()}" was left in', place)


def _is_meant(text: str, found: re.Match[str]) -> bool:
    """Whether the match is a slot of a form that the model fills in, or quoted."""
    begin = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    line = text[begin : end if end >= 0 else len(text)]
    at = found.start(found.lastgroup or 0) - begin
    if any(quote.start() < at < quote.end() for quote in QUOTED.finditer(line)) or FORM.search(line):
        return True
    above = text[max(0, begin - 300) : begin].rstrip().rsplit("\n", 2)[-2:]
    headings = [one.group() for one in _HEADING.finditer(text, max(0, begin - 1500), begin)]
    return any(FORM.search(one) and ":" in one for one in above) or any(FORM.search(one) for one in headings[-1:])


RULE = Rule(
    name="placeholder-left-in",
    code="TPL008",
    summary="A note to the author (TODO, [insert ... here]) was left in the text.",
    scope="template",
    check=_check,
)
