"""How the data tables of this package name models: provider prefixes and patterns."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["fits", "without_provider"]


def without_provider(model: str, prefixes: Iterable[str]) -> str:
    """The model without the first prefix that it starts with, in small letters, as all tables are written."""
    model = model.lower()
    return next((model[len(prefix) :] for prefix in prefixes if model.startswith(prefix)), model)


def fits(model: str, pattern: str) -> bool:
    """Whether a pattern speaks of the model: it is a whole name, or the start of one when it ends in `*`."""
    return model.startswith(pattern[:-1]) if pattern.endswith("*") else model == pattern
