"""What is shown about the thing under the cursor, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.lint.engine import shown_version
from promptreg.model.component import Component
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Part, Prompt
from promptreg.serve.lsp.lookup import Lookup, Used
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.part_tokens import shown_tokens, tokens_of_users
from promptreg.serve.lsp.project import Snapshot
from promptreg.serve.lsp.target import Target, part_of, target_at
from promptreg.template.words import ALLOWED_FILTERS, ALLOWED_TESTS

__all__ = ["Hover", "hover", "input_facts"]


class Hover(NamedTuple):
    """Markdown about `start:end` of the page."""

    text: str
    start: int
    end: int


def hover(snapshot: Snapshot, page: Page, offset: int) -> Hover | None:
    """What there is to tell about an offset of a page."""
    lookup = Lookup(snapshot, page)
    target = target_at(page, offset)
    if target is None:
        if page.is_markdown and offset >= page.body_start and isinstance(lookup.head, Component):
            return _hover(_of_file(lookup, lookup.head), offset, offset)
        return None
    rows = list(_about(lookup, target, offset))
    return _hover(rows, target.start, target.end) if rows else None


def _hover(rows: list[str], start: int, end: int) -> Hover:
    return Hover("\n\n".join(row for row in rows if row), start, end)


def _about(lookup: Lookup, target: Target, offset: int) -> Iterator[str]:
    match target.kind:
        case "ref":
            yield from _ref(lookup, target, offset)
        case "input":
            yield from _input(lookup, target)
        case "attribute":
            yield from _attribute(lookup, target)
        case "binding":
            used = lookup.used(target.of)
            spec = used.component.inputs.get(target.text) if used else None
            if used and spec:
                yield f"`{spec.name}`: {input_facts(spec)}"
                yield _origin(lookup, used)
        case "filter":
            yield f"`{target.text}`: {ALLOWED_FILTERS[target.text]}" if target.text in ALLOWED_FILTERS else ""
        case "test":
            yield f"`{target.text}`: {ALLOWED_TESTS[target.text]}" if target.text in ALLOWED_TESTS else ""
        case "part":
            yield from _part(lookup, target.text)


def _ref(lookup: Lookup, target: Target, offset: int) -> Iterator[str]:
    used = lookup.used(target.text)
    if used is None:
        return
    part = part_of(lookup.page.outline.at(offset).path)
    unit = lookup.part(part) if part else None
    bound = unit.bindings if isinstance(unit, Part) and unit.use and unit.use.ref.name == used.component.name else {}
    yield _title(lookup, used)
    yield used.component.summary
    yield _origin(lookup, used)
    yield _inputs(used.component, bound)
    if part is not None:
        yield shown_tokens(lookup, part)


def _part(lookup: Lookup, part: str) -> Iterator[str]:
    unit = lookup.part(part)
    use = unit.use if isinstance(unit, Part) else None
    used = lookup.used(use.text) if use is not None else None
    yield _title(lookup, used) if used else ""
    yield _origin(lookup, used) if used else ""
    yield shown_tokens(lookup, part)


def _input(lookup: Lookup, target: Target) -> Iterator[str]:
    if target.body is not None and target.text in lookup.page.locals(target.body):
        yield f"`{target.text}` gets its value in this template"
        return
    spec = lookup.input(target.text)
    if spec is None:
        return
    yield f"`{spec.name}`: {input_facts(spec)}"
    yield spec.summary or str(spec.schema.get("description", ""))
    assert lookup.head is not None
    place = lookup.head.written.location(("inputs", spec.name), key=True)
    yield f"declared at `{place}`"


def _attribute(lookup: Lookup, target: Target) -> Iterator[str]:
    spec = lookup.input(target.of)
    properties = spec.schema.get("properties", {}) if spec else {}
    schema = properties.get(target.text)
    if isinstance(schema, dict):
        yield f"`{target.of}.{target.text}`: {schema.get('type', 'any')}"
        yield str(schema.get("description", ""))


def _of_file(lookup: Lookup, head: Component) -> list[str]:
    """About the component that a body belongs to, where there is nothing of its own under the cursor."""
    used = Used(head, lookup.pin(head.name))
    return [_title(lookup, used), _origin(lookup, used), *tokens_of_users(lookup, head)]


def _title(lookup: Lookup, used: Used) -> str:
    component = used.component
    return f"**{component.name}@{shown_version(lookup.snapshot.workspace, component)}** ({component.kind})"


def _origin(lookup: Lookup, used: Used) -> str:
    digest = f" · `{used.pin.digest[:19]}…`" if used.pin is not None else ""
    return f"`{used.component.path}`{digest}"


def _inputs(head: Component | Prompt, bound: object) -> str:
    """The inputs of a component as a table, with what a prompt binds to them."""
    if not head.inputs:
        return ""
    rows = ["| input | | bound to |", "| --- | --- | --- |"]
    values = bound if isinstance(bound, dict) else {}
    for spec in head.inputs.values():
        value = f"`{values[spec.name]}`" if spec.name in values else ""
        rows.append(f"| `{spec.name}` | {input_facts(spec)} | {value} |")
    return "\n".join(rows)


def input_facts(spec: InputSpec) -> str:
    """Type, limits and trust of an input on one line."""
    choices = spec.schema.get("enum")
    facts = [spec.type if not choices else " or ".join(map(str, choices))]
    facts.append("required" if spec.required else f"default {_short(spec.default)}")
    facts += ["untrusted"] if spec.trust == "untrusted" else []
    facts += ["personal data"] if spec.pii else []
    facts += [f"at most {spec.max_tokens} tokens"] if spec.max_tokens is not None else []
    return ", ".join(facts)


def _short(value: object) -> str:
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= 40 else text[:39] + "…"
