"""What a provider's prompt cache can reuse of a prefix. The rules are dated data: `cache_rules.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from promptreg.tokens.model_name import fits, without_provider

__all__ = ["CacheRule", "cache_rule_for"]


class CacheRule(NamedTuple):
    """How one family of models caches prefixes, with the source of the numbers and the day they were read.

    Nothing shorter than `minimum` tokens is cached; beyond it, prefixes are reused in whole steps of `step` tokens
    (1 where no source names a larger one). With `marked`, a request says itself where the reusable prefix ends;
    without it, the provider finds the longest prefix that it has seen. Numbers are in tokens of the model.
    """

    family: str
    minimum: int
    step: int
    marked: bool
    source: str
    verified_on: str

    def reusable(self, tokens: int) -> int:
        """How many of the first `tokens` tokens a cache that holds them all can serve."""
        if tokens < self.minimum:
            return 0
        return tokens - (tokens - self.minimum) % self.step


def cache_rule_for(model: str | None) -> CacheRule | None:
    """The rule for a model (`openai/gpt-4.1`, `claude-opus-5`); None where no source says how it is cached.

    A provider that resells a model may cache otherwise, so names with a provider that the table does not list have
    no rule. The first row that fits decides.
    """
    if model is None:
        return None
    return next((rule for row, rule in _rules() if _speaks_of(row, model)), None)


def _speaks_of(row: dict[str, Any], model: str) -> bool:
    name = without_provider(model, row["prefixes"])
    return any(fits(name, pattern) for pattern in row["models"])


@cache
def _rules() -> tuple[tuple[dict[str, Any], CacheRule], ...]:
    data = json.loads((files("promptreg.tokens") / "cache_rules.json").read_text("utf-8"))
    return tuple((row, CacheRule(**{key: row[key] for key in CacheRule._fields})) for row in data["rules"])
