"""Which counter and which chat profile a model name stands for. The tables are data: `models.json`, dated."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from promptreg.tokens.model_name import fits, without_provider

__all__ = ["ModelEntry", "bare_model", "counter_for_model", "profile_for_model"]


class ModelEntry(NamedTuple):
    """A row of a table: a pattern of model names, the counter for them, and their chat profile if one is known."""

    match: str
    counter: str
    profile: str | None


class _Table(NamedTuple):
    prefixes: tuple[str, ...]
    entries: tuple[ModelEntry, ...]


def counter_for_model(model: str) -> str | None:
    """The name of the counter for the model (`openai/gpt-4.1`, `claude-opus-5`); None where no table speaks of it.

    The exact ones are only for names without a provider, or with one that the table knows: another may mean another
    thing by the name. Ratios go by the name of the model, whoever serves it.
    """
    entry = _entry(model)
    return entry.counter if entry else None


def profile_for_model(model: str) -> str | None:
    """The name of the chat profile for the model, or None when its overhead is not known."""
    entry = _entry(model)
    return entry.profile if entry else None


def bare_model(model: str) -> str:
    """The model without a provider that the tables know, in small letters: as its maker calls it."""
    return next(
        (name for table in _tables() if (name := without_provider(model, table.prefixes)) != model), model.lower()
    )


def _entry(model: str) -> ModelEntry | None:
    """The first row that fits."""
    for table in _tables():
        name = without_provider(model, table.prefixes)
        for entry in table.entries:
            if fits(name, entry.match):
                return entry
    return None


@cache
def _tables() -> tuple[_Table, ...]:
    data = json.loads((files("promptreg.tokens") / "models.json").read_text("utf-8"))
    return tuple(
        _Table(tuple(table["prefixes"]), tuple(ModelEntry(**row) for row in table["models"]))
        for table in data["tables"]
    )
