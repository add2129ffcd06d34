"""The passages that a rule looks at together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from promptreg.lint.team.found import Unit
from promptreg.lint.team.rule_file import TeamRule
from promptreg.lint.team.sheet import Passage, Sheet

__all__ = ["sentences", "units_of"]

_END = re.compile(r"[.!?…][\"'”’)\]*_]*\s+|[。！？]+[」』]?\s*")
_SHORT = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|incl|nr|fig|dr|mr|mrs|ms|st|z\.B|[A-Za-z])\.$", re.I)


def units_of(rule: TeamRule, sheets: Iterable[Sheet]) -> Iterator[Unit]:
    """The units of some texts, which are those of a component or of all that a prompt is made of.

    per sentence and per block: one passage each; per text: what is in scope of each text; else all of it. Where nothing
    of a text is in scope, an empty passage stands for it, so that what is missing can be told. A text of nothing but
    tags is none.
    """
    everything: list[Passage] = []
    for sheet in sheets:
        if sheet.is_blank:
            continue
        passages = [passage for passage in sheet.passages if passage.kind in rule.scope]
        if rule.per == "block":
            yield from ((passage,) for passage in _touched(rule, sheet, passages))
        elif rule.per == "sentence":
            yield from ((piece,) for passage in _touched(rule, sheet, passages) for piece in sentences(passage))
        elif rule.per == "text":
            yield passages or (_nothing(sheet),)
        else:
            everything.extend(passages or (_nothing(sheet),))
    if everything:
        yield everything


def _touched(rule: TeamRule, sheet: Sheet, passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages that may hold something to find."""
    assert rule.finder is not None
    return rule.finder.touched(sheet, passages)


def _nothing(sheet: Sheet) -> Passage:
    return Passage(sheet, "paragraph", len(sheet.masked) - len(sheet.masked.lstrip()), "")


def sentences(passage: Passage) -> Sequence[Passage]:
    """A passage by sentences: cut behind a full stop and white space, not behind an abbreviation."""
    text = passage.text
    found, at = [], 0
    for end in _END.finditer(text):
        mark = end.start() + 1
        following = text[end.end() : end.end() + 1]
        if text[end.start()] == "." and (following.islower() or _SHORT.search(text, max(at, mark - 12), mark)):
            continue
        found.append(Passage(passage.sheet, passage.kind, passage.start + at, text[at : end.end()].rstrip()))
        at = end.end()
    if text[at:].strip():
        found.append(Passage(passage.sheet, passage.kind, passage.start + at, text[at:]))
    return found
