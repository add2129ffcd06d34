"""Refs to pins: the closure of a component or prompt over the heads of a store.

One version per name in one closure. Every requirement is collected before any is judged, so the answer and the errors
do not depend on file order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from promptreg.errors import (
    CycleError,
    InvalidFile,
    LimitExceeded,
    Problem,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    VersionConflict,
)
from promptreg.model.component import Component, Use
from promptreg.model.digest import closure_digest
from promptreg.model.ref import Pin
from promptreg.registry.store import Head, Store

__all__ = ["MAX_CHAIN", "Closure", "Link", "all_problems", "resolve"]

MAX_CHAIN = 100
"""Refs in one chain: three times the depth of includes that a render allows, far below Python's recursion limit."""


class Link(NamedTuple):
    """One step of a chain: the user's name, the place of the ref in its file, and the ref."""

    user: str
    path: str
    use: Use

    def __str__(self) -> str:
        return f"{self.user} ({self.path}:{self.use.line}:{self.use.column}) > {self.use.text}"


Chain = tuple[Link, ...]


class Closure(NamedTuple):
    """Everything one entry point is made of: its own pin, and the pins of all parts by name."""

    pin: Pin
    pins: dict[str, Pin]


def resolve(name: str, store: Store) -> Closure:
    """The closure of head `name`.

    Raises UnknownName, UnsatisfiableRef, VersionConflict (naming both chains) or CycleError, each with the place of the
    ref, the errors of a broken file that a ref or an output schema leads to, or LimitExceeded for endless chains. All
    faults are reported at once, under the class of the first.
    """
    root = store.head(name)
    walk = _Walk(store)
    walk.down(root)
    errors = [*walk.errors, *(error for target in walk.wishes for error in _judge(target, walk.wishes[target], store))]
    try:
        contract = store.contract_digest(root)
    except InvalidFile as error:
        errors.append(error)
    if errors:
        raise _together(errors)
    digests: dict[str, Pin] = {}
    pin = _pin(root, contract, store, digests)
    del digests[name]
    return Closure(pin, digests)


def all_problems(store: Store) -> tuple[Problem, ...]:
    """Everything wrong with the files and refs of a registry, by place; a bad ref once, whatever chains reach it."""
    files = dict.fromkeys(store.problems)
    refs: dict[tuple[object, ...], Problem] = {}
    for name in sorted(store.heads):
        try:
            resolve(name, store)
        except PromptregError as error:
            for problem in error.problems:
                if problem not in files:
                    known = refs.setdefault((problem.code, *problem[2:5]), problem)
                    if len(problem.message) < len(known.message):  # the one without the chain that led here
                        refs[(problem.code, *problem[2:5])] = problem
    found = [*files, *refs.values()]
    return tuple(sorted(found, key=lambda problem: (problem.path or "", problem.line or 0, problem.column or 0)))


def _together(errors: list[PromptregError]) -> PromptregError:
    """One error for all of them, of the class of the first."""
    return type(errors[0])(dict.fromkeys(problem for error in errors for problem in error.problems))


class _Walk:
    """One walk over everything below a head, depth first in document order.

    `wishes` holds every chain of refs that leads to each readable component; `errors` what stands in the way.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.wishes: dict[str, list[Chain]] = {}
        self.errors: list[PromptregError] = []
        self.heights: dict[str, int] = {}
        self.open: dict[str, int] = {}

    def down(self, root: Head) -> None:
        """Walk from `root`. Has its own stack: the chains of a registry may be longer than that of Python."""
        stack: list[tuple[Head, Chain, Iterator[Use]]] = [(root, (), iter(root.uses))]
        self.open[root.name] = 0
        while stack:
            head, chain, uses = stack[-1]
            use = next(uses, None)
            if use is None:
                stack.pop()
                self.heights[head.name] = self.open.pop(head.name)
                if stack:
                    self._rise(stack[-1][0], head)
                continue
            step = (*chain, Link(head.name, head.path, use))
            found = self._step(step)
            if found is not None:
                self.open[found.name] = 0
                stack.append((found, step, iter(found.uses)))

    def _rise(self, head: Head, below: Head) -> None:
        self.open[head.name] = max(self.open[head.name], self.heights[below.name] + 1)

    def _step(self, step: Chain) -> Component | None:
        """The component that a chain leads to, when it has to be walked."""
        found = self._target(step)
        if found is None:
            return None
        target = found.name
        if target in self.open:
            self.errors.append(_cycle(target, step))
            return None
        self.wishes.setdefault(target, []).append(step)
        if len(step) + self.heights.get(target, 0) > MAX_CHAIN:
            raise _endless(step)
        if target not in self.heights:
            return found
        user = step[-1].user
        self.open[user] = max(self.open[user], self.heights[target] + 1)
        return None

    def _target(self, step: Chain) -> Component | None:
        link = step[-1]
        try:
            return self.store.component(link.use.ref.name)
        except UnknownName as error:
            self.errors.append(UnknownName([_placed(problem, step) for problem in error.problems]))
        except InvalidFile as error:
            self.errors.append(error)
        return None


def _placed(problem: Problem, chain: Chain) -> Problem:
    link = chain[-1]
    message = problem.message + _via(chain)
    return problem._replace(path=link.path, line=link.use.line, column=link.use.column, message=message)


def _cycle(target: str, chain: Chain) -> PromptregError:
    """The circle that the last link of a chain closes, told from its first name on, whoever was asked for."""
    start = next(index for index, link in enumerate(chain) if link.user == target)
    links = chain[start:]
    first = min(range(len(links)), key=lambda index: links[index].user)
    links = (*links[first:], *links[:first])
    circle = " > ".join([*(f"{link.user} ({link.path}:{link.use.line})" for link in links), links[0].user])
    return _refused(CycleError, links[:1], f"components include each other: {circle}")


def _endless(chain: Chain) -> LimitExceeded:
    users = [link.user for link in chain]
    shown = " > ".join([*users[:3], "…", *users[-2:], chain[-1].use.text])
    use = chain[-1].use
    message = f"a chain of more than {MAX_CHAIN} refs: {shown}"
    problem = Problem(LimitExceeded.code, message, chain[-1].path, use.line, use.column)
    return LimitExceeded([problem], limit="chain of refs", allowed=MAX_CHAIN)


def _arrows(chain: Chain) -> str:
    return " > ".join([link.user for link in chain] + [chain[-1].use.text])


def _via(chain: Chain) -> str:
    return f"; reached by {_arrows(chain)}" if len(chain) > 1 else ""


def _judge(target: str, chains: list[Chain], store: Store) -> Iterator[PromptregError]:
    """What is wrong with the refs to one component: each that its head does not fit, once."""
    version = store.component(target).version
    holds = f"the registry holds {version}"
    near = f"{target}@^{version.major}"
    told: set[Chain] = set()
    for chain in chains:
        wish = chain[-1].use.ref.constraint
        if wish.label is not None:
            message = f"labels are for entry points only; name a version or a range here{_via(chain)}"
            yield _refused(UnsatisfiableRef, chain, message, near)
        elif not wish.allows(version) and chain not in told:
            rival = _rival(chain, chains)
            if rival is None:
                message = f"no version of {target} fits {chain[-1].use.text}; {holds}{_via(chain)}"
                yield _refused(UnsatisfiableRef, chain, message, near)
            else:
                told.add(rival)
                both = f"{_arrows(chain)}, but {_arrows(rival)}"
                message = f"two chains want different versions of {target}: {both}; {holds}"
                yield _refused(VersionConflict, chain, message, near)


def _rival(chain: Chain, chains: Iterable[Chain]) -> Chain | None:
    """The first chain whose wish no version could fulfil together with that of `chain`."""
    wish = chain[-1].use.ref.constraint
    return next((other for other in chains if not wish.meets(other[-1].use.ref.constraint)), None)


def _refused(kind: type[PromptregError], chain: Chain, message: str, suggestion: str | None = None) -> PromptregError:
    use = chain[-1].use
    return kind([Problem(kind.code, message, chain[-1].path, use.line, use.column, None, suggestion)])


def _pin(head: Head, contract: str, store: Store, pins: dict[str, Pin]) -> Pin:
    """The pin of `head`, and of everything below it, into `pins`; circles and endless chains were excluded before."""
    found = pins.get(head.name)
    if found is None:
        below = [store.component(use.ref.name) for use in head.uses]
        parts = [_pin(part, part.contract_digest, store, pins) for part in below]
        listed = [(part.name, str(part.version), part.digest) for part in parts]
        digest = closure_digest(head.body_digest, contract, listed)
        found = pins[head.name] = Pin(head.name, head.version, digest)
    return found
