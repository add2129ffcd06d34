"""A suppression that is none, names no rule, gives no reason, or changes the text around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.directives import Suppression
from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule

__all__ = ["RULE"]


def _check(suppression: Suppression, options: Mapping[str, Any]) -> Iterator[Hit]:
    directive = suppression.directive
    place = directive.place
    if directive.fault:
        yield Hit(f"the comment {directive.fault}", place)
    for word, near in suppression.unknown:
        advice = f' (did you mean "{near}"?)' if near else ""
        yield Hit(f'there is no lint rule "{word}"{advice}', place)
    if suppression.needs_reason and not directive.fault:
        yield Hit("the suppression gives no reason", place)
    if _joins_lines(place):
        end = Place(place.source, place.end - 2, place.end)
        fix = Fix("unsafe", "keep the line end: close the comment with +#}", (Edit(end, "+#}"),))
        yield Hit("the comment takes the line end with it: the next line is joined to this one", place, fix=fix)


def _joins_lines(place: Place) -> bool:
    """Whether a template comment stands behind text on its line, and swallows the end of that line."""
    text = place.source.text
    if not place.text.endswith("#}") or place.text.endswith(("+#}", "-#}")):
        return False
    before = text[text.rfind("\n", 0, place.start) + 1 : place.start]
    return bool(before.strip()) and text.startswith(("\n", "\r\n"), place.end) and bool(text[place.end :].strip())


RULE = Rule(
    name="malformed-suppression",
    code="LNT002",
    summary="A comment looks like a suppression and is none, names no rule, or changes the text around it.",
    scope="directive",
    check=_check,
    fix="unsafe",
)
