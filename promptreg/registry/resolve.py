"""Refs to pins: the closure of a component or prompt.

Working mode looks at the heads and, where a head does not fit, at the released versions; locked mode takes the pins of
one release from the lock and nothing else. One version per name in one closure. Every requirement is collected before
any is judged, so the answer and the errors do not depend on file order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from promptreg.errors import IntegrityError, InvalidFile, Problem, PromptregError, together
from promptreg.model.component import Component
from promptreg.model.digest import closure_digest
from promptreg.model.ref import Pin
from promptreg.model.version import Version
from promptreg.registry.chains import MAX_CHAIN, Link, Walk
from promptreg.registry.choose import asks_for_release, choose
from promptreg.registry.heads import Head
from promptreg.registry.store import Store

__all__ = ["MAX_CHAIN", "Closure", "Link", "all_problems", "resolve", "resolve_head", "resolve_release"]


class Closure(NamedTuple):
    """Everything one entry point is made of: its own pin and the pins of all parts by name; `members` are the parts."""

    pin: Pin
    pins: dict[str, Pin]
    root: Head
    members: Mapping[str, Component]


def resolve(name: str, store: Store) -> Closure:
    """The closure of head `name`; see `resolve_head`."""
    return resolve_head(store.head(name), store)


def resolve_head(root: Head, store: Store) -> Closure:
    """The closure of a component or prompt in working mode.

    A part is the head of its name where that fits every ref, else the released versions are tried, highest first; the
    first choice (in the order in which names are met) that fulfils everything is taken (see `choose`).

    Raises UnknownName, UnsatisfiableRef, VersionConflict (naming both chains) or CycleError, each with the place of the
    ref, the errors of a broken file that a ref or an output schema leads to, or LimitExceeded for endless chains. All
    faults are reported at once, under the class of the first. Raises IntegrityError when a release that is taken is not
    what the lock says.
    """
    members = _members(root, store)
    errors: list[PromptregError] = []
    if members is None:
        from promptreg.registry.explain import explain

        errors, members = explain(root, store), {}
    try:
        contract = store.contract_digest(root)
    except InvalidFile as error:
        errors.append(error)
    if errors:
        raise together(errors)
    for member in members.values():
        store.releases.check_use(member)
    closure = _closure(root, contract, members, store)
    return closure._replace(pin=closure.pin._replace(head=not _is_release(closure, store)))


def _members(root: Head, store: Store) -> Mapping[str, Component] | None:
    """The parts of a head, None when there is no choice of versions that fulfils all refs."""
    walk = Walk(store.component)
    walk.down(root)
    heads = {name: store.component(name) for name in walk.wishes}
    uses = [chain[-1].use for chains in walk.wishes.values() for chain in chains]
    fits = all(use.ref.constraint.allows(heads[use.ref.name].version) for use in uses)
    if fits and not walk.errors and not any(asks_for_release(use, store) for use in uses):
        return heads
    return choose(root, store)


def _is_release(closure: Closure, store: Store) -> bool:
    """Whether the root is released as it stands: the same bytes, made of the same parts."""
    root = closure.root
    if not store.is_clean(root):
        return False
    try:
        entry = store.releases.lock.get((root.name, root.version))
    except IntegrityError:
        return False
    return entry is not None and entry.closure == closure.pin.digest


def resolve_release(name: str, version: Version, store: Store) -> Closure:
    """The closure of a released version in locked mode: the pins of the lock, every frozen file checked against it.

    Raises UnsatisfiableRef when there is no such release, IntegrityError when bytes or pins are missing or differ.
    """
    releases = store.releases
    entry = releases.entry(name, version)
    root = releases.verified(name, version)
    members: dict[str, Component] = {}
    for pin in entry.pins:
        found = releases.verified(pin.name, pin.version)
        if not isinstance(found, Component):
            raise IntegrityError.at(f"{entry} is pinned to {pin.name}, which is no component", path=root.path)
        members[pin.name] = found
    for head in (root, *members.values()):
        for use in head.uses:
            if use.ref.name not in members:
                message = f"the lock pins no version of {use.ref.name} for {entry}"
                raise IntegrityError([Problem(IntegrityError.code, message, head.path, use.line, use.column)])
    walk = Walk(members.__getitem__)
    walk.down(root)  # a lock made by hand may hold circles
    if walk.errors:
        raise IntegrityError(
            problem._replace(code=IntegrityError.code) for error in walk.errors for problem in error.problems
        )
    closure = _closure(root, store.contract_digest(root), members, store)
    if closure.pin.digest != entry.closure:
        raise IntegrityError.at(f"the parts of {entry} are not those that it was released with", path=root.path)
    return closure


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


def _closure(root: Head, contract: str, members: Mapping[str, Component], store: Store) -> Closure:
    pins: dict[str, Pin] = {}
    pin = _pin(root, contract, members, store, pins)
    del pins[root.name]
    return Closure(pin, pins, root, members)


def _pin(head: Head, contract: str, members: Mapping[str, Component], store: Store, pins: dict[str, Pin]) -> Pin:
    """The pin of `head`, and of everything below it, into `pins`; circles and endless chains were excluded before."""
    found = pins.get(head.name)
    if found is None:
        below = [members[use.ref.name] for use in head.uses]
        parts = [_pin(part, part.contract_digest, members, store, pins) for part in below]
        listed = [(part.name, str(part.version), part.digest) for part in parts]
        digest = closure_digest(head.body_digest, contract, listed)
        found = pins[head.name] = Pin(head.name, head.version, digest, head=not store.is_clean(head))
    return found
