"""How many steps a backtracking matcher may need for a pattern, at worst: told from the pattern, without a run.

The matcher of `re` tries, for each part of a sequence, every way in which the parts before it can match. So the steps
of a sequence are the sum over its parts of their own steps times the ways of all parts before. Three things keep
this from being far too much for harmless patterns:

- A repeat of one class of characters has one way that can lead on when what follows starts with another character.
- Nothing is tried again once the pattern has matched, so a repeat before parts that may all be left out has one way.
- The rounds of a repeat whose body has one way take different characters, so together they take each at most once.

Where none of this is known to hold, the worst is taken.
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
    """Of a part tried at one place: the ends it may go on from (each way of reaching one counts), and its steps.

    These are at most `base` and `rate` for each character that it takes.
    """

    ways: float
    base: float
    rate: float = 0.0


class _Follow(NamedTuple):
    """What comes behind a part: the characters it can start with. `matched`: it is sure to match, whatever comes."""

    characters: Characters
    matched: bool = False


_ONE = _Cost(1.0, 1.0)
_END = _Follow(frozenset(), matched=True)


def most_steps(tree: Any, flags: int, length: int) -> float:
    """An upper bound of the steps for finding every match of a pattern in a text of `length` characters.

    `tree` is what Python's own parser made of the pattern.
    """
    cost = _Reader(flags, float(length)).sequence(list(tree), _END)
    return min(NEVER, (length + 1) * (cost.base + cost.rate * length))


class _Reader:
    def __init__(self, flags: int, length: float) -> None:
        self.flags = flags
        self.length = length
        self.op: Any = import_module("re._constants")
        self.groups: dict[int, Characters] = {}

    def sequence(self, items: _Items, follow: _Follow) -> _Cost:
        """One part after the other."""
        ways, base, rate = 1.0, 1.0, 0.0
        for index, (code, argument) in enumerate(items):
            cost = self.item(code, argument, self.behind(items[index + 1 :], follow))
            base = min(NEVER, base + ways * cost.base)
            rate = min(NEVER, rate + ways * cost.rate)
            ways = min(NEVER, ways * cost.ways)
        return _Cost(ways, base, rate)

    def item(self, code: Any, argument: Any, follow: _Follow) -> _Cost:
        op = self.op
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            cost = self.repeat(argument, follow)
            return cost._replace(ways=1.0) if code is op.POSSESSIVE_REPEAT else cost
        if code is op.SUBPATTERN:
            return self.group(argument, follow)
        if code is op.BRANCH:
            return self.branch(argument[1], follow)
        if code in (op.ASSERT, op.ASSERT_NOT):
            return _Cost(1.0, self.all_of(self.sequence(argument[1], _END)))
        if code is op.ATOMIC_GROUP:
            return self.sequence(argument, _END)._replace(ways=1.0)
        if code is op.GROUPREF_EXISTS:
            costs = [self.sequence(branch or [], follow) for branch in argument[1:]]
            return _Cost(_sum(cost.ways for cost in costs), _sum(map(self.all_of, costs)))
        return _Cost(1.0, 1.0, 1.0) if code is op.GROUPREF else _ONE

    def all_of(self, cost: _Cost) -> float:
        """The steps of a part that may look at all of the text."""
        return min(NEVER, cost.base + cost.rate * self.length)

    def group(self, argument: Any, follow: _Follow) -> _Cost:
        number, added, removed, inner = argument
        before = self.flags
        self.flags = (before | added) & ~removed
        cost = self.sequence(inner, follow)
        if number is not None:
            self.groups[number] = EVERYTHING if self.may_be_empty(inner) else self.start_of(inner)
        self.flags = before
        return cost

    def branch(self, branches: Sequence[_Items], follow: _Follow) -> _Cost:
        """Of branches that start with different characters only one can lead on."""
        costs = [self.sequence(branch, follow) for branch in branches]
        starts = [self.start_of(branch) for branch in branches]
        apart = sum(map(len, starts)) == len(frozenset().union(*starts)) and not any(map(self.may_be_empty, branches))
        ways = max(cost.ways for cost in costs) if apart else _sum(cost.ways for cost in costs)
        return _Cost(ways, _sum(cost.base + 1 for cost in costs), _sum(cost.rate for cost in costs))

    def repeat(self, argument: tuple[Any, Any, _Items], follow: _Follow) -> _Cost:
        least, most, inner = argument
        own = self.start_of(inner)
        body = self.sequence(inner, follow if most == 1 else _Follow(own | follow.characters))
        rounds = min(float(most), self.length + 1)
        if body.ways > 1 or self.may_be_empty(inner):
            each = body.ways + (1.0 if self.may_be_empty(inner) else 0.0)
            return _Cost(_powers(each, rounds), min(NEVER, _powers(each, rounds - 1) * self.all_of(body)))
        ways = max(1.0, rounds - least + 1) if most != least else 1.0
        if follow.matched or (self.is_single(inner) and follow.characters and not own & follow.characters):
            ways = 1.0
        if rounds < self.length:
            return _Cost(ways, min(NEVER, (rounds + 1) * body.base), 2 * body.rate)
        # Each round takes a character or more, and going back over them is as long as going forth.
        return _Cost(ways, 1.0 + body.base, 2 * body.rate + 2 * body.base)

    def is_single(self, items: _Items) -> bool:
        """Whether a part is one character of a class."""
        op = self.op
        return len(items) == 1 and items[0][0] in (op.IN, op.LITERAL, op.ANY, op.NOT_LITERAL)

    # -- what a part can start with

    def behind(self, items: _Items, follow: _Follow) -> _Follow:
        """What a sequence and what follows it can start with."""
        found: Characters = frozenset()
        is_sure = follow.matched
        for code, argument in items:
            found |= self.starts(code, argument)
            if not self.item_may_be_empty(code, argument):
                return _Follow(found)
            is_sure = is_sure and self.can_be_left_out(code, argument)
        return _Follow(found | follow.characters, is_sure)

    def start_of(self, items: _Items) -> Characters:
        """What a sequence can start with; nothing of what follows it."""
        found: Characters = frozenset()
        for code, argument in items:
            found |= self.starts(code, argument)
            if not self.item_may_be_empty(code, argument):
                break
        return found

    def starts(self, code: Any, argument: Any) -> Characters:
        op = self.op
        if code is op.LITERAL:
            return single(argument, self.flags)
        if code is op.IN:
            return one_of(argument, self.flags)
        if code is op.SUBPATTERN:
            before = self.flags
            self.flags = (before | argument[1]) & ~argument[2]
            found = self.start_of(argument[3])
            self.flags = before
            return found
        if code is op.BRANCH:
            return frozenset().union(*(self.start_of(branch) for branch in argument[1]))
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self.start_of(argument[2])
        if code is op.ATOMIC_GROUP:
            return self.start_of(argument)
        if code is op.GROUPREF:
            return self.groups.get(argument, EVERYTHING)
        return frozenset() if code is op.AT else EVERYTHING

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
        if code is op.GROUPREF:
            return self.groups.get(argument, EVERYTHING) == EVERYTHING
        return True

    def can_be_left_out(self, code: Any, argument: Any) -> bool:
        """Whether a part matches at every place, if need be nothing."""
        op = self.op
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return bool(argument[0] == 0)
        if code is op.SUBPATTERN:
            return all(self.can_be_left_out(*item) for item in argument[3])
        return False


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
