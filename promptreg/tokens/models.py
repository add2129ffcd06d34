"""Which encoding and which chat profile a model name stands for. The table is data: `models.json`, dated."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

__all__ = ["ModelEntry", "counter_for_model", "profile_for_model"]


class ModelEntry(NamedTuple):
    """A row of the table. `match` is a whole model name, or the start of one when it ends in `*`."""

    match: str
    encoding: str
    profile: str | None

    def fits(self, model: str) -> bool:
        """Whether the row speaks of this model (named without its provider)."""
        if self.match.endswith("*"):
            return model.startswith(self.match[:-1])
        return model == self.match


class _Table(NamedTuple):
    prefixes: tuple[str, ...]
    entries: tuple[ModelEntry, ...]


def counter_for_model(model: str) -> str | None:
    """The name of the exact counter for the model (`openai/gpt-4.1`, `gpt-4o-mini`), or None for a foreign model."""
    entry = _entry(model)
    return entry.encoding if entry else None


def profile_for_model(model: str) -> str | None:
    """The name of the chat profile for the model, or None when its overhead is not known."""
    entry = _entry(model)
    return entry.profile if entry else None


def _entry(model: str) -> ModelEntry | None:
    """The first row that fits. A provider other than the ones the table knows hides the model: no guess is made."""
    table = _table()
    for prefix in table.prefixes:
        if model.startswith(prefix):
            model = model[len(prefix) :]
            break
    return next((entry for entry in table.entries if entry.fits(model)), None)


@cache
def _table() -> _Table:
    data = json.loads((files("promptreg.tokens") / "models.json").read_text("utf-8"))
    return _Table(tuple(data["prefixes"]), tuple(ModelEntry(**row) for row in data["models"]))
