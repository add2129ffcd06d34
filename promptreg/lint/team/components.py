"""`required` and `banned`: what prompts must be made with, and what they must not be made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from promptreg.lint.finding import Hit, Place, Related
from promptreg.lint.subjects import Composition, Head, Template
from promptreg.lint.team.names import fits_any
from promptreg.model.component import Component, Use
from promptreg.model.prompt import Message, Part
from promptreg.model.ref import Constraint

__all__ = ["Components", "Wanted"]

_DOUBTFUL = ("if", "for", "macro", "call", "filter")


class Wanted(NamedTuple):
    """A glob of names, and the versions that count."""

    glob: str
    versions: Constraint

    def fits(self, member: Component) -> bool:
        """Whether a component is one of those that are meant."""
        is_any = self.versions.low is None and self.versions.high is None
        return fits_any(member.name, (self.glob,)) and (is_any or self.versions.allows(member.version))

    def __str__(self) -> str:
        return f"{self.glob}@{self.versions.text}" if self.versions.text else self.glob


class _Way(NamedTuple):
    """How a prompt is made with a component: in which role, where that is said, and why it may be missing."""

    role: str
    place: Place
    head: Head
    doubt: str = ""


class Components(NamedTuple):
    """`wanted` are what every prompt must be made with, or must not where `banned`.

    `role`: only what is in messages of that role counts. `always`: what a condition or a budget may leave out does not.
    """

    wanted: tuple[Wanted, ...]
    banned: bool
    role: str | None
    always: bool

    def hits(self, composition: Composition, message: str) -> Iterator[Hit]:
        """What is wrong with a prompt; nothing for one whose parts cannot be found."""
        if composition.closure is None:
            return
        ways = _ways(composition)
        members = {name: head.head for name, head in composition.members.items()}
        for wanted in self.wanted:
            fitting = [
                name for name, member in members.items() if isinstance(member, Component) and wanted.fits(member)
            ]
            found = [way for name in fitting for way in ways.get(name, ())]
            if self.banned:
                yield from self._banned(found, message, wanted, composition)
            else:
                yield from self._required(found, message, wanted, composition)

    def _banned(self, found: list[_Way], message: str, wanted: Wanted, composition: Composition) -> Iterator[Hit]:
        for way in found:
            if self.role in (None, way.role):
                own = None if way.head is composition.head else way.head.head
                text = _said(message, wanted, composition)
                yield Hit(text, way.place, component=own.name if own else None, version=_shown(own, composition))

    def _required(self, found: list[_Way], message: str, wanted: Wanted, composition: Composition) -> Iterator[Hit]:
        right = [way for way in found if self.role in (None, way.role)]
        if any(not way.doubt or not self.always for way in right):
            return
        head = composition.head
        related = tuple(Related(way.doubt, way.place, way.head.name) for way in right)
        related += tuple(Related(f"here it is in the role {way.role}", way.place) for way in found if way not in right)
        yield Hit(_said(message, wanted, composition), head.key_place(("messages",)), related)


def _said(message: str, wanted: Wanted, composition: Composition) -> str:
    return message.replace("{component}", str(wanted)).replace("{prompt}", composition.prompt.name)


def _shown(head: object, composition: Composition) -> str | None:
    from promptreg.lint.engine import shown_version

    return shown_version(composition.workspace, head) if isinstance(head, Component) else None


def _ways(composition: Composition) -> Mapping[str, list[_Way]]:
    """Every way in which each component comes into a prompt."""
    found: dict[str, list[_Way]] = {}
    for message in composition.prompt.messages:
        if isinstance(message, Message):
            for part in message.parts:
                for use, doubt in _uses(composition, part):
                    place = _place(composition.head, use)
                    _follow(composition, use.ref.name, _Way(message.role, place, composition.head, doubt), found)
    return found


def _follow(composition: Composition, name: str, way: _Way, found: dict[str, list[_Way]]) -> None:
    """Note a way to a component and to all that it includes; a circle was refused when the prompt was resolved."""
    found.setdefault(name, []).append(way)
    head = composition.members.get(name)
    if head is None or not isinstance(head.head, Component):
        return
    sure = frozenset().union(*(_always_included(template) for template in head.templates))
    for use in head.head.includes:
        doubt = way.doubt or ("" if use.ref.name in sure else "only where a condition holds")
        _follow(composition, use.ref.name, _Way(way.role, _place(head, use), head, doubt), found)


def _uses(composition: Composition, part: Part) -> Iterator[tuple[Use, str]]:
    """The refs of a part, with why what they name may be missing."""
    doubt = ""
    if part.when:
        doubt = "only where its condition holds"
    elif "priority" in part.budget:
        doubt = "may be left out for the budget"
    elif part.variants:
        doubt = "a shorter form may take its place"
    if part.use is not None:
        yield part.use, doubt
    sure: frozenset[str] = frozenset()
    for template in composition.head.templates if part.includes else ():
        if template.body.part == part.id and template.body.kind == "inline":
            sure = _always_included(template)
    for use in part.includes:
        yield use, doubt or ("" if use.ref.name in sure else "only where a condition holds")
    for variant in part.variants:
        for other in (variant.use, *variant.includes):
            if other is not None:
                yield other, "only in a shorter form of the part"


def _always_included(template: Template) -> frozenset[str]:
    """Names of the components whose include tags stand outside of every condition, loop and macro.

    Read from the tags: the syntax tree is changed when the template is compiled.
    """
    if template.parsed is None:
        return frozenset()
    text = template.body.text.text
    found: set[str] = set()
    inside = 0
    for tag in template.parsed.tokens.tags:
        word, _, rest = text[tag.inner_start : tag.inner_end].strip("+- \t\n").partition(" ")
        if tag.type != "block_begin" or word in ("with", "endwith"):
            continue
        if word.startswith("end"):
            inside -= 1
        elif word in _DOUBTFUL or (word == "set" and "=" not in rest):
            inside += 1
        elif word == "include" and inside == 0:
            found.add(rest.strip().strip("\"'").partition("@")[0])
    return frozenset(found)


def _place(head: Head, use: Use) -> Place:
    """The ref as it is written."""
    if use.key:
        return head.place(use.key)
    start = head.source.offset(use.line, use.column)
    end = head.source.text.find("\n", start)
    at = head.source.text.find(use.text, start, end if end >= 0 else None)
    return Place(head.source, at, at + len(use.text)) if at >= 0 else Place(head.source, start, start)
