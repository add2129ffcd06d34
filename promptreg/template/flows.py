"""Which inputs an expression may have read: conservative, by name, without regard to the order of statements.

Two sets are told apart. *Flow* is what can end up in the text: `{{ a if c else b }}` has flow from a and b. *Control*
is what decided: c. Only flow taints a span; control becomes a branch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from jinja2 import nodes

from promptreg.template.facts import Facts
from promptreg.template.spans import Path

__all__ = ["Flows", "constant_key", "passed_arguments", "path_of"]

# After so many followed names in one body every answer is "all inputs": still conservative, and never slow.
_STEPS = 200_000


class _Atoms(NamedTuple):
    """What a node reads directly: paths that start with a name, and macros (`caller` for what call blocks hold)."""

    paths: set[Path]
    macros: set[str]


class _Reads(NamedTuple):
    """Direct reads of a part: what it prints, what decided, and what is computed without being printed."""

    flow: _Atoms
    control: _Atoms
    unprinted: _Atoms

    @property
    def macros(self) -> set[str]:
        """All macros that run."""
        return self.flow.macros | self.control.macros | self.unprinted.macros


def constant_key(node: nodes.Expr) -> str | int | None:
    """The key of `a.key`, `a["key"]`, `a[0]` or `a[-1]` when it is written out, else None."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if not isinstance(node, nodes.Getitem):
        return None
    arg = node.arg
    sign = 1
    if isinstance(arg, nodes.Neg):
        arg, sign = arg.node, -1
    if isinstance(arg, nodes.Const) and isinstance(arg.value, int) and not isinstance(arg.value, bool):
        return sign * arg.value
    if isinstance(arg, nodes.Const) and isinstance(arg.value, str) and sign == 1:
        return arg.value
    return None


def path_of(node: nodes.Node) -> tuple[nodes.Name, Path] | None:
    """The name and the keys of a bare path such as `ticket.lines[0].text`, else None."""
    keys: list[str | int] = []
    while not isinstance(node, nodes.Name):
        key = constant_key(node) if isinstance(node, nodes.Getattr | nodes.Getitem) else None
        if key is None:
            return None
        keys.append(key)
        node = node.node  # type: ignore[attr-defined]
    return (node, tuple(reversed(keys))) if node.name != "loop" else None


class Flows:
    """Answers what parts of one tree read, as paths that start with an input of the template.

    `include_names` gives, by the id of an include node, the names that it hands over.
    """

    def __init__(self, facts: Facts, inputs: Collection[str], include_names: dict[int, tuple[str, ...]]) -> None:
        self._facts = facts
        self._inputs = frozenset(inputs)
        self._include_names = include_names
        self._arguments = passed_arguments(facts)
        self._macros: dict[str, _Reads] = {}
        self._sources: dict[str, _Atoms] = {}
        self._steps_left = _STEPS

    def reads(self, node: nodes.Node) -> frozenset[Path]:
        """The flow of an expression, or of the output below a statement."""
        return self._close(self._split([node]).flow)

    def decisions(self, parts: Iterable[nodes.Node]) -> frozenset[Path]:
        """The control of the parts, including that of macros which they call."""
        return self._close(self._deciding(self._split(parts)))

    def conditions(self, tests: Iterable[nodes.Node]) -> frozenset[Path]:
        """Everything that expressions read, for expressions that decide something."""
        tests = list(tests)
        flow = self._split(tests).flow
        return self._close(flow) | self.decisions(tests)

    def _deciding(self, reads: _Reads) -> _Atoms:
        """The control of a part together with the control inside the macros that it runs."""
        total = _Atoms(set(reads.control.paths), set(reads.control.macros))
        waiting = list(reads.macros)
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                inside = self._macro(name)
                total.paths.update(inside.control.paths)
                total.macros.update(inside.control.macros)
                waiting.extend(inside.macros)
        return total

    def _close(self, atoms: _Atoms) -> frozenset[Path]:
        """Follow names to what was assigned to them and macros to what they print, down to input paths."""
        found: set[Path] = set()
        names: set[str] = set()
        macros: set[str] = set()
        waiting = [atoms]
        while waiting:
            here = waiting.pop()
            self._steps_left -= 1
            if self._steps_left < 0:
                return frozenset((name,) for name in self._inputs)
            for path in here.paths:
                name = str(path[0])
                if name in self._inputs:
                    found.add(path)
                if name not in names:
                    names.add(name)
                    waiting.append(self._source(name))
            for macro in here.macros - macros:
                macros.add(macro)
                waiting.append(self._macro(macro).flow)
        return frozenset(path for path in found if not any(path[:n] in found for n in range(1, len(path))))

    def _source(self, name: str) -> _Atoms:
        if name not in self._sources:
            parts = [*self._facts.assigned.get(name, ()), *self._arguments.get(name, ())]
            bodies = [node.body if isinstance(node, nodes.AssignBlock) else [node] for node in parts]
            filters = [node.filter for node in parts if isinstance(node, nodes.AssignBlock) and node.filter]
            self._sources[name] = self._split([*(part for body in bodies for part in body), *filters]).flow
        return self._sources[name]

    def _macro(self, name: str) -> _Reads:
        if name not in self._macros:
            if name == "caller":
                body = [node for block in self._facts.callers for node in block.body]
            else:
                body = self._facts.macros[name].body
            self._macros[name] = self._split(body)
        return self._macros[name]

    def _split(self, parts: Iterable[nodes.Node]) -> _Reads:
        """Direct reads of parts, told apart. Nothing that is assigned on the way counts as flow."""
        reads = _Reads(*(_Atoms(set(), set()) for _ in _Reads._fields))
        stack = [(part, reads.flow) for part in parts]
        while stack:
            node, sink = stack.pop()
            path = path_of(node)
            if path is not None:
                sink.paths.add((path[0].name, *path[1]))
            elif isinstance(node, nodes.Name):
                loop = self._facts.loop_of.get(id(node))
                stack.extend([(loop.iter, sink)] if loop else [])
            elif isinstance(node, nodes.Include):
                sink.paths.update((name,) for name in self._include_names.get(id(node), ()))
            elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
                sink.macros.add(node.node.name)
                # arguments reach the text through parameters, which are followed by name
                stack.extend((part, reads.unprinted) for part in (*node.args, *node.kwargs))
            else:
                flowing, deciding, dropped = _parts(node)
                stack.extend((part, sink) for part in flowing)
                stack.extend((part, reads.control) for part in deciding)
                stack.extend((part, reads.unprinted) for part in dropped)
        return reads


def _parts(node: nodes.Node) -> tuple[Iterable[nodes.Node], Iterable[nodes.Node], Iterable[nodes.Node]]:
    """The children of a node: those that print or make its value, those that decide, those that do neither."""
    if isinstance(node, nodes.CondExpr):
        return [node.expr1, *([node.expr2] if node.expr2 else [])], [node.test], ()
    if isinstance(node, nodes.If):
        bodies = [*node.body, *node.else_, *(part for branch in node.elif_ for part in branch.body)]
        return bodies, [node.test, *(branch.test for branch in node.elif_)], ()
    if isinstance(node, nodes.For):
        return [*node.body, *node.else_], [node.iter, *([node.test] if node.test else [])], ()
    if isinstance(node, nodes.With):
        return node.body, (), node.values
    if isinstance(node, nodes.Assign):
        return (), (), [node.node]
    if isinstance(node, nodes.AssignBlock):
        return (), (), [*node.body, *([node.filter] if node.filter else [])]
    if isinstance(node, nodes.Macro):
        return (), (), ()
    if isinstance(node, nodes.CallBlock):
        return [node.call], (), ()
    return node.iter_child_nodes(), (), ()


def passed_arguments(facts: Facts) -> dict[str, list[nodes.Node]]:
    """For each parameter name of a macro or call block, what any call passes for it."""
    passed: dict[str, list[nodes.Node]] = {}
    for call in facts.calls:
        if not isinstance(call.node, nodes.Name):
            continue
        for parameters in _parameters(facts, call.node.name):
            for name, argument in zip(parameters, call.args, strict=False):
                passed.setdefault(name, []).append(argument)
        for keyword in call.kwargs:
            passed.setdefault(keyword.key, []).append(keyword.value)
    return passed


def _parameters(facts: Facts, name: str) -> Iterator[list[str]]:
    if name == "caller":
        yield from ([argument.name for argument in block.args] for block in facts.callers)
    elif name in facts.macros:
        yield [argument.name for argument in facts.macros[name].args]
