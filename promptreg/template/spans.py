"""What tracing a rendered template yields: spans, branches and frames; and the bindings that feed it.

Plain values without behaviour. This module must not import Jinja2.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from promptreg.text import Source, TextMap

if TYPE_CHECKING:
    from promptreg.template.engine import Template

__all__ = [
    "Binding",
    "Bound",
    "Branch",
    "Computed",
    "Fixed",
    "Frame",
    "IncludeRef",
    "IncludeTarget",
    "Path",
    "Span",
]

Path = tuple[str | int, ...]


class Frame(NamedTuple):
    """One level of the include chain. `at` is the file offset of the include tag in the parent's source."""

    label: object
    parent: Frame | None
    at: int | None


class Span(NamedTuple):
    """A run of the text with one origin; the spans of a trace tile the text in order.

    `kind` is `literal`, `value` or `derived`. `file_start` and `file_end` are a range of the verbatim `source`: the
    characters themselves for a literal, the whole `{{ }}` tag (or block tag) otherwise. A value is
    `str(value at path)[input_offset:]` cut to the span. `reads` lists the inputs that a derived span may depend on.
    `bullet` counts bullet items from 1 in render order.
    """

    start: int
    end: int
    kind: str
    exact: bool
    frame: Frame
    source: Source
    file_start: int
    file_end: int
    expression: str | None
    path: Path | None
    input_offset: int | None
    reads: frozenset[Path]
    bullet: int | None


class Branch(NamedTuple):
    """A decision at `offset` of the text that depended on the inputs `reads`, also when it printed nothing."""

    offset: int
    reads: frozenset[Path]


class Bound(NamedTuple):
    """The value is the prompt input at this path."""

    path: Path


class Fixed(NamedTuple):
    """The value is written in the registry. `locate(subpath)` maps the text of a scalar in it, or is None."""

    locate: Callable[[Path], TextMap | None]


class Computed(NamedTuple):
    """The value was computed, at most from these prompt inputs."""

    reads: frozenset[Path]


Binding = Bound | Fixed | Computed


class IncludeRef(NamedTuple):
    """An include tag of a body: the ref it names and the text range of the tag."""

    ref: str
    start: int
    end: int


class IncludeTarget(Protocol):
    """What an include tag resolves to; written by the render layer."""

    @property
    def inputs(self) -> Collection[str]:
        """The declared input names."""

    @property
    def label(self) -> object:
        """Comes back as `Frame.label`."""

    @property
    def defaults(self) -> Mapping[str, Binding]:
        """The origin of each default."""

    @property
    def template(self) -> Template:
        """The compiled body; may be compiled on first use."""

    def bind(self, found: dict[str, Any]) -> dict[str, Any]:
        """Check the values found in the includer's scope and add defaults; raises InputError."""
