"""Labels and what happened to them, as rows and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from promptreg.output.styled import Row, Span

if TYPE_CHECKING:
    from promptreg.registry.label_edit import Change
    from promptreg.registry.label_text import Shares
    from promptreg.registry.labels import Labels

__all__ = ["change_rows", "label_document", "label_rows"]


def label_rows(labels: Labels) -> Iterator[Row]:
    """One row a label and name, in the order of the file."""
    found = [(label, name, _shown(at.shares)) for label, names in labels.table.items() for name, at in names.items()]
    first = max((len(label) for label, _, _ in found), default=0)
    second = max((len(name) for _, name, _ in found), default=0)
    for label, name, versions in found:
        yield [Span(f"{label:<{first + 2}}", "bold"), Span(f"{name:<{second + 2}}"), Span(versions, "cyan")]


def change_rows(changes: Sequence[Change]) -> Iterator[Row]:
    """One row a change: `production  support/refund-reply  2.0.0 -> 2.1.0`."""
    for change in changes:
        if change.before == change.after:
            what = f"{_shown(change.after)} already"
        elif change.after is None:
            what = f"{_shown(change.before)} -> removed"
        else:
            what = f"{'new' if change.before is None else _shown(change.before)} -> {_shown(change.after)}"
        yield [Span(f"{change.label}  ", "bold"), Span(f"{change.name}  "), Span(what, "cyan")]


def label_document(labels: Labels, changes: Sequence[Change]) -> dict[str, Any]:
    """promptreg/label/1: the labels as they are now, and what was changed."""
    rows = [
        {"label": label, "name": name, "versions": _versions(at.shares), "path": at.place.path, "line": at.place.line}
        for label, names in labels.table.items()
        for name, at in names.items()
    ]
    changed = [
        {**change._asdict(), "before": _versions(change.before), "after": _versions(change.after)} for change in changes
    ]
    return {"schema": "promptreg/label/1", "labels": rows, "changes": changed}


def _versions(shares: Shares | None) -> list[dict[str, Any]] | None:
    return None if shares is None else [{"version": str(version), "share": share} for version, share in shares]


def _shown(shares: Shares | None) -> str:
    if not shares:
        return "nothing"
    if len(shares) == 1:
        return str(shares[0][0])
    return ", ".join(f"{version} {share} %" for version, share in shares)
