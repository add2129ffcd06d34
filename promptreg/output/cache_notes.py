"""What a provider's cache can reuse of a prompt, and what stands in the way, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptreg.render.stable_prefix import StablePrefix
    from promptreg.tokens.cache_rule import CacheRule

__all__ = ["cache_notes", "order_warning"]

_NAMED = 6
"""Parts that are named, at most."""


def cache_notes(prefix: StablePrefix, rule: CacheRule | None) -> Iterator[tuple[str, str]]:
    """The stable prefix, and what a cache makes of it: a word and a sentence each."""
    ends = "; the whole prompt is the same for all inputs" if prefix.end is None else ""
    if prefix.end is not None:
        end = prefix.end
        is_said = end.inputs == (end.reason.removeprefix("prints "),)
        inputs = f" (from {', '.join(end.inputs)})" if end.inputs and not is_said else ""
        ends = f", up to part {end.part}, which {end.reason}{inputs}: {end.place}"
    yield "stable", f"{_tokens(prefix.tokens)} {prefix.digest[:15]}{ends}"
    if prefix.behind:
        parts = _parts(prefix)
        them = "them" if len(prefix.behind) > 1 else "it"
        yield (
            "order",
            f"{parts} behind it: {_tokens(prefix.moved)} would be stable with {them} in front, {prefix.gain} more",
        )
    if rule is not None:
        yield "cache", f"{rule.family}: {_reuse(prefix, rule)}"


def order_warning(prefix: StablePrefix) -> str | None:
    """The warning that a part which changes with the inputs stands before static ones; None where none does."""
    if prefix.end is None or not prefix.behind:
        return None
    end = prefix.end
    return (
        f"part {end.part} {end.reason} and stands before text that never changes: {_parts(prefix)}; "
        f"with it in front, {prefix.gain} more tokens could be cached"
    )


def _parts(prefix: StablePrefix) -> str:
    count = len(prefix.behind)
    named = ", ".join(prefix.behind[:_NAMED]) + (f" and {count - _NAMED} more" if count > _NAMED else "")
    return f"static part{'s' * (count > 1)} {named}"


def _reuse(prefix: StablePrefix, rule: CacheRule) -> str:
    """What is reused now, and after moving parts; whether that is worth anything."""
    steps = f" in steps of {rule.step}" if rule.step > 1 else ""
    marked = ", where the request marks it" if rule.marked else ""
    now, moved = rule.reusable(prefix.tokens), rule.reusable(prefix.moved)
    said = f"caches from {_tokens(rule.minimum)} on{steps}{marked}: "
    said += f"{now} of the {prefix.tokens} can be reused" if now else f"{prefix.tokens} are too few"
    if not prefix.behind:
        return said
    if moved > now:
        return f"{said}; {moved} after the move"
    return f"{said}, and {'no more' if now else 'still too few'} after the move"


def _tokens(count: int) -> str:
    return f"{count} token{'s' * (count != 1)}"
