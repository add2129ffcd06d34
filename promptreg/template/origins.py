"""Where printed values come from, worked out while code is generated and scopes are known.

A bare path is exact when its name is an input, or the variable of an unfiltered loop over a bare path, and is never
given another value anywhere in the body. Everything else is computed, with the reads of `flows`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from jinja2 import nodes
from jinja2.idtracking import VAR_LOAD_RESOLVE, Symbols

from promptreg.template.facts import Facts, walk
from promptreg.template.flows import Flows, path_of
from promptreg.template.marks import IncludeSite, LoopStep, Site, Step
from promptreg.template.parsing import Parsed
from promptreg.template.positions import start_of
from promptreg.template.spans import IncludeTarget

__all__ = ["Origins", "hand_over"]

_Exact = tuple[str, tuple[Step, ...]]


def hand_over(
    tree: nodes.Template, facts: Facts, inputs: Collection[str], includes: Mapping[str, IncludeTarget]
) -> dict[int, tuple[str, ...]]:
    """Rewrite every include to load, from its scope, the names that its target declares and that can exist there.

    The ref itself moves to the attribute `ref` of the node. Returns the names by the id of the include node.
    """
    names: dict[int, tuple[str, ...]] = {}
    for node in walk(tree):
        if isinstance(node, nodes.Include):
            ref = node.template.value  # type: ignore[attr-defined]
            known = (set(inputs) | facts.assigned.keys()) - facts.macros.keys()
            names[id(node)] = tuple(sorted(known & set(includes[ref].inputs)))
            loads = [nodes.Name(name, "load", lineno=node.lineno) for name in names[id(node)]]
            node.template = nodes.List(loads, lineno=node.lineno)
            node.ref = ref  # type: ignore[attr-defined]
    return names


class Origins:
    """Answers, at one point of code generation, where a value comes from."""

    def __init__(
        self,
        parsed: Parsed,
        facts: Facts,
        inputs: Collection[str],
        includes: Mapping[str, IncludeTarget],
        include_names: dict[int, tuple[str, ...]],
    ) -> None:
        self.tokens = parsed.tokens
        self.includes = includes
        self.flows = Flows(facts, inputs, include_names)
        self._text = parsed.body.text
        self._inputs = frozenset(inputs)
        self._set_names = facts.set_names
        self._loop_variables: dict[str, _Exact | None] = {}

    def is_set(self, name: str) -> bool:
        """Is the name given a value anywhere in the body by anything but a loop?"""
        return name in self._set_names

    def exact(self, node: nodes.Node, symbols: Symbols) -> _Exact | None:
        """Root name and steps of a bare path with an exact origin, else None."""
        found = path_of(node)
        if found is None:
            return None
        name, keys = found[0].name, found[1]
        if name in self._set_names:
            return None
        ref = symbols.ref(name)
        if ref in self._loop_variables:
            base = self._loop_variables[ref]
            return (base[0], (*base[1], *keys)) if base is not None else None
        if name in self._inputs and symbols.find_load(ref) == (VAR_LOAD_RESOLVE, name):
            return name, keys
        return None

    def site(self, node: nodes.Node, symbols: Symbols, *, reads_from: nodes.Node | None = None) -> Site:
        """The site of a printed expression, or of a block whose reads are those of `reads_from`."""
        start = start_of(node)
        tag = self.tokens.tag_at(start) if start is not None else None
        exact = self.exact(node, symbols)
        reads = self.flows.reads(reads_from or node)
        root, steps = exact if exact is not None else (None, ())
        if tag is None:
            return Site(start or 0, start or 0, "", root, steps, reads)
        return Site(tag.start, tag.end, self._text[tag.inner_start : tag.inner_end], root, steps, reads)

    def loop_path(self, node: nodes.For, symbols: Symbols) -> _Exact | None:
        """The path that a loop walks when its passes are the items of an exact list."""
        if node.test is not None or not isinstance(node.target, nodes.Name):
            return None
        return self.exact(node.iter, symbols)

    @contextmanager
    def inside_loop(self, node: nodes.For, symbols: Symbols, path: _Exact | None, step: LoopStep) -> Iterator[None]:
        """While the body of a loop is generated, its variable stands for the items of the path."""
        names = [part.name for part in walk(node.target) if isinstance(part, nodes.Name)]
        saved = dict(self._loop_variables)
        for name in names:
            self._loop_variables[symbols.ref(name)] = (path[0], (*path[1], step)) if path is not None else None
        try:
            yield
        finally:
            self._loop_variables = saved

    def include_site(self, node: nodes.Include, number: int, symbols: Symbols) -> IncludeSite:
        """The site of an include, with the origin of each name that it hands over."""
        start = start_of(node) or 0
        tag = self.tokens.tag_at(start)
        loads = node.template.items  # type: ignore[attr-defined]
        sources = {load.name: self.site(load, symbols) for load in loads}
        return IncludeSite(tag.start if tag else start, tag.end if tag else start, number, sources)
