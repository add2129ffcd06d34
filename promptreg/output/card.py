"""The description of one component or prompt, as a value and as rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptreg.model.inputs import InputSpec
from promptreg.output.styled import Row, Span
from promptreg.output.terminal import width

__all__ = ["Card", "Reference", "card_rows"]

_RANGES = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
)


class Reference(NamedTuple):
    """One ref and the place where it is written; `name` is the component at the other end."""

    name: str
    ref: str
    path: str
    line: int
    column: int


class Card(NamedTuple):
    """What `show` says. `digests` has the keys body, contract and closure (null when a part cannot be resolved)."""

    name: str
    kind: str
    version: str
    summary: str
    path: str
    model: str | None
    digests: Mapping[str, str | None]
    inputs: Sequence[InputSpec]
    uses: Sequence[Reference]
    used_by: Sequence[Reference]
    samples: Sequence[str]
    languages: Sequence[str] = ()


def card_rows(card: Card) -> Iterator[Row]:
    """The card for people."""
    yield [Span(card.name, "bold"), Span(f"@{card.version}", "cyan"), Span(f"  {card.kind}  {card.path}", "dim")]
    if card.summary:
        yield [Span(" ".join(card.summary.split()))]
    if card.model:
        yield [Span("model ", "dim"), Span(card.model)]
    if card.languages:
        yield [Span("languages ", "dim"), Span(", ".join(card.languages))]
    yield from _table("inputs", [_input_row(spec) for spec in card.inputs])
    yield from _table("uses", [_reference(place) for place in card.uses])
    yield from _table("used by", [_reference(place) for place in card.used_by])
    yield from _table("samples", [(name,) for name in card.samples])
    yield from _table("digests", [(name, digest or "unknown") for name, digest in card.digests.items()])


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[Row]:
    if not rows:
        return
    yield []
    yield [Span(title, "bold")]
    columns = [max(width(row[place]) for row in rows) + 2 for place in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [text + " " * (size - width(text)) for text, size in zip(row, columns, strict=False)]
        yield [Span("  "), Span(cells[0] if cells else row[-1], "cyan"), *map(Span, cells[1:])] + (
            [Span(row[-1])] if cells else []
        )


def _input_row(spec: InputSpec) -> tuple[str, str, str, str]:
    need = "required" if spec.required else f"default {_shown(spec.default)}"
    notes = list(_limits(spec.schema))
    if spec.max_tokens is not None:
        notes.append(f"at most {spec.max_tokens} tokens")
    if spec.trust == "untrusted":
        notes.append("untrusted")
    if spec.pii:
        notes.append("personal data")
    return spec.name, spec.type, need, ", ".join(notes)


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    """What a schema allows, in a few words each."""
    if "enum" in schema:
        yield "one of " + ", ".join(map(_shown, schema["enum"]))
    if "const" in schema:
        yield f"only {_shown(schema['const'])}"
    for low, high, unit in _RANGES:
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None:
            yield f"{_shown(least)} to {_shown(most)}{unit}"
        elif most is not None:
            yield f"at most {_shown(most)}{unit}"
        elif least is not None:
            yield "not empty" if unit and least == 1 else f"at least {_shown(least)}{unit}"
    if "pattern" in schema:
        yield f"matches {_shown(schema['pattern'])}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."


def _reference(place: Reference) -> tuple[str, str]:
    return place.ref if place.ref.startswith(place.name) else f"{place.name} ({place.ref})", (
        f"{place.path}:{place.line}:{place.column}"
    )
