"""promptreg/tokens/1: the worst case of a prompt, or the ledger of one render, as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from promptreg.render.ledger import Ledger
    from promptreg.render.rendered import PromptPin
    from promptreg.render.stable_prefix import StablePrefix
    from promptreg.render.worst.worst_case import WorstCase, WorstRow
    from promptreg.template.bounds import Lack, Share
    from promptreg.text import Location
    from promptreg.tokens.cache_rule import CacheRule
    from promptreg.tokens.profile import Overhead

__all__ = ["Told", "ledger_document", "worst_document"]


class Told(NamedTuple):
    """What both forms say: which prompt, the part of it that caches can reuse, the provider's rule, and warnings."""

    prompt: PromptPin
    prefix: StablePrefix
    rule: CacheRule | None
    warnings: Sequence[str]


def worst_document(case: WorstCase, told: Told) -> dict[str, Any]:
    """The document of a worst case."""
    budget = {"tokens": case.tokens, "reserve": case.reserve, "limit": case.limit} if case.tokens is not None else None
    return {
        **_start("worst-case", told, case.counter, exact=case.exact),
        "budget": budget,
        "total": case.total,
        "required": case.required,
        "fits": None if case.limit is None else not case.risks,
        "risks": list(case.risks),
        "overhead": _overhead(case.overhead),
        "parts": [_worst_part(row) for row in case.rows],
        **_end(told),
    }


def ledger_document(ledger: Ledger, budget: int | None, told: Told) -> dict[str, Any]:
    """The document of a render: the rows of promptreg/render/1."""
    tokens = ledger.tokens
    limits = {"tokens": budget, "reserve": tokens.reserve, "limit": tokens.limit} if budget is not None else None
    return {
        **_start("ledger", told, tokens.counter, exact=tokens.exact),
        "budget": limits,
        "total": tokens.total,
        "overhead": _overhead(ledger.overhead),
        "parts": [row.as_dict() for row in ledger.parts],
        **_end(told),
    }


def _start(kind: str, told: Told, counter: str, *, exact: bool) -> dict[str, Any]:
    return {
        "schema": "promptreg/tokens/1",
        "kind": kind,
        "prompt": told.prompt._asdict(),
        "counter": counter,
        "exact": exact,
    }


def _end(told: Told) -> dict[str, Any]:
    return {"stable_prefix": _prefix(told.prefix, told.rule), "warnings": list(told.warnings)}


def _overhead(overhead: Overhead | None) -> dict[str, Any]:
    if overhead is None:
        return {"messages": 0, "reply": 0, "profile": None}
    return overhead._asdict()


def _worst_part(row: WorstRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "component": row.label.name,
        "version": row.label.version,
        "required": row.required,
        "conditional": row.conditional,
        "tokens_static": row.static,
        "tokens_most": row.most,
        "values": [_value(share) for share in row.shares],
    }


def _value(share: Share) -> dict[str, Any]:
    return {
        "expression": share.expression,
        **_place(share.place),
        "times": share.times,
        "tokens_most": share.tokens,
        "lacks": [_lack(lack) for lack in share.lacks],
    }


def _lack(lack: Lack) -> dict[str, Any]:
    return {"message": str(lack), **_place(lack.place)}


def _place(place: Location | None) -> dict[str, Any]:
    if place is None:
        return {"path": None, "line": None, "column": None}
    return {"path": place.path, "line": place.line, "column": place.column}


def _prefix(prefix: StablePrefix, rule: CacheRule | None) -> dict[str, Any]:
    end = prefix.end
    return {
        "tokens": prefix.tokens,
        "digest": prefix.digest,
        "end": None
        if end is None
        else {"part": end.part, "reason": end.reason, "inputs": list(end.inputs), **_place(end.place)},
        "behind": list(prefix.behind),
        "tokens_moved": prefix.moved,
        "cache": None if rule is None else _cache(prefix, rule),
    }


def _cache(prefix: StablePrefix, rule: CacheRule) -> dict[str, Any]:
    return {
        **rule._asdict(),
        "reusable": rule.reusable(prefix.tokens),
        "reusable_moved": rule.reusable(prefix.moved),
    }
