"""Releases with newer parts, as a table and as a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from promptreg.output.styled import Row, Span

if TYPE_CHECKING:
    from promptreg.registry.outdated import Outdated

__all__ = ["outdated_document", "outdated_rows"]

_HEAD = ("release", "part", "pinned", "wanted", "latest", "ref")


def outdated_rows(found: Outdated) -> Iterator[Row]:
    """One row a part; `wanted` stands out where a release made today differs, `latest` where the refs forbid it."""
    rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for aged in found.releases:
        release = f"{aged.name}@{aged.version}" + (f" ({', '.join(aged.labels)})" if aged.labels else "")
        for part in aged.parts:
            wanted = "-" if part.wanted is None else str(part.wanted)
            cells: tuple[str, ...] = (
                release,
                part.name,
                str(part.pinned),
                wanted,
                str(part.latest),
                ", ".join(part.refs),
            )
            is_beyond = part.wanted is not None and part.latest > part.wanted
            styles = ("bold", "", "dim", "green" if part.fits else "dim", "yellow" if is_beyond else "dim", "dim")
            rows.append((cells, styles))
    widths = [max(map(len, column)) for column in zip(_HEAD, *(texts for texts, _ in rows), strict=True)]
    rows.insert(0, (_HEAD, ("dim",) * len(_HEAD)))
    for texts, looks in rows:
        yield [Span(f"{text:<{size}}  ", style) for text, size, style in zip(texts, widths, looks, strict=True)]


def outdated_document(found: Outdated) -> dict[str, Any]:
    """promptreg/outdated/1."""
    rows = [
        {
            "name": aged.name,
            "version": str(aged.version),
            "labels": list(aged.labels),
            "parts": [
                {
                    "name": part.name,
                    "pinned": str(part.pinned),
                    "wanted": None if part.wanted is None else str(part.wanted),
                    "latest": str(part.latest),
                    "refs": list(part.refs),
                }
                for part in aged.parts
            ],
        }
        for aged in found.releases
    ]
    return {"schema": "promptreg/outdated/1", "checked": found.checked, "releases": rows}
