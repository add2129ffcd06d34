"""Declared inputs: their type, limits, trust and default, and the JSON Schema keywords they may use."""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

__all__ = ["KEYWORDS", "MISSING", "InputSpec"]


class _Missing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""Marks an input without a default; `None` would be a value."""

KEYWORDS: Final[Mapping[str, str]] = {
    "type": "type",
    "enum": "list",
    "const": "any",
    "minimum": "number",
    "maximum": "number",
    "minLength": "count",
    "maxLength": "count",
    "pattern": "regex",
    "items": "schema",
    "minItems": "count",
    "maxItems": "count",
    "properties": "schemas",
    "required": "names",
    "additionalProperties": "schema-or-bool",
    "format": "text",
    "description": "text",
    "title": "text",
}
"""The JSON Schema keywords that inputs may use, with the kind of value each takes."""


class InputSpec(NamedTuple):
    """One declared input. `schema` holds the JSON Schema keywords as plain JSON, `type` included."""

    name: str
    type: str
    schema: Mapping[str, Any]
    trust: str = "trusted"
    pii: bool = False
    max_tokens: int | None = None
    default: Any = MISSING
    summary: str = ""

    @property
    def required(self) -> bool:
        """Whether the caller must give it: exactly when it has no default."""
        return self.default is MISSING

    @property
    def plain(self) -> bool:
        """Whether a value of the right type needs no further check."""
        return len(self.schema) == 1 and self.max_tokens is None and self.type not in ("messages", "array", "object")

    def contract(self) -> dict[str, Any]:
        """What callers can rely on, as canonical JSON: annotations are left out."""
        schema = {key: value for key, value in self.schema.items() if key not in ("description", "title")}
        found: dict[str, Any] = {"schema": schema, "trust": self.trust, "pii": self.pii}
        if self.max_tokens is not None:
            found["max_tokens"] = self.max_tokens
        if self.default is not MISSING:
            found["default"] = self.default
        return found
