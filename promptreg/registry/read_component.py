"""Files of components: Markdown with front matter, and YAML examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from promptreg.errors import InvalidFile, Problem, TemplateInvalid
from promptreg.model.component import Component, Example, Use
from promptreg.model.digest import json_digest, text_digest
from promptreg.model.inputs import InputSpec
from promptreg.model.kinds import COMPONENT_KINDS, KINDS, TEXT_KINDS, is_label
from promptreg.model.ref import Ref, RefFault
from promptreg.registry.frontmatter import split, split_past
from promptreg.registry.read_inputs import read_inputs
from promptreg.registry.reader import Reader, plain
from promptreg.registry.strict_yaml import Document
from promptreg.registry.written import FileWritten
from promptreg.text import Source, TextMap

__all__ = ["IncludeTag", "Scan", "include_uses", "read_examples", "read_text_component"]


class IncludeTag(Protocol):
    """One include found in a body: its ref and where its tag stands (offsets in the body)."""

    @property
    def ref(self) -> str: ...
    @property
    def start(self) -> int: ...


Scan = Callable[[TextMap, str], Iterable[IncludeTag]]
"""Finds the include tags of a body; the template layer provides it."""

_TEXT_KEYS = ("kind", "version", "summary", "inputs")
_EXAMPLES_KEYS = ("kind", "version", "summary", "inputs", "format", "separator", "examples")


def read_text_component(source: Source, name: str, scan: Scan) -> Component:
    """The component written in a Markdown file; raises InvalidFile with every fault."""
    known: tuple[Problem, ...] = ()
    try:
        parts = split(source)
    except InvalidFile as error:
        past = split_past(source)
        if past is None:
            raise
        parts, known = past, error.problems
    if parts.document is None:
        wanted = 'a component starts with front matter: a line "---", its kind and version, and a closing line "---"'
        reason = wanted if source.text.strip() else f"is empty; {wanted}"
        raise InvalidFile.at(reason, path=source.path, line=1, column=1)
    reader = Reader(parts.document, known)
    head = reader.mapping(parts.document.root, (), _TEXT_KEYS, required=("kind", "version"))
    kind = _read_kind(reader, head, TEXT_KINDS, "a Markdown file")
    version = reader.version(head.get("version", "0.0.0"), ("version",))
    inputs = read_inputs(reader, head.get("inputs"))
    summary = reader.text(head["summary"], ("summary",)) if "summary" in head else ""
    includes = include_uses(reader, parts.body, name, scan)
    reader.finish()
    document = parts.document
    return Component(
        name=name,
        kind=kind,
        version=version,
        summary=summary,
        inputs=inputs,
        written=FileWritten(source, document.start, document.end),
        body_span=(parts.body.offset(0) if parts.body.pieces else len(source.text), len(source.text)),
        includes=includes,
        body_digest=text_digest(parts.body.text),
        contract_digest=_contract(kind, inputs),
    )


def read_examples(
    source: Source, name: str, document: Document, scan: Scan, known: tuple[Problem, ...] = ()
) -> Component:
    """The examples component written in a YAML file; raises InvalidFile with every fault (see Reader for `known`)."""
    reader = Reader(document, known)
    head = reader.mapping(document.root, (), _EXAMPLES_KEYS, required=("kind", "version", "format", "examples"))
    version = reader.version(head.get("version", "0.0.0"), ("version",))
    inputs = read_inputs(reader, head.get("inputs"))
    summary = reader.text(head["summary"], ("summary",)) if "summary" in head else ""
    separator = reader.text(head["separator"], ("separator",)) if "separator" in head else "\n\n"
    includes: tuple[Use, ...] = ()
    if "format" in head:
        if isinstance(head["format"], str):
            includes = include_uses(reader, document.text_map(("format",)), name, scan)
        else:
            reader.fault(("format",), "must be template text")
    examples = _read_examples(reader, head["examples"]) if "examples" in head else ()
    reader.finish()
    return Component(
        name=name,
        kind="examples",
        version=version,
        summary=summary,
        inputs=inputs,
        written=FileWritten(source),
        body_span=None,
        includes=includes,
        examples=examples,
        separator=separator,
        body_digest=json_digest([head["format"], separator, [[item.fields, item.priority] for item in examples]]),
        contract_digest=_contract("examples", inputs),
    )


def _read_kind(reader: Reader, head: dict[str, Any], allowed: tuple[str, ...], where: str) -> str:
    if "kind" not in head:
        return allowed[0]
    value = head["kind"]
    if isinstance(value, str) and value in KINDS and value not in allowed:
        reader.fault(("kind",), f'kind "{value}" does not belong in {where}; use {" or ".join(allowed)}')
        return allowed[0]
    return reader.choice(value, ("kind",), allowed)


def _contract(kind: str, inputs: dict[str, InputSpec]) -> str:
    assert kind in COMPONENT_KINDS
    return json_digest([kind, {name: spec.contract() for name, spec in inputs.items()}])


def include_uses(reader: Reader, body: TextMap, name: str, scan: Scan) -> tuple[Use, ...]:
    """The include tags of a body as uses; a ref that cannot be read is a fault at its tag."""
    uses = []
    try:
        tags = tuple(scan(body, name))
    except TemplateInvalid as error:
        reader.problems.extend(error.problems)
        return ()
    for tag in tags:
        place = body.location(tag.start)
        try:
            uses.append(Use(Ref.parse(tag.ref), tag.ref, place.line, place.column))
        except RefFault as fault:
            reader.problems.append(Problem(InvalidFile.code, str(fault), place.path, place.line, place.column))
    return tuple(uses)


def _read_examples(reader: Reader, value: Any) -> tuple[Example, ...]:
    examples: list[Example] = []
    seen: set[str] = set()
    for index, item in enumerate(reader.sequence(value, ("examples",), least=1)):
        path = ("examples", index)
        if not isinstance(item, dict):
            reader.fault(path, "must be a mapping with id, input, output or other fields")
            continue
        if "id" not in item:
            reader.fault(path, 'the key "id" is missing')
            continue
        label = reader.scalar(item["id"], (*path, "id"))
        if label is None:
            continue
        if not is_label(label):
            reader.fault((*path, "id"), f'"{label}" is not an id: lower-case letters, digits and "-"')
        elif label in seen:
            reader.fault((*path, "id"), f'the id "{label}" is used twice')
        seen.add(label)
        examples.append(_read_example(reader, label, item, path))
    return tuple(examples)


def _read_example(reader: Reader, label: str, item: dict[str, Any], path: tuple[str | int, ...]) -> Example:
    fields = plain(item)
    fields["id"] = label
    priority = fields.pop("priority", None)
    if priority is not None and type(priority) not in (int, float):
        reader.fault((*path, "priority"), "must be a number")
        priority = None
    return Example(label, fields, priority)
