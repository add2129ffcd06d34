"""What a rule found: a message, the places it speaks of, and perhaps a fix. Values only."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from promptreg.text import Source

__all__ = [
    "Applicability",
    "Confidence",
    "Edit",
    "Finding",
    "Fix",
    "Hit",
    "Place",
    "Related",
    "Severity",
    "instead",
]

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Applicability = Literal["safe", "unsafe", "display"]


class Place(NamedTuple):
    """Code points `start:end` of a verbatim file; empty where something is missing."""

    source: Source
    start: int
    end: int

    @property
    def path(self) -> str:
        """The project-relative path of the file."""
        return self.source.path

    @property
    def text(self) -> str:
        """The characters as they stand in the file."""
        return self.source.text[self.start : self.end]

    def as_dict(self) -> dict[str, Any]:
        """Path, first line and column, last line and the column after the last character; all from 1."""
        first, last = self.source.location(self.start), self.source.location(self.end)
        return {
            "path": self.path,
            "line": first.line,
            "column": first.column,
            "end_line": last.line,
            "end_column": last.column,
        }


class Edit(NamedTuple):
    """Replace what stands at `place` by `text`. The edits of a fix do not overlap."""

    place: Place
    text: str


class Fix(NamedTuple):
    """A way to mend a finding. `safe` is a claim that the engine checks by rendering before and after."""

    applicability: Applicability
    title: str
    edits: tuple[Edit, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form: offsets count code points of the verbatim file."""
        edits = [
            {**edit.place.as_dict(), "offset": edit.place.start, "end_offset": edit.place.end, "text": edit.text}
            for edit in self.edits
        ]
        return {"applicability": self.applicability, "title": self.title, "edits": edits}


def instead(place: Place, old: str, new: str | None) -> Fix | None:
    """The word that was probably meant in place of the one there; None where a place holds more than that word."""
    if new is None or place.text.strip("\"'") != old:
        return None
    start = place.start + place.text.find(old)
    inner = place._replace(start=start, end=start + len(old))
    return Fix("unsafe", f'write "{new}"', (Edit(inner, new),))


class Related(NamedTuple):
    """Another place that took part, with the component it belongs to."""

    message: str
    place: Place
    component: str | None = None
    version: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "message": self.message,
            **self.place.as_dict(),
            "component": self.component,
            "version": self.version,
        }


class Hit(NamedTuple):
    """What a rule yields; the engine adds which rule it was and what the configuration says about it.

    `component` and `version` name the component that `place` belongs to; None: the subject's own, or none at all.
    `severity` replaces the rule's own for this hit. `secret` keeps the excerpt of the place out of every output.
    `amount` is what a numeric rule counted, less being better: a baseline lets it fall and never rise.
    """

    message: str
    place: Place
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None
    component: str | None = None
    version: str | None = None
    secret: bool = False
    amount: float | None = None


class Finding(NamedTuple):
    """One finding of one rule, as it is reported."""

    rule: str
    code: str
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    component: str | None
    version: str | None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    secret: bool = False
    amount: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of `promptreg/lint/1`."""
        return {
            "rule": self.rule,
            "code": self.code,
            "severity": self.severity,
            "confidence": self.confidence,
            "message": self.message,
            **self.place.as_dict(),
            "component": self.component,
            "version": self.version,
            "related": [related.as_dict() for related in self.related],
            "fix": self.fix.as_dict() if self.fix else None,
        }
