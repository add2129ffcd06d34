"""Releases, made or planned: as rows and as a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from promptreg.output.styled import Row, Span

if TYPE_CHECKING:
    from promptreg.registry.release import Outcome
    from promptreg.registry.release_plan import Step

__all__ = ["release_document", "release_rows"]


def release_rows(outcome: Outcome) -> Iterator[Row]:
    """Each release with its version, what came before, the reasons, its pins and its files."""
    for step in outcome.steps:
        entry, verdict = step.entry, step.verdict
        since = "first release" if verdict.previous is None else f"{verdict.level} after {verdict.previous}"
        yield [Span(entry.name, "bold"), Span(f"@{entry.version}", "cyan"), Span(f"  {entry.kind}  {since}", "dim")]
        for change in verdict.reasons:
            yield [Span(f"  {change.level}  ", "dim"), Span(str(change))]
        for pin in entry.pins:
            yield [Span("  pins  ", "dim"), Span(pin.name), Span(f"@{pin.version}", "cyan")]
        for path in _written(step):
            yield [Span("  file  ", "dim"), Span(path)]
    for path in outcome.removed:
        yield [Span("removed  ", "dim"), Span(path), Span("  (the lock does not know it)", "dim")]


def _written(step: Step) -> list[str]:
    raised = [step.path] if step.text != step.before else []
    return [*raised, *(file.path for file in step.files)]


def release_document(outcome: Outcome, *, dry_run: bool) -> dict[str, Any]:
    """promptreg/release/1."""
    return {
        "schema": "promptreg/release/1",
        "dry_run": dry_run,
        "releases": [_release(step) for step in outcome.steps],
        "removed": list(outcome.removed),
        "lock": outcome.lock,
    }


def _release(step: Step) -> dict[str, Any]:
    entry, verdict = step.entry, step.verdict
    return {
        "name": entry.name,
        "kind": entry.kind,
        "version": str(entry.version),
        "previous": None if verdict.previous is None else str(verdict.previous),
        "level": verdict.level,
        "reasons": [
            {"level": change.level, "component": change.name, "what": change.what} for change in verdict.reasons
        ],
        "path": step.path,
        "raised": step.text != step.before,
        "frozen": [file.path for file in step.files],
        "pins": [{"name": pin.name, "version": str(pin.version), "digest": pin.closure} for pin in entry.pins],
        "digests": {"body": entry.body, "contract": entry.contract, "closure": entry.closure},
    }
