"""Rules about the names of one body: which are known, which clash, and that macros do not call themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from jinja2 import nodes

from promptreg.template.facts import Facts, walk
from promptreg.template.words import RESERVED_NAMES

__all__ = ["NameRules", "macro_depths"]


class NameRules:
    """Answers questions about names; `inputs` are the declared ones."""

    def __init__(self, facts: Facts, inputs: Collection[str], macro_depth: int) -> None:
        self._facts = facts
        self._macro_depth = macro_depth
        self._inputs = frozenset(inputs)

    def is_known(self, name: str) -> bool:
        """Is the name an input or given a value anywhere in the body?"""
        return name in self._inputs or name in self._facts.assigned

    def visible(self) -> list[str]:
        """What an undefined name might have meant."""
        return sorted({*self._inputs, *self._facts.assigned})

    def conflicts(self) -> Iterator[tuple[str, nodes.Node]]:
        """Reserved, doubled and clashing names, and macros that call themselves, each with the node to point at."""
        facts = self._facts
        for name in sorted(RESERVED_NAMES & self._inputs):
            yield f'an input cannot have the reserved name "{name}"', nodes.Template([], lineno=1)
        for macro in facts.duplicates:
            yield f'the macro "{macro.name}" is defined twice', macro
        for name, macro in facts.macros.items():
            if name in RESERVED_NAMES:
                yield f'a macro cannot have the reserved name "{name}"', macro
            elif name in self._inputs:
                yield f'the macro "{name}" has the name of an input', macro
            elif name in facts.assigned:
                yield f'the macro "{name}" has the name of a variable', macro
        yield from self._recursion()

    def _recursion(self) -> Iterator[tuple[str, nodes.Node]]:
        depths, circles = macro_depths(self._facts)
        for name in circles:
            yield f'the macro "{name}" calls itself', self._facts.macros[name]
        for name, depth in depths.items():
            if depth > self._macro_depth:
                message = f'the macro "{name}" calls macros deeper than macro_depth allows ({self._macro_depth})'
                yield message, self._facts.macros[name]


def macro_depths(facts: Facts) -> tuple[dict[str, int], list[str]]:
    """How deep each macro calls others, and the macros that are part of a circle of calls."""
    calls = {name: _called(macro, facts) for name, macro in facts.macros.items()}
    waiting = {name: set(called) for name, called in calls.items()}
    depths: dict[str, int] = {}
    while True:
        ready = [name for name, called in waiting.items() if not called - depths.keys()]
        if not ready:
            return depths, sorted(name for name in waiting if _reaches_itself(name, calls))
        for name in ready:
            depths[name] = 1 + max((depths[other] for other in calls[name]), default=0)
            del waiting[name]


def _reaches_itself(name: str, calls: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    stack = list(calls[name])
    while stack:
        here = stack.pop()
        if here == name:
            return True
        if here not in seen:
            seen.add(here)
            stack.extend(calls[here])
    return False


def _called(macro: nodes.Macro, facts: Facts) -> set[str]:
    names = {n.name for n in walk(macro) if isinstance(n, nodes.Name)}
    return names & facts.macros.keys()
