"""Somebody outside decides how long a prompt with a budget gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from promptreg.lint.finding import Hit
from promptreg.lint.part_sizes import inputs_of, parts_of
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import Composition
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Part, Slot

__all__ = ["RULE"]

_LIMITED = ("truncate", "max_tokens", "drop", "variants")


def _check(composition: Composition, options: Mapping[str, Any]) -> Iterator[Hit]:
    prompt = composition.prompt
    watched = {name for name, spec in prompt.inputs.items() if options["trusted"] or spec.trust == "untrusted"}
    if "tokens" not in prompt.budget or not watched or composition.closure is None:
        return
    if not any(_may_grow(composition, part, watched) for part in parts_of(composition)):
        return
    worst = composition.head.worst
    if worst is None or worst.required is not None:
        return
    budgets = {part.id: part.budget for part in parts_of(composition)}
    told: set[str] = set()
    for row in worst.rows:
        if not row.required or row.most is not None or any(key in budgets[row.id] for key in _LIMITED):
            continue
        for share in row.shares:
            for lack in share.lacks:
                name = lack.subject.removeprefix("the slot ").split(".")[0].split("[")[0]
                if name in watched and name not in told:
                    told.add(name)
                    yield Hit(_said(name, row.id, lack.missing), composition.head.key_place(("inputs", name)))


def _may_grow(composition: Composition, part: Part | Slot, watched: Set[str]) -> bool:
    """Whether a part that must be sent in full reads an input without a limit, at a glance."""
    if "priority" in part.budget or any(key in part.budget for key in _LIMITED):
        return False
    names = {part.input} if isinstance(part, Slot) else inputs_of(composition, part)
    return not all(_is_short(composition.prompt.inputs[name]) for name in names & watched)


def _is_short(spec: InputSpec) -> bool:
    if spec.max_tokens is not None or spec.type in ("number", "integer", "boolean"):
        return True
    return "maxLength" in spec.schema or "enum" in spec.schema or "const" in spec.schema


def _said(name: str, part: str, missing: tuple[str, ...]) -> str:
    return f'nothing limits the input "{name}" ({" or ".join(missing)}), and part {part} must be sent in full'


RULE = Rule(
    name="unbounded-input",
    code="BUD002",
    summary="An untrusted input without a limit is printed by a part that the budget can neither shorten nor drop.",
    scope="composition",
    check=_check,
    options={"trusted": Option(False, "judge trusted inputs too")},
)
