"""Components: the reusable pieces of prompts."""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.model.inputs import InputSpec
from promptreg.model.ref import Ref
from promptreg.model.version import Version
from promptreg.model.written import KeyPath, Written
from promptreg.text import TextMap

__all__ = ["Component", "Example", "Use"]


class Use(NamedTuple):
    """One reference to another component: an include tag (`at` is a file offset) or a `use` key (`key`)."""

    ref: Ref
    text: str
    line: int
    column: int
    key: KeyPath = ()


class Example(NamedTuple):
    """One few-shot example; `fields` is plain JSON as written, `id` included."""

    id: str
    fields: Mapping[str, Any]
    priority: float | None = None


class Component:
    """A text component (`body_span`) or an examples component (`format`, `separator`, `examples`). Immutable."""

    __slots__ = (
        "_body_span",
        "body_digest",
        "contract_digest",
        "examples",
        "frozen",
        "includes",
        "inputs",
        "kind",
        "name",
        "path",
        "separator",
        "summary",
        "version",
        "written",
    )

    def __init__(
        self,
        *,
        name: str,
        kind: str,
        version: Version,
        summary: str,
        inputs: Mapping[str, InputSpec],
        written: Written,
        body_span: tuple[int, int] | None,
        includes: tuple[Use, ...] = (),
        examples: tuple[Example, ...] = (),
        separator: str = "\n\n",
        body_digest: str,
        contract_digest: str,
    ) -> None:
        self.name = name
        self.frozen = False
        self.kind = kind
        self.version = version
        self.summary = summary
        self.inputs = inputs
        self.written = written
        self.path = written.source.path
        self._body_span = body_span
        self.includes = includes
        self.examples = examples
        self.separator = separator
        self.body_digest = body_digest
        self.contract_digest = contract_digest

    @property
    def body(self) -> TextMap:
        """The template text: the Markdown body, or the `format` of an examples component."""
        span = self._body_span
        return TextMap.of_slice(self.written.source, *span) if span else self.written.text_map(("format",))

    @property
    def body_span(self) -> tuple[int, int] | None:
        """File offsets of a Markdown body; None for an examples component."""
        return self._body_span

    @property
    def uses(self) -> tuple[Use, ...]:
        """Every reference to another component, in document order."""
        return self.includes
