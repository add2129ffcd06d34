"""The versioned JSON documents of the commands, as plain dicts in the key order of their schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from promptreg.errors import Problem

if TYPE_CHECKING:
    from promptreg.api import Entry
    from promptreg.model.inputs import InputSpec
    from promptreg.output.card import Card
    from promptreg.output.entries import Branch
    from promptreg.registry.verify import Verified

__all__ = ["error_document", "list_document", "show_document", "tree_document", "verify_document"]


def error_document(problems: Iterable[Problem]) -> dict[str, Any]:
    """promptreg/error/1: what went wrong, one entry a problem; a key path stands at the start of the message."""
    return {"schema": "promptreg/error/1", "errors": [_error(problem) for problem in problems]}


def _error(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "message": f"{problem.key}: {problem.message}" if problem.key else problem.message,
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "suggestion": problem.suggestion,
    }


def list_document(items: Iterable[Entry]) -> dict[str, Any]:
    """promptreg/list/1."""
    rows = [
        {
            "name": item.name,
            "kind": item.kind,
            "version": item.version,
            "path": item.path,
            "samples": list(item.samples),
        }
        for item in items
    ]
    return {"schema": "promptreg/list/1", "items": rows}


def tree_document(roots: Iterable[Branch], *, dependants: bool) -> dict[str, Any]:
    """promptreg/tree/1."""
    direction = "dependants" if dependants else "dependencies"
    return {"schema": "promptreg/tree/1", "direction": direction, "roots": [_branch(root) for root in roots]}


def verify_document(found: Verified) -> dict[str, Any]:
    """promptreg/verify/1."""
    problems = [_error(problem) for problem in found.problems]
    return {"schema": "promptreg/verify/1", **found._asdict(), "problems": problems}


def _branch(node: Branch) -> dict[str, Any]:
    return {**node._asdict(), "children": [_branch(child) for child in node.children]}


def show_document(card: Card) -> dict[str, Any]:
    """promptreg/show/1."""
    return {
        "schema": "promptreg/show/1",
        "name": card.name,
        "kind": card.kind,
        "version": card.version,
        "summary": card.summary,
        "path": card.path,
        "model": card.model,
        "digests": card.digests,
        "inputs": [_input(spec) for spec in card.inputs],
        "uses": [place._asdict() for place in card.uses],
        "used_by": [place._asdict() for place in card.used_by],
        "samples": list(card.samples),
        "languages": list(card.languages),
    }


def _input(spec: InputSpec) -> dict[str, Any]:
    found: dict[str, Any] = {"name": spec.name, "type": spec.type, "required": spec.required}
    if not spec.required:
        found["default"] = spec.default
    found |= {"trust": spec.trust, "pii": spec.pii, "max_tokens": spec.max_tokens}
    return {**found, "schema": dict(spec.schema), "summary": spec.summary}
