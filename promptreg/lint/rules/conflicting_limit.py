"""Two limits on the length of the same thing that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Related
from promptreg.lint.limits import Limit, limits_in
from promptreg.lint.rendered_text import RenderedText
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import RenderedPrompt

__all__ = ["RULE"]

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]", re.MULTILINE)
_Found = tuple[Limit, RenderedText]


def _check(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
    found = [(limit, text) for text in prompt.texts for limit in limits_in(text.instructions)]
    for number, later in enumerate(found):
        for earlier in found[:number]:
            if later[0].conflicts(earlier[0]) and not _are_apart(earlier, later):
                hit = _hit(prompt, earlier, later)
                if hit is not None:
                    yield hit
                break


def _are_apart(one: _Found, two: _Found) -> bool:
    """Whether the limits stand in different sections of one component, or messages, and may be on different things."""
    if one[1] is not two[1]:
        return one[1].role != two[1].role
    start, end = one[0].end, two[0].start
    same = one[1].component_at(one[0].start).component == one[1].component_at(two[0].start).component
    return same and (_HEADING.search(one[1].text, start, end) is not None or end - start > 1500)


def _hit(prompt: RenderedPrompt, earlier: _Found, later: _Found) -> Hit | None:
    first = prompt.places(earlier[1].message, earlier[0].start, earlier[0].end)
    second = prompt.places(later[1].message, later[0].start, later[0].end)
    if not first or not second or first[0][0] == second[0][0]:
        return None
    before = earlier[1].text[earlier[0].start : earlier[0].end]
    here = later[1].text[later[0].start : later[0].end]
    said = f'"{here}" for the {later[0].about}, and "{before}" elsewhere in the same prompt'
    related = [Related(f'"{before}"', *first[0]), *(Related("with", *place) for place in second[1:])]
    place, component, version = second[0]
    return Hit(said, place, tuple(related), component=component, version=version)


RULE = Rule(
    name="conflicting-limit",
    code="CLR001",
    summary="Two limits on the length of the same thing cannot both hold.",
    scope="rendered",
    check=_check,
)
