"""Heads as plain JSON and back, for the cache; positions are read again from the text when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptreg.model.component import Component, Example, Use
from promptreg.model.inputs import MISSING, InputSpec
from promptreg.model.prompt import Message, Output, Part, Prompt, SampleSpec, Slot, Variant
from promptreg.model.ref import Ref
from promptreg.model.version import Version
from promptreg.registry.written import FileWritten
from promptreg.text import Source

__all__ = ["FORMAT", "decode_head", "encode_head"]

FORMAT = 4
"""Changes whenever an encoded head does."""

Encoded = dict[str, Any]


def encode_head(head: Component | Prompt) -> Encoded:
    """The plain JSON of a head, without its name, path and text."""
    common: Encoded = {
        "kind": head.kind,
        "version": head.version,
        "summary": head.summary,
        "inputs": [_encode_input(spec) for spec in head.inputs.values()],
        "digests": [head.body_digest, head.contract_digest],
    }
    return common | (_encode_prompt(head) if isinstance(head, Prompt) else _encode_component(head))


def decode_head(found: Mapping[str, Any], name: str, source: Source) -> Component | Prompt:
    """The head that `encode_head` wrote, for the same text; raises KeyError, TypeError or ValueError for other JSON."""
    inputs = {item[0]: _decode_input(item) for item in found["inputs"]}
    if found["kind"] == "prompt":
        return _decode_prompt(found, name, source, inputs)
    span = found["body"]
    start, end = found["yaml"]
    body, contract = found["digests"]
    return Component(
        name=name,
        kind=found["kind"],
        version=Version(*found["version"]),
        summary=found["summary"],
        inputs=inputs,
        written=FileWritten(source, start, end),
        body_span=tuple(span) if span else None,
        includes=_decode_uses(found["includes"]),
        examples=tuple(Example(*item) for item in found["examples"]),
        separator=found["separator"],
        body_digest=body,
        contract_digest=contract,
    )


def _encode_component(head: Component) -> Encoded:
    written = head.written
    assert isinstance(written, FileWritten)
    return {
        "body": head.body_span,
        "yaml": [written.start, written.end],
        "includes": _encode_uses(head.includes),
        "examples": head.examples,
        "separator": head.separator,
    }


def _encode_input(spec: InputSpec) -> list[Any]:
    plain = [spec.name, spec.type, spec.schema, spec.trust, spec.pii, spec.max_tokens, spec.summary]
    return plain if spec.default is MISSING else [*plain, spec.default]


def _decode_input(item: list[Any]) -> InputSpec:
    name, kind, schema, trust, pii, limit, summary = item[:7]
    return InputSpec(name, kind, schema, trust, pii, limit, item[7] if len(item) > 7 else MISSING, summary)


def _encode_uses(uses: tuple[Use, ...]) -> list[Any]:
    return [[use.text, use.line, use.column, use.key] for use in uses]


def _decode_uses(items: list[Any]) -> tuple[Use, ...]:
    return tuple(Use(Ref.parse(text), text, line, column, tuple(key)) for text, line, column, key in items)


def _decode_use(items: list[Any]) -> Use | None:
    return _decode_uses(items)[0] if items else None


def _encode_prompt(head: Prompt) -> Encoded:
    return {
        "model": head.model,
        "requires": head.requires,
        "output": head.output,
        "budget": head.budget,
        "messages": [_encode_message(message) for message in head.messages],
        "samples": [[spec.name, spec.inputs, spec.file] for spec in head.samples.values()],
        "languages": head.languages,
    }


def _encode_message(message: Message | Slot) -> list[Any]:
    if isinstance(message, Slot):
        return ["slot", message.position, message.key, message.input, message.roles, message.budget, message.needs]
    parts = [
        [part.id, part.key, _encode_uses((part.use,) if part.use else ()), part.bindings, part.when, part.fence,
         part.budget, _encode_uses(part.includes), list(map(_encode_variant, part.variants)), part.needs]
        for part in message.parts
    ]  # fmt: skip
    return ["message", message.position, message.role, message.separator, parts]


def _decode_message(item: list[Any]) -> Message | Slot:
    if item[0] == "slot":
        _, position, key, name, roles, budget, needs = item
        return Slot(position, tuple(key), name, tuple(roles), budget, tuple(needs))
    _, position, role, separator, parts = item
    return Message(position, role, separator, tuple(map(_decode_part, parts)))


def _decode_part(item: list[Any]) -> Part:
    label, key, use, bindings, when, fence, budget, includes, variants, needs = item
    found, forms = _decode_uses(includes), tuple(map(_decode_variant, variants))
    return Part(label, tuple(key), _decode_use(use), bindings, when, fence, budget, found, forms, tuple(needs))


def _encode_variant(form: Variant) -> list[Any]:
    return [form.key, _encode_uses((form.use,) if form.use else ()), _encode_uses(form.includes)]


def _decode_variant(item: list[Any]) -> Variant:
    key, use, includes = item
    return Variant(tuple(key), _decode_use(use), _decode_uses(includes))


def _decode_prompt(found: Mapping[str, Any], name: str, source: Source, inputs: dict[str, InputSpec]) -> Prompt:
    output = found["output"]
    body, contract = found["digests"]
    return Prompt(
        name=name,
        version=Version(*found["version"]),
        summary=found["summary"],
        model=found["model"],
        inputs=inputs,
        requires=found["requires"],
        output=Output(*output) if output else None,
        budget=found["budget"],
        messages=tuple(map(_decode_message, found["messages"])),
        samples={spec[0]: SampleSpec(*spec) for spec in found["samples"]},
        languages=tuple(found.get("languages", ())),
        written=FileWritten(source),
        body_digest=body,
        contract_digest=contract,
    )
