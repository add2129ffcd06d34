"""Texts that every match of a pattern must hold, read from its syntax tree: a search for them comes before the match.

The idea is that of "required substrings" in code search (Cox 2012, Regular Expression Matching with a Trigram Index),
on literals in place of trigrams. Everything here may be too cautious (None) and is never wrong: a text without any of
the literals, compared in folded form, has no match. Tests compare with plain `re`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from promptreg.lint.patterns.folding import fold

__all__ = ["required_literals", "required_words"]

_MOST = 16
"""Alternatives that are still worth a search each."""

_CLASS = 4
"""Characters of a class that are tried one by one."""

_LONG = 6
"""Longer literals are not rarer in practice."""

_Strings = frozenset[str]
_WORD = re.compile(r"\w+", re.ASCII)


class _Facts(NamedTuple):
    """Of one part of a pattern: `exact`, every text it can match, if they are few; `needed`, texts of which every
    match of it holds at least one; `once`, what one round of a repeat can match, if there is one for sure."""

    exact: _Strings | None
    needed: _Strings | None
    once: _Strings | None = None


_NOTHING = _Facts(None, None)
_EMPTY = _Facts(frozenset({""}), None)


def required_literals(tree: Any, flags: int) -> tuple[str, ...] | None:
    """Folded literals of which every match holds at least one; None when there are no such.

    `tree` is what Python's own parser made of the pattern.
    """
    facts = _Reader(bool(flags & re.IGNORECASE)).sequence(tree)
    best = _better(_usable(facts.exact), facts.needed)
    if not best:
        return None
    # A literal that holds another one need not be searched for.
    return tuple(sorted(one for one in best if not any(other in one for other in best if other != one)))


def required_words(tree: Any, flags: int) -> frozenset[str] | None:
    """Folded words of which every match is one, between borders of words; None for other patterns."""
    op: Any = import_module("re._constants")
    border = (op.AT, op.AT_BOUNDARY)
    if len(tree) < 3 or tree[0] != border or tree[-1] != border:
        return None
    facts = _Reader(bool(flags & re.IGNORECASE)).sequence(list(tree)[1:-1])
    words = facts.exact or frozenset()
    return words if words and all(_WORD.fullmatch(word) for word in words) else None


class _Reader:
    def __init__(self, ignores_case: bool) -> None:
        self.ignores_case = ignores_case
        self.op: Any = import_module("re._constants")

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> _Facts:
        """One after the other: runs of exact parts are joined, the best of all that is needed stays."""
        run: _Strings = frozenset({""})
        whole = True
        best: _Strings | None = None
        for code, argument in items:
            facts = self.item(code, argument)
            best = _better(best, facts.needed)
            joined = _joined(run, facts.exact)
            if facts.once is not None:  # its first round ends the run, its last one begins another
                best = _better(best, _usable(_joined(run, facts.once) or run))
                run, whole = facts.once, False
                continue
            if joined is not None:
                run = joined
                continue
            best = _better(best, _usable(run))
            whole = False
            run = facts.exact or frozenset({""})
        best = _better(best, _usable(run))
        return _Facts(run if whole else None, best)

    def item(self, code: Any, argument: Any) -> _Facts:
        op = self.op
        if code is op.LITERAL:
            return self.characters([argument])
        if code is op.IN:
            return self.one_of(argument)
        if code is op.AT or code in (op.ASSERT, op.ASSERT_NOT):
            return _EMPTY
        if code is op.SUBPATTERN:
            return self.group(argument)
        if code is op.ATOMIC_GROUP:
            return self.sequence(argument)
        if code is op.BRANCH:
            return _either([self.sequence(branch) for branch in argument[1]])
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self.repeat(*argument)
        return _NOTHING

    def group(self, argument: Sequence[Any]) -> _Facts:
        """A group; one that switches flags may ignore case where the rest does not."""
        _, added, _, inner = argument
        before = self.ignores_case
        self.ignores_case = before or bool(added & re.IGNORECASE)
        facts = self.sequence(inner)
        self.ignores_case = before
        return facts

    def repeat(self, least: int, most: int, inner: Any) -> _Facts:
        facts = self.sequence(inner)
        if least == most == 1:
            return facts
        if least == 0:
            exact = facts.exact | {""} if facts.exact is not None and most == 1 else None
            return _Facts(exact if exact is None or len(exact) <= _MOST else None, None)
        return _Facts(None, _better(facts.needed, _usable(facts.exact)), _usable(facts.exact))

    def one_of(self, items: Sequence[tuple[Any, Any]]) -> _Facts:
        op = self.op
        found: list[int] = []
        for code, argument in items:
            if code is op.LITERAL:
                found.append(argument)
            elif code is op.RANGE and argument[1] - argument[0] < _CLASS:
                found.extend(range(argument[0], argument[1] + 1))
            else:
                return _NOTHING
        return self.characters(found) if len(found) <= _CLASS else _NOTHING

    def characters(self, points: Iterable[int]) -> _Facts:
        """One of some characters; which others `re` takes for one that is not ASCII is not known here."""
        points = list(points)
        if self.ignores_case and any(point >= 128 for point in points):
            return _NOTHING
        return _Facts(frozenset(fold(chr(point)) for point in points), None)


def _joined(first: _Strings, second: _Strings | None) -> _Strings | None:
    if second is None or len(first) * len(second) > _MOST:
        return None
    return frozenset(one + other for one in first for other in second)


def _either(branches: Sequence[_Facts]) -> _Facts:
    exact: _Strings | None = frozenset()
    needed: _Strings | None = frozenset()
    for facts in branches:
        exact = exact | facts.exact if exact is not None and facts.exact is not None else None
        best = _better(_usable(facts.exact), facts.needed)
        needed = needed | best if needed is not None and best else None
    return _Facts(
        exact if exact is not None and len(exact) <= _MOST else None,
        needed if needed is not None and len(needed) <= _MOST else None,
    )


def _usable(strings: _Strings | None) -> _Strings | None:
    """Literals to search for: all of them or none."""
    return strings if strings and "" not in strings else None


def _better(one: _Strings | None, other: _Strings | None) -> _Strings | None:
    """The set that lets fewer texts through: longer literals, then fewer."""
    if not one or not other:
        return one or other
    return max(one, other, key=lambda found: (min(_LONG, min(map(len, found))), -len(found)))
