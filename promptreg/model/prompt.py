"""Prompts: compositions of components into messages."""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.model.component import Use
from promptreg.model.inputs import InputSpec
from promptreg.model.version import Version
from promptreg.model.written import KeyPath, Written

__all__ = ["MAX_TOKENS", "Message", "Output", "Part", "Prompt", "SampleSpec", "Slot", "Variant"]

MAX_TOKENS = 100_000_000
"""No budget is larger: what is written so is a mistake, not a model."""


class Variant(NamedTuple):
    """A shorter form of a part: a used component or a text; `key` is the path of the ref or text in the file."""

    key: KeyPath
    use: Use | None
    includes: tuple[Use, ...] = ()


class Part(NamedTuple):
    """One part of a message: a used component (`use`) or inline text; `key` is its path in the file.

    `variants` are its shorter forms, longest first. `needs` are the ids of the parts and slots that its budget names.
    """

    id: str
    key: KeyPath
    use: Use | None
    bindings: Mapping[str, Any]
    when: bool
    fence: str | None
    budget: Mapping[str, Any]
    includes: tuple[Use, ...] = ()
    variants: tuple[Variant, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def uses(self) -> tuple[Use, ...]:
        """Every reference to a component, in document order: the used one, includes, and those of the variants."""
        own = (self.use, *self.includes) if self.use is not None else self.includes
        if not self.variants:
            return own
        return (*own, *(use for form in self.variants for use in (form.use, *form.includes) if use is not None))


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
    needs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its part id: the position among the messages."""
        return str(self.position)


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
    """A composition. Immutable; expressions and inline texts stay in the file and are read through `written`.

    `languages` are the natural and programming languages that it serves, as its author names them; never sent.
    """

    __slots__ = (
        "body_digest",
        "budget",
        "contract_digest",
        "frozen",
        "inputs",
        "kind",
        "languages",
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
        languages: tuple[str, ...],
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
        self.languages = languages
        self.written = written
        self.path = written.source.path
        self.body_digest = body_digest
        self.contract_digest = contract_digest

    @property
    def uses(self) -> tuple[Use, ...]:
        """Every reference to a component, in document order: of parts, the includes of their texts, and variants."""
        messages = (message for message in self.messages if isinstance(message, Message))
        return tuple(use for message in messages for part in message.parts for use in part.uses)
