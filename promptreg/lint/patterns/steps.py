"""How many steps a backtracking matcher may need for a pattern, at worst: told from the pattern, without a run.

The matcher of `re` tries, for each part of a sequence, every way in which the parts before it can match. So the steps
of a sequence are the sum over its parts of their own steps times the ways of all parts before. A repeat of one class
of characters has one way that can lead on when what follows it starts with another character; then it multiplies
nothing, which is what keeps `\\w+\\s+\\w+` cheap and `(\\w+\\s?)+` dear. Where this is not known, the worst is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from promptreg.lint.patterns.classes import EVERYTHING, Characters, one_of, single

__all__ = ["NEVER", "most_steps"]

NEVER = 1e18
"""More than anybody waits for; numbers do not grow beyond."""

_Items = Sequence[tuple[Any, Any]]


class _Cost(NamedTuple):
    """Of a part tried at one place: ends it may go on from (each way of reaching one counted), and its steps."""

    ways: float
    steps: float


_ONE = _Cost(1.0, 1.0)


def most_steps(tree: Any, flags: int, length: int) -> float:
    """An upper bound of the steps for finding every match of a pattern in a text of `length` characters.

    `tree` is what Python's own parser made of the pattern.
    """
    cost = _Reader(flags, float(length)).sequence(list(tree), frozenset())
    return min(NEVER, (length + 1) * cost.steps)


class _Reader:
    def __init__(self, flags: int, length: float) -> None:
        self.flags = flags
        self.length = length
        self.op: Any = import_module("re._constants")

    def sequence(self, items: _Items, follow: Characters) -> _Cost:
        """One part after the other; `follow` are the characters that can come behind the last of them."""
        ways, steps = 1.0, 1.0
        for index, (code, argument) in enumerate(items):
            cost = self.item(code, argument, self.first(items[index + 1 :], follow))
            steps = min(NEVER, steps + ways * cost.steps)
            ways = min(NEVER, ways * cost.ways)
        return _Cost(ways, steps)

    def item(self, code: Any, argument: Any, follow: Characters) -> _Cost:
        op = self.op
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            cost = self.repeat(argument, follow)
            return cost._replace(ways=1.0) if code is op.POSSESSIVE_REPEAT else cost
        if code is op.SUBPATTERN:
            return self.inside(argument, follow)
        if code is op.BRANCH:
            return self.branch(argument[1], follow)
        if code in (op.ASSERT, op.ASSERT_NOT):
            return _Cost(1.0, self.sequence(argument[1], frozenset()).steps)
        if code is op.ATOMIC_GROUP:
            return _Cost(1.0, self.sequence(argument, follow).steps)
        if code is op.GROUPREF_EXISTS:
            costs = [self.sequence(branch or [], follow) for branch in argument[1:]]
            return _Cost(_sum(cost.ways for cost in costs), _sum(cost.steps for cost in costs))
        return _Cost(1.0, self.length + 1) if code is op.GROUPREF else _ONE

    def inside(self, argument: Any, follow: Characters) -> _Cost:
        _, added, removed, inner = argument
        before = self.flags
        self.flags = (before | added) & ~removed
        cost = self.sequence(inner, follow)
        self.flags = before
        return cost

    def branch(self, branches: Sequence[_Items], follow: Characters) -> _Cost:
        """Of branches that start with different characters only one can lead on."""
        costs = [self.sequence(branch, follow) for branch in branches]
        starts = [self._start_of(branch) for branch in branches]
        apart = sum(map(len, starts)) == len(frozenset().union(*starts)) and not any(map(self.may_be_empty, branches))
        ways = max(cost.ways for cost in costs) if apart else _sum(cost.ways for cost in costs)
        return _Cost(ways, _sum(cost.steps + 1 for cost in costs))

    def repeat(self, argument: tuple[Any, Any, _Items], follow: Characters) -> _Cost:
        least, most, inner = argument
        own = self.first(inner, frozenset())
        body = self.sequence(inner, own | follow)
        rounds = min(float(most), self.length + 1)
        if body.ways <= 1 and not self.may_be_empty(inner):
            steps = min(NEVER, (rounds + 1) * body.steps)
            is_single = len(inner) == 1 and inner[0][0] in (
                self.op.IN,
                self.op.LITERAL,
                self.op.ANY,
                self.op.NOT_LITERAL,
            )
            leads_on = 1.0 if is_single and follow and not own & follow else max(1.0, rounds - least + 1)
            return _Cost(leads_on if most != least else 1.0, steps)
        base = body.ways + (1.0 if self.may_be_empty(inner) else 0.0)
        ways = _powers(base, rounds)
        return _Cost(ways, min(NEVER, ways * body.steps))

    # -- what a part can start with

    def first(self, items: _Items, follow: Characters) -> Characters:
        """The characters that a sequence can start with; nothing means that it can be at its end."""
        found: Characters = frozenset()
        for code, argument in items:
            found |= self.starts(code, argument)
            if not self.item_may_be_empty(code, argument):
                return found
        # At the end of the whole pattern there is a match, and nothing more is tried.
        return found | follow if follow else (found if not found else EVERYTHING)

    def starts(self, code: Any, argument: Any) -> Characters:
        op = self.op
        if code is op.LITERAL:
            return single(argument, self.flags)
        if code is op.IN:
            return one_of(argument, self.flags)
        if code is op.SUBPATTERN:
            before = self.flags
            self.flags = (before | argument[1]) & ~argument[2]
            found = self._start_of(argument[3])
            self.flags = before
            return found
        if code is op.BRANCH:
            return frozenset().union(*(self._start_of(branch) for branch in argument[1]))
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self._start_of(argument[2])
        if code is op.ATOMIC_GROUP:
            return self._start_of(argument)
        return frozenset() if code is op.AT else EVERYTHING

    def _start_of(self, items: _Items) -> Characters:
        found: Characters = frozenset()
        for code, argument in items:
            found |= self.starts(code, argument)
            if not self.item_may_be_empty(code, argument):
                break
        return found

    def may_be_empty(self, items: _Items) -> bool:
        return all(self.item_may_be_empty(code, argument) for code, argument in items)

    def item_may_be_empty(self, code: Any, argument: Any) -> bool:
        """Whether a part can match without a character; True where that is not known."""
        op = self.op
        if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return False
        if code is op.SUBPATTERN:
            return self.may_be_empty(argument[3])
        if code is op.ATOMIC_GROUP:
            return self.may_be_empty(argument)
        if code is op.BRANCH:
            return any(self.may_be_empty(branch) for branch in argument[1])
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return argument[0] == 0 or self.may_be_empty(argument[2])
        return True


def _sum(numbers: Iterable[float]) -> float:
    return min(NEVER, sum(numbers, 0.0))


def _powers(base: float, rounds: float) -> float:
    """1 + base + base² + …, `rounds` times."""
    total, term = 1.0, 1.0
    for _ in range(int(min(rounds, 64))):
        term *= base
        total += term
        if total >= NEVER:
            return NEVER
    return total if rounds <= 64 else (NEVER if base > 1 else total + rounds)
