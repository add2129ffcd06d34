"""Refs to pins: the closure of a component or prompt over the heads of a store.

One version per name in one closure. Every requirement is collected before any is judged, so the answer and the errors
do not depend on file order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptreg.errors import CycleError, Problem, PromptregError, UnknownName, UnsatisfiableRef, VersionConflict
from promptreg.model.component import Component, Use
from promptreg.model.digest import closure_digest
from promptreg.model.ref import Pin
from promptreg.registry.store import Head, Store

__all__ = ["Closure", "Link", "resolve"]


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
    ref, and the errors of a broken file that a ref leads to.
    """
    root = store.head(name)
    wishes = _collect(root, store)
    problems = [problem for target, chains in wishes.items() for problem in _judge(target, chains, store)]
    if problems:
        raise problems[0]
    digests: dict[str, Pin] = {}
    pin = _pin(root, store, digests)
    del digests[name]
    return Closure(pin, digests)


def _collect(root: Head, store: Store) -> dict[str, list[Chain]]:
    """Every chain of refs that leads to each name, depth first in document order."""
    wishes: dict[str, list[Chain]] = {}
    done: set[str] = set()
    stack: list[tuple[Head, Chain, Iterator[Use]]] = [(root, (), iter(root.uses))]
    while stack:
        head, chain, uses = stack[-1]
        use = next(uses, None)
        if use is None:
            done.add(head.name)
            stack.pop()
            continue
        step = (*chain, Link(head.name, head.path, use))
        target = use.ref.name
        wishes.setdefault(target, []).append(step)
        if any(target == open_head.name for open_head, _, _ in stack):
            raise _cycle(target, step)
        if target not in done:
            stack.append((_target(step, store), step, iter(_target(step, store).uses)))
    return wishes


def _target(chain: Chain, store: Store) -> Component:
    link = chain[-1]
    try:
        return store.component(link.use.ref.name)
    except UnknownName as error:
        raise UnknownName([_placed(problem, link, chain) for problem in error.problems]) from None


def _placed(problem: Problem, link: Link, chain: Chain) -> Problem:
    via = f"; reached by {_arrows(chain)}" if len(chain) > 1 else ""
    return problem._replace(path=link.path, line=link.use.line, column=link.use.column, message=problem.message + via)


def _cycle(target: str, chain: Chain) -> CycleError:
    start = next(index for index, link in enumerate(chain) if link.user == target)
    circle = " > ".join([*(f"{link.user} ({link.path}:{link.use.line})" for link in chain[start:]), target])
    use = chain[-1].use
    return CycleError(
        [Problem(CycleError.code, f"components include each other: {circle}", chain[-1].path, use.line, use.column)]
    )


def _arrows(chain: Chain) -> str:
    return " > ".join([link.user for link in chain] + [chain[-1].use.text])


def _judge(target: str, chains: list[Chain], store: Store) -> Iterator[PromptregError]:
    head = store.component(target)
    for chain in chains:
        if chain[-1].use.ref.constraint.label is not None:
            yield _refused(UnsatisfiableRef, chain, "labels are for entry points only; name a version or a range here")
    fits = [chain for chain in chains if chain[-1].use.ref.constraint.allows(head.version)]
    misfits = [chain for chain in chains if chain not in fits and chain[-1].use.ref.constraint.label is None]
    if misfits and fits:
        message = f"two chains want different versions of {target}: {_arrows(misfits[0])}, but {_arrows(fits[0])}"
        yield _refused(VersionConflict, misfits[0], f"{message}; the registry holds {head.version}", str(head.version))
    elif len({chain[-1].use.text for chain in misfits}) > 1:
        texts = " and ".join(_arrows(chain) for chain in misfits[:2])
        yield _refused(
            VersionConflict, misfits[0], f"no version of {target} fits {texts}; the registry holds {head.version}"
        )
    elif misfits:
        message = f"no version of {target} fits {misfits[0][-1].use.text}; the registry holds {head.version}"
        if len(misfits[0]) > 1:
            message += f"; reached by {_arrows(misfits[0])}"
        yield _refused(UnsatisfiableRef, misfits[0], message, f"{target}@^{head.version.major}")


def _refused(kind: type[PromptregError], chain: Chain, message: str, suggestion: str | None = None) -> PromptregError:
    use = chain[-1].use
    return kind([Problem(kind.code, message, chain[-1].path, use.line, use.column, None, suggestion)])


def _pin(head: Head, store: Store, pins: dict[str, Pin]) -> Pin:
    """The pin of `head`, and of everything below it, into `pins`; cycles were excluded before."""
    found = pins.get(head.name)
    if found is None:
        parts = [_pin(store.component(use.ref.name), store, pins) for use in head.uses]
        listed = [(part.name, str(part.version), part.digest) for part in parts]
        digest = closure_digest(head.body_digest, head.contract_digest, listed)
        found = pins[head.name] = Pin(head.name, head.version, digest)
    return found
