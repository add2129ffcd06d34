"""The shape of values that fit a declared schema (JSON Schema keywords of `model.inputs`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptreg.template.bounds.bound import Bound, Lack
from promptreg.template.bounds.interval import Interval, between
from promptreg.template.bounds.pattern import longest_match
from promptreg.template.bounds.shape import NOTHING, TRUTH, Record, Row, Shape, anything, join, of_value
from promptreg.text import Location

__all__ = ["MESSAGES", "shape_of"]

_CHARACTER = 4
"""Bytes of the longest character."""

MESSAGES: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "role": {"enum": ["user", "assistant", "tool"]},
        "content": {"type": ["string", "array", "null"]},
        "name": {"type": "string"},
        "tool_calls": {"type": "array"},
        "tool_call_id": {"type": "string"},
    },
    "additionalProperties": False,
}
"""What a message of an input of type messages holds, for templates that loop over one."""


def shape_of(
    schema: Mapping[str, Any], subject: str, place: Location | None = None, max_tokens: int | None = None
) -> Shape:
    """The values that a schema allows; `subject` is how messages name them, `place` where they are declared.

    `max_tokens` limits a text; of a list of messages it limits each content that is a text.
    """
    return _Reader(place).shape(schema, subject, max_tokens)


class _Reader:
    def __init__(self, place: Location | None) -> None:
        self.place = place

    def shape(self, schema: Mapping[str, Any], subject: str, max_tokens: int | None = None) -> Shape:
        if "const" in schema:
            return of_value(schema["const"])
        if "enum" in schema:
            return join(map(of_value, schema["enum"]))
        kinds = schema.get("type")
        if kinds is None:
            return anything(self._lack(subject, "type"))
        names = [kinds] if isinstance(kinds, str) else kinds
        return join([self._kind(kind, schema, subject, max_tokens) for kind in names])

    def _kind(self, kind: str, schema: Mapping[str, Any], subject: str, max_tokens: int | None) -> Shape:
        if kind == "string":
            return Shape(text=self._text(schema, subject, max_tokens))
        if kind in ("integer", "number"):
            return Shape(number=self._interval(schema, subject, floats=kind == "number"))
        if kind == "boolean":
            return TRUTH
        if kind == "array":
            items = schema.get("items", {})
            each = self.shape(items, f"{subject}[]")
            return Shape(row=self._row(schema, subject, each))
        if kind == "messages":
            each = self.shape(MESSAGES, f"{subject}[]")
            assert each.record is not None
            content = join(
                [
                    Shape(text=self._text({}, f"{subject}[].content", max_tokens)),
                    Shape(row=Row(anything(Lack(f"{subject}[].content may have parts of any kind")), None)),
                ]
            )
            each = Shape(record=each.record._replace(fields={**each.record.fields, "content": content}))
            return Shape(row=self._row(schema, subject, each))
        return Shape(record=self._record(schema, subject)) if kind == "object" else NOTHING

    def _text(self, schema: Mapping[str, Any], subject: str, max_tokens: int | None) -> Bound:
        limits = [schema["maxLength"] * _CHARACTER] if "maxLength" in schema else []
        matched = longest_match(schema["pattern"]) if "pattern" in schema else None
        if limits or matched is not None:
            return Bound(min([*limits, *([matched] if matched is not None else [])]), max_tokens)
        missing = ("maxLength",) if max_tokens is not None or "." in subject or "[" in subject else _TEXT_LIMITS
        return Bound(None, max_tokens, None, (self._lack(subject, *missing),))

    def _row(self, schema: Mapping[str, Any], subject: str, each: Shape) -> Row:
        most = schema.get("maxItems")
        return Row(each, most, None if most is not None else self._lack(subject, "maxItems"))

    def _record(self, schema: Mapping[str, Any], subject: str) -> Record:
        fields = {name: self.shape(inner, f"{subject}.{name}") for name, inner in schema.get("properties", {}).items()}
        others = schema.get("additionalProperties", True)
        if others is False:
            return Record(fields)
        if isinstance(others, Mapping):
            return Record(fields, self.shape(others, f"{subject}.*"))
        return Record(fields, anything(self._lack(subject, "properties for all its keys")))

    def _interval(self, schema: Mapping[str, Any], subject: str, *, floats: bool) -> Interval:
        missing = [name for name in ("minimum", "maximum") if name not in schema]
        found = between(schema.get("minimum"), schema.get("maximum"), floats=floats)
        return found._replace(lack=self._lack(subject, *missing)) if missing else found

    def _lack(self, subject: str, *missing: str) -> Lack:
        return Lack(subject, missing, self.place)


_TEXT_LIMITS = ("max_tokens", "maxLength")
