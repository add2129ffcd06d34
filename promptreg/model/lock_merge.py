"""Two locks in one text, after a merge: the releases of both sides.

A lock entry is a fact that never changes, so both sides are right as long as they do not say different things about
one release. Order, commas and what stood there before do not count; each line by itself must be as it was written.
"""

from __future__ import annotations

from typing import NamedTuple

from promptreg.errors import IntegrityError, Problem
from promptreg.model.conflict import sided_lines
from promptreg.model.lock import SCHEMA, Key, LockEntry, read_line

__all__ = ["Merged", "Stated", "merge_lock"]

_FRAME = (f'{{"schema": "{SCHEMA}", "releases": {{', f'{{"schema": "{SCHEMA}", "releases": {{}}}}', "}}")


class Stated(NamedTuple):
    """A lock entry, the number of its line, and the name of the side that has it; empty for both sides."""

    entry: LockEntry
    line: int
    side: str


class Merged(NamedTuple):
    """What stands in a lock after a merge: for each release, the different entries in order of their lines."""

    stated: dict[Key, list[Stated]]

    @property
    def entries(self) -> dict[Key, LockEntry]:
        """The entries of both sides; of a release that the sides tell differently, the first."""
        return {key: stated[0].entry for key, stated in self.stated.items()}

    @property
    def disputed(self) -> list[list[Stated]]:
        """The releases that the sides tell differently, with all that is told."""
        return [stated for _, stated in sorted(self.stated.items()) if len(stated) > 1]

    @property
    def sides(self) -> dict[str, int]:
        """How many releases come from one side alone, by the name of the side."""
        found: dict[str, int] = {}
        for stated in self.stated.values():
            if stated[0].side:
                found[stated[0].side] = found.get(stated[0].side, 0) + 1
        return found


def merge_lock(text: str, path: str) -> Merged:
    """Read a lock in conflict, or one that somebody put together by hand.

    Raises IntegrityError with the place of every line that is none of a lock.
    """
    found: dict[Key, list[Stated]] = {}
    problems = []
    for number, line, side in sided_lines(text):
        entry = read_line(line)
        if entry is not None:
            _state(found.setdefault(entry.key, []), Stated(entry, number, side))
        elif line.removesuffix("\r").removesuffix(",") not in (*_FRAME, ""):
            message = "this line is not as promptreg writes it: take it from the commit that released it"
            problems.append(Problem(IntegrityError.code, message, path, number, 1))
    if problems:
        raise IntegrityError(problems)
    return Merged(found)


def _state(known: list[Stated], new: Stated) -> None:
    """Add what is new; what both sides say belongs to neither."""
    for at, other in enumerate(known):
        if other.entry == new.entry:
            known[at] = other._replace(side=other.side if other.side == new.side else "")
            return
    known.append(new)
