"""A suppression that silences nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.directives import Suppression
from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule

__all__ = ["RULE"]

_SELECTOR = re.compile(r"[^,\[\]\s]+")


def _check(suppression: Suppression, options: Mapping[str, Any]) -> Iterator[Hit]:
    directive = suppression.directive
    if not suppression.unused:
        return
    if len(suppression.unused) == len(directive.rules):
        words = ", ".join(directive.rules)
        fix = Fix("safe", "remove the suppression", (Edit(_whole(directive.place), ""),))
        yield Hit(f'the suppression of "{words}" silences nothing', directive.place, fix=fix)
        return
    kept = ", ".join(word for word in directive.rules if word not in suppression.unused)
    listed = _listed(directive.place)
    for word in suppression.unused:
        place = next((one for one in _words(listed) if one.text == word), directive.place)
        fix = Fix("safe", f'keep only "{kept}" in the suppression', (Edit(listed, kept),))
        yield Hit(f'the suppression of "{word}" silences nothing', place, fix=fix)


def _listed(place: Place) -> Place:
    """What stands between the brackets."""
    start = place.source.text.index("[", place.start) + 1
    return Place(place.source, start, place.source.text.index("]", start))


def _words(listed: Place) -> Iterator[Place]:
    for found in _SELECTOR.finditer(listed.text):
        yield Place(listed.source, listed.start + found.start(), listed.start + found.end())


def _whole(place: Place) -> Place:
    """A comment with the white space that comes and goes with it, so that no rendered byte changes.

    The line end behind a template comment never reaches the output, unless the comment ends in `+#}`.
    """
    text = place.source.text
    line = text.rfind("\n", 0, place.start) + 1
    is_first = not text[line : place.start].strip()
    end = place.end
    if place.text.startswith("#"):
        start = line if is_first else len(text[: place.start].rstrip(" \t"))
        takes_line_end = is_first
    else:
        start = line if is_first and not place.text.startswith("{#+") else place.start
        takes_line_end = not place.text.endswith("+#}")
    if takes_line_end:
        end = next((end + len(mark) for mark in ("\r\n", "\n") if text.startswith(mark, end)), end)
    return Place(place.source, start, end)


RULE = Rule(
    name="unused-suppression",
    code="LNT001",
    summary="A suppression speaks of a line on which its rule finds nothing.",
    scope="directive",
    check=_check,
    fix="safe",
)
