"""Going to where something is defined."""

from __future__ import annotations

from promptreg.errors import PromptregError
from promptreg.lint.finding import Place
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt
from promptreg.serve.lsp.lookup import Lookup, places_of_parts
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.project import Snapshot
from promptreg.serve.lsp.target import Target, target_at
from promptreg.text import Source

__all__ = ["definitions"]


def definitions(snapshot: Snapshot, page: Page, offset: int) -> list[Place]:
    """Where that is defined which is at an offset of a page; nothing where that is nowhere."""
    target = target_at(page, offset)
    if target is None:
        return []
    lookup = Lookup(snapshot, page)
    match target.kind:
        case "ref":
            used = lookup.used(target.text)
            return [Place(used.component.written.source, 0, 0)] if used else []
        case "input":
            return _declared(page, target.text, target)
        case "attribute":
            return _declared(page, target.of, target)
        case "binding":
            used = lookup.used(target.of)
            return _input_of(used.component, target.text) if used else []
        case "file":
            return _file(snapshot, target.text)
        case "need":
            return places_of_parts(lookup, target.text) if lookup.head is not None else []
    return []


def _declared(page: Page, name: str, target: Target) -> list[Place]:
    """Where a name gets its value in a template, or is declared as an input of the page."""
    names = {**page.inputs, **(page.locals(target.body) if target.body is not None else {})}
    span = names.get(name)
    return [Place(Source(page.path, page.text), *span)] if span else []


def _input_of(head: Component | Prompt, name: str) -> list[Place]:
    if name not in head.inputs:
        return []
    source = head.written.source
    place = head.written.location(("inputs", name), key=True)
    offset = source.offset(place.line, place.column)
    return [Place(source, offset, offset + len(name))]


def _file(snapshot: Snapshot, relative: str) -> list[Place]:
    try:
        return [Place(snapshot.store.side_file(relative), 0, 0)]
    except PromptregError:
        return []
