"""Releases whose parts have newer releases: what each is pinned to, what its refs would take now, and what there is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from promptreg.errors import IntegrityError, Problem
from promptreg.model.lock import Key
from promptreg.model.version import Version
from promptreg.registry.choose import choose
from promptreg.registry.labels import pointless
from promptreg.registry.resolve import Closure, resolve_release
from promptreg.registry.selected import select, versions_by_name
from promptreg.registry.store import Store

__all__ = ["Aged", "AgedPart", "Outdated", "outdated"]


class AgedPart(NamedTuple):
    """A part of a release: its pin, what the refs would take now (None: it is no part any more), and the highest.

    `refs` are the refs to it in the frozen files, in the order in which they are met.
    """

    name: str
    pinned: Version
    wanted: Version | None
    latest: Version
    refs: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the refs would take another version than the pinned one."""
        return self.wanted != self.pinned


class Aged(NamedTuple):
    """A release in use with the parts that are not the newest; `labels` point to it."""

    name: str
    version: Version
    labels: tuple[str, ...]
    parts: tuple[AgedPart, ...]


class Outdated(NamedTuple):
    """The releases in use that have newer parts, by name and version; `problems` hide some of them."""

    checked: int
    releases: tuple[Aged, ...]
    problems: tuple[Problem, ...]


def outdated(store: Store, refs: Collection[str] | str = ()) -> Outdated:
    """Compare the pins of the releases in use: the highest of each name, and every labelled one.

    `refs` choose among them: of a name or a range, the highest release that fits and the labelled ones that do; of a
    version or a label, what it names, in use or not.

    What the refs would take now is what a release of the same frozen file would be made of today: its refs are
    resolved over releases only, whatever the heads are. Raises what `select` does for refs that name no release,
    IntegrityError for a lock and InvalidFile for labels that cannot be read; releases that are not what they were are
    listed as problems.
    """
    releases = store.releases.vouched()
    selected = select(refs, store, versions_by_name(releases.lock))
    frozen = Store(tree=store.tree, heads={}, broken={}, problems=(), releases=releases)
    wanted = {(one.ref.name, version) for one in selected for version in one.versions} if refs else None
    labels, problems = _labelled(store, wanted)
    highest = dict(sorted(releases.lock))  # of one name the last wins
    in_use: set[Key] = {*labels, *((one.ref.name, version) for one in selected for version in one.meant)}
    if not refs:
        in_use |= set(highest.items())
    found = []
    for key in sorted(in_use):
        try:
            parts = tuple(_parts(resolve_release(*key, frozen), frozen, highest))
        except IntegrityError as error:
            problems += error.problems
            continue
        if parts:
            found.append(Aged(*key, tuple(labels.get(key, ())), parts))
    return Outdated(len(in_use), tuple(found), tuple(dict.fromkeys(problems)))


def _labelled(store: Store, wanted: Collection[Key] | None) -> tuple[dict[Key, list[str]], list[Problem]]:
    """The labels that point to each release (of the wanted ones), and those of their names that point to none."""
    names = None if wanted is None else {name for name, _ in wanted}
    found: dict[Key, list[str]] = {}
    problems: list[Problem] = []
    for label, table in store.labels.table.items():
        for name, target in table.items():
            for version, _ in target.shares if names is None or name in names else ():
                if (name, version) in store.releases.lock:
                    if wanted is None or (name, version) in wanted:
                        found.setdefault((name, version), []).append(label)
                else:
                    problems += pointless(label, name, version, target.place).problems
    return found, problems


def _parts(closure: Closure, frozen: Store, highest: dict[str, Version]) -> Iterable[AgedPart]:
    """The parts of a release that are not the newest, by name."""
    chosen = choose(closure.root, frozen)  # None: no answer in bearable time, so that nothing is known to be better
    refs: dict[str, dict[str, None]] = {}
    for head in (closure.root, *closure.members.values()):
        for use in head.uses:
            refs.setdefault(use.ref.name, {})[use.text] = None
    for name, pin in sorted(closure.pins.items()):
        wanted: Version | None = pin.version
        if chosen is not None:
            part = chosen.get(name)
            wanted = None if part is None else part.version
        latest = highest[name]
        if wanted != pin.version or latest > pin.version:
            yield AgedPart(name, pin.version, wanted, latest, tuple(refs[name]))
