"""What refs and names lead to in a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.errors import PromptregError
from promptreg.lint.finding import Place
from promptreg.model.component import Component
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Message, Part, Prompt, Slot
from promptreg.model.ref import Pin, Ref, RefFault
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.project import Snapshot

__all__ = ["Lookup", "Used", "places_of_parts"]


class Used(NamedTuple):
    """A component that a ref leads to, with its pin where everything that it is made of can be found."""

    component: Component
    pin: Pin | None


class Lookup:
    """Answers about one page."""

    def __init__(self, snapshot: Snapshot, page: Page) -> None:
        self.snapshot = snapshot
        self.page = page
        self.name = snapshot.name(page.path)
        self.head = snapshot.head(page.path)

    def used(self, text: str) -> Used | None:
        """What a ref on the page leads to: as the page takes it, where it can be resolved, else what fits the ref."""
        try:
            ref = Ref.parse(text)
        except RefFault:
            return None
        try:
            closure = self.snapshot.registry.closure(self.name or "")
        except PromptregError:
            return self._fitting(ref)
        member = closure.members.get(ref.name)
        return self._fitting(ref) if member is None else Used(member, closure.pins.get(ref.name))

    def _fitting(self, ref: Ref) -> Used | None:
        store = self.snapshot.store
        head = store.heads.get(ref.name) or next(
            (old for old in self.snapshot.last.values() if old.name == ref.name), None
        )
        if isinstance(head, Component) and (not ref.constraint.text or ref.constraint.allows(head.version)):
            return Used(head, self.pin(head.name))
        try:
            for version in store.releases.released(ref.name):
                if ref.constraint.allows(version):
                    found = store.releases.verified(ref.name, version)
                    return Used(found, None) if isinstance(found, Component) else None
        except PromptregError:
            return None
        return Used(head, None) if isinstance(head, Component) else None

    def pin(self, name: str) -> Pin | None:
        """The exact version and digest of a head."""
        try:
            return self.snapshot.registry.closure(name).pin
        except PromptregError:
            return None

    def input(self, name: str) -> InputSpec | None:
        """An input that the page declares, as far as it was ever readable."""
        return self.head.inputs.get(name) if self.head is not None else None

    def parts(self) -> Iterator[tuple[Part | Slot, str]]:
        """The parts and slots of the page with the names that `needs` may call them."""
        if isinstance(self.head, Prompt):
            for message in self.head.messages:
                for unit in message.parts if isinstance(message, Message) else (message,):
                    use = unit.use if isinstance(unit, Part) else None
                    fence = unit.fence if isinstance(unit, Part) else unit.input
                    for name in (unit.id, use.ref.name if use else None, fence, unit.budget.get("group")):
                        if name:
                            yield unit, name

    def part(self, part_id: str) -> Part | Slot | None:
        """The part or slot with an id."""
        return next((unit for unit, name in self.parts() if name == part_id == unit.id), None)


def places_of_parts(lookup: Lookup, name: str) -> list[Place]:
    """Where the parts are that a need names."""
    head = lookup.head
    assert head is not None
    found = []
    for unit, called in lookup.parts():
        if called == name:
            place = head.written.location(unit.key)
            offset = head.written.source.offset(place.line, place.column)
            found.append(Place(head.written.source, offset, offset))
    return found
