"""Suppressions: comments of the template language or of YAML, which never reach the model.

`{# promptreg: ignore[rule, rule] reason #}` in a template, `# promptreg: ignore[rule] reason` in YAML, front matter and
Python (see `promptreg.lint.calls.comments`).
Behind other text on its line a comment speaks of that line; alone on its line, of the next line that is not blank;
`ignore-file[...]` speaks of the whole file. Rules are named as in `select`: by name, code or group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.finding import Place
from promptreg.lint.subjects import Head
from promptreg.text import Source

__all__ = ["Directive", "Suppression", "directive_in", "directives_of"]

_DIRECTIVE = re.compile(r"promptreg:[ \t]*(ignore(?:-file)?)[ \t]*\[([^\]\n]*)\][ \t]*(.*)", re.DOTALL)
_MENTION = "promptreg:"


class Directive(NamedTuple):
    """One suppression. `rules` are selectors as written; `lines` are the first and last line it speaks of, from 1.

    `fault` says what is wrong with a comment that starts like a suppression and is none.
    """

    place: Place
    rules: tuple[str, ...]
    reason: str
    lines: tuple[int, int]
    fault: str = ""

    def covers(self, place: Place) -> bool:
        """Whether a finding at `place` is one that it speaks of."""
        if place.path != self.place.path:
            return False
        return self.lines[0] <= place.source.location(place.start).line <= self.lines[1]


class Suppression(NamedTuple):
    """Scope `directive`: a suppression with what came of it.

    `unused` are those of its selectors that silenced nothing, though all that they name was looked for; `unknown` those
    that name no rule, each with the nearest one that there is. `needs_reason`: the settings want reasons. `head` is
    None for a Python file.
    """

    head: Head | None
    directive: Directive
    unused: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str | None], ...] = ()
    needs_reason: bool = False


def directives_of(head: Head) -> tuple[Directive, ...]:
    """Every suppression in the file of a head, in order."""
    if _MENTION not in head.source.text:
        return ()
    found = [*_in_yaml(head), *_in_templates(head)]
    return tuple(sorted(found, key=lambda directive: directive.place.start))


def _in_templates(head: Head) -> Iterator[Directive]:
    for template in head.templates:
        if template.parsed is None:
            continue
        text = template.body.text.text
        for tag in template.parsed.tokens.tags:
            if tag.type == "comment_begin" and _MENTION in text[tag.inner_start : tag.inner_end]:
                place = template.place(tag.start, tag.end)
                yield directive_in(text[tag.inner_start : tag.inner_end], place)


def _in_yaml(head: Head) -> Iterator[Directive]:
    """Comments of YAML: what starts with a number sign behind white space, outside of every scalar and body."""
    source = head.source
    inside = sorted(head.scalars)
    for found in re.finditer(r"(?:^|(?<=\s))#[ \t]*(promptreg:[^\n]*)", source.text, re.MULTILINE):
        at = found.start()
        if not any(start <= at < end for start, end in inside):
            end = found.start(1) + len(found.group(1).rstrip())
            yield directive_in(source.text[found.start(1) : end], Place(source, at, end))


def directive_in(text: str, place: Place) -> Directive:
    """The suppression in a comment at `place`; `text` is what the comment says, without its delimiters."""
    source = place.source
    line = source.location(place.start).line
    found = _DIRECTIVE.match(text.strip())
    if found is None:
        fault = "is no suppression: write promptreg: ignore[rule-name] and a reason"
        return Directive(place, (), "", (line, line), fault)
    rules = tuple(word.strip() for word in found.group(2).split(",") if word.strip())
    fault = "" if rules else "names no rule"
    lines = (1, source.text.count("\n") + 1) if found.group(1) == "ignore-file" else _lines(source, place)
    return Directive(place, rules, " ".join(found.group(3).split()), lines, fault)


def _lines(source: Source, place: Place) -> tuple[int, int]:
    """The line of a comment that stands behind something, the next one with text for a comment alone on its line."""
    first = source.location(place.start).line
    start = source.offset(first, 1)
    last = source.location(place.end).line
    rest = source.text[place.end :].split("\n")
    if source.text[start : place.start].strip() or rest[0].strip():
        return first, last
    for number, line in enumerate(rest[1:], start=1):
        if line.strip():
            return first, last + number
    return first, last
