"""What a compiled template writes into its output stream besides plain strings.

A `Mark` is a `str`, so joining the stream gives the text. Literal text is a mark that knows where its characters
stand; events (a branch, a loop pass, what prints next) ride on the nearest mark and cost nothing at run time.
"""

from __future__ import annotations

from typing import NamedTuple

from promptreg.template.spans import Path

__all__ = [
    "Enter",
    "EnterInclude",
    "Event",
    "Fork",
    "IncludeSite",
    "Leave",
    "Loop",
    "LoopStep",
    "Mark",
    "Pass",
    "Prints",
    "Run",
    "Site",
    "Step",
]


class Run(NamedTuple):
    """A run of literal text: `size` characters that stand at text offset `offset` of the body."""

    offset: int
    size: int


class LoopStep(NamedTuple):
    """A step of a path that is the current index of loop number `loop`."""

    loop: int


Step = str | int | LoopStep


class Site(NamedTuple):
    """A place that prints: text range of its tag, its expression, and where its value comes from.

    With a `root` the value is exactly the thing at `root` + `steps`; otherwise it was computed from `reads`.
    Paths here start with names that the template sees, not yet with inputs of the prompt.
    """

    start: int
    end: int
    expression: str
    root: str | None
    steps: tuple[Step, ...]
    reads: frozenset[Path]


class IncludeSite(NamedTuple):
    """An include tag; `sources` says for each passed name where its value comes from, like a `Site`."""

    start: int
    end: int
    number: int
    sources: dict[str, Site]


class Prints(NamedTuple):
    """The next plain string of the stream was printed here."""

    site: Site


class Fork(NamedTuple):
    """A decision that depended on these inputs."""

    reads: frozenset[Path]


class Loop(NamedTuple):
    """A loop starts. Its passes number list items only when `indexed`."""

    loop: int
    indexed: bool


class Pass(NamedTuple):
    """The next pass of a loop starts."""

    loop: int


class Enter(NamedTuple):
    """The body of a macro or call block starts, called at text offset `start`; loops outside keep their state."""

    start: int


class EnterInclude(NamedTuple):
    """An included component starts; `found` are the names that its scope got from the includer."""

    site: IncludeSite
    found: frozenset[str]
    target: object


class Leave(NamedTuple):
    """The end of what the last open Enter or EnterInclude started."""


Event = Prints | Fork | Loop | Pass | Enter | EnterInclude | Leave


class Mark(str):
    """A piece of literal text, or an empty piece that only carries events. Immutable once a template is compiled."""

    __slots__ = ("after", "before", "runs")

    before: tuple[Event, ...]
    runs: tuple[Run, ...]
    after: tuple[Event, ...]

    @classmethod
    def of(
        cls,
        text: str = "",
        *,
        before: tuple[Event, ...] = (),
        runs: tuple[Run, ...] = (),
        after: tuple[Event, ...] = (),
    ) -> Mark:
        """Build a mark; `runs` tile `text`."""
        mark = cls(text)
        mark.before = before
        mark.runs = runs
        mark.after = after
        return mark
