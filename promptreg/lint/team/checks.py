"""Team rules as rules of the linter: what they find becomes hits, replacements become fixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptreg.lint.engine import shown_version
from promptreg.lint.finding import Edit, Fix, Hit, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Composition, Head
from promptreg.lint.team.found import Found
from promptreg.lint.team.loose import loose_passage
from promptreg.lint.team.rule_file import TeamRule
from promptreg.lint.team.sheet import MASKS, Sheet
from promptreg.lint.team.units import units_of
from promptreg.model.prompt import Message, Prompt

__all__ = ["CODE", "as_rule"]

CODE = "TEAM"
"""The code of every team rule, which is also their group: `select = ["TEAM"]`."""

_SHOWN = 60
_PLAIN_IN_YAML = re.compile(r"[\w’ .-]*")


def as_rule(rule: TeamRule, digest: str = "") -> Rule:
    """The rule as the engine runs it; `digest` is that of all files it is read from.

    Rules that ask how a text is used look at prompts, so that a finding depends on nothing but what the prompt is made
    of; all others look at each component by itself.
    """
    return Rule(
        name=rule.name,
        code=CODE,
        summary=rule.summary or rule.message,
        scope="composition" if _is_of_prompts(rule) else "head",
        check=_check(rule),
        severity=rule.severity,
        fix="unsafe" if rule.has_fix else None,
        link=rule.link,
        digest=digest,
    )


def _is_of_prompts(rule: TeamRule) -> bool:
    return bool(rule.roles) or rule.per == "prompt"


def _check(rule: TeamRule) -> Any:
    def check_head(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
        if rule.covers(head.name, head.head.kind):
            yield from _hits(rule, head.sheets)

    def check_composition(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
        if rule.components is not None:
            if rule.covers(composition.prompt.name, "prompt"):
                yield from rule.components.hits(composition, rule.message)
        elif rule.per == "prompt":
            if rule.covers(composition.prompt.name, "prompt"):
                found = [sheet for _, sheets in _texts(rule, composition) for sheet in sheets]
                yield from _owned(_hits(rule, found), composition)
        else:
            for head, sheets in _texts(rule, composition):
                if rule.covers(head.name, head.head.kind):
                    yield from _owned(_hits(rule, sheets), composition)

    return check_composition if _is_of_prompts(rule) else check_head


def _texts(rule: TeamRule, composition: Composition) -> Iterator[tuple[Head, tuple[Sheet, ...]]]:
    """The texts of a prompt and its components, only those that are in messages of the rule's roles."""
    own = composition.head
    used = _used_in(composition, rule.roles) if rule.roles else None
    sheets = tuple(sheet for sheet in own.sheets if used is None or sheet.role in rule.roles)
    if sheets:
        yield own, sheets
    for name in _in_order(composition):
        head = composition.members[name]
        # A released version is read here too, but nothing can be said about it: it never changes.
        if not head.head.frozen and (used is None or name in used):
            yield head, head.sheets


def _in_order(composition: Composition) -> list[str]:
    """The components of a prompt as they are met on the way through it."""
    found: dict[str, None] = {}
    waiting = [use.ref.name for use in reversed(composition.prompt.uses)]
    while waiting:
        name = waiting.pop()
        if name not in found and name in composition.members:
            found[name] = None
            waiting += [use.ref.name for use in reversed(composition.members[name].head.uses)]
    return list(found)


def _used_in(composition: Composition, roles: frozenset[str]) -> frozenset[str]:
    """The components that come into messages of these roles, over any number of includes."""
    waiting = [
        use.ref.name
        for message in composition.prompt.messages
        if isinstance(message, Message) and message.role in roles
        for part in message.parts
        for use in part.uses
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            head = composition.members.get(name)
            waiting += [use.ref.name for use in head.head.uses] if head is not None else []
    return frozenset(found)


def _owned(hits: Iterable[Hit], composition: Composition) -> Iterator[Hit]:
    """Hits with the component that each belongs to."""
    owners = {id(head.source): head.head for head in composition.members.values()}
    for hit in hits:
        owner = owners.get(id(hit.place.source))
        if owner is not None and not isinstance(owner, Prompt):
            hit = hit._replace(component=owner.name, version=shown_version(composition.workspace, owner))
        yield hit


def _hits(rule: TeamRule, sheets: Iterable[Sheet]) -> Iterator[Hit]:
    finder = rule.finder
    assert finder is not None
    if rule.per in ("sentence", "block", "text"):
        sheets = [sheet for sheet in sheets if finder.may_find(sheet)]
    else:
        sheets = list(sheets)
        if not any(finder.may_find(sheet) for sheet in sheets):
            return
    for unit in units_of(rule, sheets):
        found = list(finder.find(unit))
        may_fix = not found or not rule.has_fix or _ends(rule, found)
        for one in found:
            yield _hit(rule, one, may_fix=may_fix)


def _hit(rule: TeamRule, found: Found, *, may_fix: bool) -> Hit:
    place = found.passage.place(found.start, found.end)
    message = rule.message
    for name, value in {"match": found.text, **found.values}.items():
        message = message.replace(f"{{{name}}}", _short(value))
    if "{component}" in message:
        message = message.replace("{component}", place.path)
    related = tuple(Related(other.message, other.passage.place(other.start, other.end)) for other in found.others)
    fix = None
    if may_fix and found.replacement is not None and _may_replace(found):
        fix = Fix("unsafe", f'Write "{_short(found.replacement)}"', (Edit(place, found.replacement),))
    if found.amount is not None and rule.per not in ("sentence", "block"):
        place = place._replace(end=place.start)  # of all of a text: a baseline knows it again when its lines move
    return Hit(message, place, related, fix, secret=rule.secret, amount=found.amount)


def _short(text: str) -> str:
    """A text in a message: one line, not too long, template tags as dots."""
    text = "".join("…" if letter in MASKS else letter for letter in text)
    text = re.sub("…+", "…", " ".join(text.split()))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _may_replace(found: Found) -> bool:
    """Whether the text stands in the file as it is, and what replaces it means nothing to YAML."""
    sheet = found.passage.sheet
    start, end = found.passage.start + found.start, found.passage.start + found.end
    if MASKS & set(found.text) or not all(run.exact for run in sheet.map.ranges(start, end)):
        return False
    if not sheet.is_yaml:
        return True
    assert found.replacement is not None
    is_part = bool((sheet.masked[:start] + sheet.masked[end:]).strip())
    return is_part and all(_PLAIN_IN_YAML.fullmatch(text) for text in (found.text, found.replacement))


def _ends(rule: TeamRule, found: list[Found]) -> bool:
    """Whether nothing is left to replace in the passage once everything is: fixing twice changes nothing more."""
    assert rule.finder is not None
    passage = found[0].passage
    parts, at = [], 0
    for one in found:
        if one.replacement is not None:
            parts += [passage.text[at : one.start], one.replacement]
            at = one.end
    fixed = loose_passage("".join(parts) + passage.text[at:], passage.kind)
    return all(one.replacement is None for one in rule.finder.find((fixed,)))
