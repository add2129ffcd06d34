"""Prompts: compositions of components into messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.model.component import Use
from promptreg.model.inputs import InputSpec
from promptreg.model.version import Version
from promptreg.model.written import KeyPath, Written

__all__ = ["Message", "Output", "Part", "Prompt", "SampleSpec", "Slot"]


class Part(NamedTuple):
    """One part of a message: a used component (`use`) or inline text; `key` is its path in the file."""

    id: str
    key: KeyPath
    use: Use | None
    bindings: Mapping[str, Any]
    when: bool
    fence: str | None
    budget: Mapping[str, Any]
    includes: tuple[Use, ...] = ()


class Message(NamedTuple):
    """A message with a fixed role; its parts are joined by `separator`."""

    position: int
    role: str
    separator: str
    parts: tuple[Part, ...]


class Slot(NamedTuple):
    """A place for passed-in messages: the input `input`, whose messages may have the given roles."""

    position: int
    key: KeyPath
    input: str
    roles: tuple[str, ...]
    budget: Mapping[str, Any]


class Output(NamedTuple):
    """What the model's answer must satisfy: a JSON Schema (plain JSON) and dialect expressions."""

    schema: Any
    ensures: int


class SampleSpec(NamedTuple):
    """A named set of inputs: inline, or in a file relative to the registry."""

    name: str
    inputs: Mapping[str, Any] | None
    file: str | None


class Prompt:
    """A composition. Immutable; expressions and inline texts stay in the file and are read through `written`."""

    __slots__ = (
        "body_digest",
        "budget",
        "contract_digest",
        "frozen",
        "inputs",
        "kind",
        "messages",
        "model",
        "name",
        "output",
        "path",
        "requires",
        "samples",
        "summary",
        "version",
        "written",
    )

    def __init__(
        self,
        *,
        name: str,
        version: Version,
        summary: str,
        model: str | None,
        inputs: Mapping[str, InputSpec],
        requires: int,
        output: Output | None,
        budget: Mapping[str, Any],
        messages: tuple[Message | Slot, ...],
        samples: Mapping[str, SampleSpec],
        written: Written,
        body_digest: str,
        contract_digest: str,
    ) -> None:
        self.kind = "prompt"
        self.frozen = False
        self.name = name
        self.version = version
        self.summary = summary
        self.model = model
        self.inputs = inputs
        self.requires = requires
        self.output = output
        self.budget = budget
        self.messages = messages
        self.samples = samples
        self.written = written
        self.path = written.source.path
        self.body_digest = body_digest
        self.contract_digest = contract_digest

    @property
    def uses(self) -> tuple[Use, ...]:
        """Every reference to a component, in document order: used parts and the includes of inline texts."""
        found: list[Use] = []
        for message in self.messages:
            if isinstance(message, Message):
                for part in message.parts:
                    if part.use is not None:
                        found.append(part.use)
                    found.extend(part.includes)
        return tuple(found)
