"""How the token counts of a family of models compare with those of o200k_base. Dated data, one file per family."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from promptreg.errors import UsageError, nearest

__all__ = ["Ratio", "Ratios", "family_names", "load_ratios"]

_FOLDER = files("promptreg.tokens") / "ratios"


class Ratio(NamedTuple):
    """Hundredths by which the low, best and high rates of one kind of text are scaled."""

    low: int
    best: int
    high: int


class Ratios(NamedTuple):
    """What one family's tokenizer makes of each kind of text, relative to the rates for o200k_base.

    `kinds` scales the rates of `scripts`, and was fitted; `measured` says what that was fitted to: tokens for each
    token of o200k_base, by language or content. `source` says who counted, `verified_on` when. No text costs more than
    `most_per_byte` tokens for each byte of UTF-8: 1 for byte-pair tokenizers, 2 for one that marks words.
    """

    family: str
    models: str
    relative_to: str
    source: str
    verified_on: str
    most_per_byte: int
    kinds: Mapping[str, Ratio]
    measured: Mapping[str, float]


def family_names() -> tuple[str, ...]:
    """The families that ship, sorted."""
    return tuple(sorted(file.name[:-5] for file in _FOLDER.iterdir() if file.name.endswith(".json")))


@cache
def load_ratios(family: str) -> Ratios:
    """The ratios of that family; read once. Raises UsageError with the nearest name when there are none."""
    names = family_names()
    if family not in names:
        known = ", ".join(f"approximate/{name}" for name in names)
        near = nearest(family, names)
        message = f'there is no counter "approximate/{family}": families with ratios are {known}'
        raise UsageError.at(message, suggestion=f"approximate/{near}" if near else None)
    data = json.loads((_FOLDER / f"{family}.json").read_text("utf-8"))
    kinds = {kind: Ratio(*(round(100 * ratio) for ratio in found)) for kind, found in data.pop("kinds").items()}
    return Ratios(family=family, kinds=kinds, **data)
