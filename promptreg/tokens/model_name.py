"""How the data tables of this package name models: provider prefixes and patterns."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["fits", "without_provider"]


def without_provider(model: str, prefixes: Iterable[str]) -> str:
    """The model without the first prefix that it starts with, in small letters, as all tables are written."""
    model = model.lower()
    return next((model[len(prefix) :] for prefix in prefixes if model.startswith(prefix)), model)


def fits(model: str, pattern: str) -> bool:
    """Whether a pattern speaks of the model: a whole name, with `*` at its start, its end or both for anything."""
    middle = pattern.strip("*")
    if pattern.startswith("*"):
        return middle in model if pattern.endswith("*") else model.endswith(middle)
    return model.startswith(middle) if pattern.endswith("*") else model == middle
