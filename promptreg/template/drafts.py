"""Marks while they are being collected during code generation.

Events ride on the nearest literal of the same straight line of code: behind the literal before them, else in front of
the one after them. Where control may leave the line, the generator closes the line or takes what is pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2 import nodes

from promptreg.template.marks import Event, Mark, Run
from promptreg.template.positions import Pos, Tokens

__all__ = ["Drafts"]


class _Draft:
    __slots__ = ("after", "before", "name", "runs", "texts")

    def __init__(self, name: str, before: list[Event]) -> None:
        self.name = name
        self.before = before
        self.texts: list[str] = []
        self.runs: list[Run] = []
        self.after: list[Event] = []

    def finished(self) -> Mark:
        return Mark.of("".join(self.texts), before=tuple(self.before), runs=tuple(self.runs), after=tuple(self.after))


class Drafts:
    """The constants of one generated module, marks among them."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._drafts: list[_Draft] = []
        self._constants: dict[str, Any] = {}
        self._names: dict[int, str] = {}
        self._pending: list[Event] = []
        self._tail: _Draft | None = None

    def constant(self, value: Any) -> str:
        """A name in the generated module for this object."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"k{len(self._constants)}"
            self._constants[name] = value
        return name

    def add_text(self, start: int, text: str) -> str | None:
        """Add literal text that stands at body offset `start`; a name to write out, or None if it joined the last."""
        if not text:
            return None
        draft = self._tail
        name = None
        if draft is None or draft.after:
            draft = self._new()
            name = draft.name
        draft.texts.append(text)
        draft.runs.append(Run(start, len(text)))
        return name

    def add_events(self, events: Iterable[Event]) -> None:
        """Let events happen here."""
        (self._pending if self._tail is None else self._tail.after).extend(events)

    def take_pending(self) -> str | None:
        """The name of an empty mark for the events that found no literal, to be written out here."""
        return self._new().name if self._pending else None

    def close(self) -> None:
        """What comes next may run more or less often than what came before."""
        self._tail = None

    def string_range(self, node: nodes.Expr) -> tuple[int, str] | None:
        """Offset and text of a string literal whose characters stand in the body as they are."""
        if not (isinstance(node, nodes.Const) and isinstance(node.value, str) and isinstance(node.lineno, Pos)):
            return None
        found = self._tokens.string_range(node.lineno.start, node.value)
        return (found[0], node.value) if found is not None else None

    def finished(self) -> dict[str, Any]:
        """All constants by name."""
        return {**self._constants, **{draft.name: draft.finished() for draft in self._drafts}}

    def _new(self) -> _Draft:
        draft = _Draft(f"m{len(self._drafts)}", self._pending)
        self._pending = []
        self._drafts.append(draft)
        self._tail = draft
        return draft
