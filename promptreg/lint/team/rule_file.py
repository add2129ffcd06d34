"""A team rule as its file says it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from promptreg.lint.finding import Severity
from promptreg.lint.team.components import Components
from promptreg.lint.team.found import Finder
from promptreg.lint.team.names import fits_any
from promptreg.lint.team.sheet import PassageKind
from promptreg.text import Location, Source

__all__ = ["Case", "CaseKind", "Per", "TeamRule"]

Per = Literal["sentence", "block", "text", "component", "prompt"]
"""What is looked at together: see `promptreg.lint.team.units`."""

CaseKind = Literal["pass", "fail", "fixed", "todo-pass", "todo-fail"]


class Case(NamedTuple):
    """One test of a rule: files of a registry, and what must come out.

    `finds` are the texts that must be found, in order; None where any finding will do. `fixed` is what the text of a
    `fixed` case must become. `text` is what a case of one text was written as.
    """

    kind: CaseKind
    files: Mapping[str, str]
    place: Location
    text: str | None = None
    finds: tuple[str, ...] | None = None
    fixed: str | None = None


class TeamRule(NamedTuple):
    """One rule. Empty `roles`, `kinds` and `names` mean all; `scope` are the kinds of passages it looks at.

    `finder` is None for the kinds that look at what prompts are made of, `components` for all others.
    """

    name: str
    kind: str
    summary: str
    message: str
    severity: Severity
    link: str
    secret: bool
    scope: frozenset[PassageKind]
    per: Per
    roles: frozenset[str]
    kinds: frozenset[str]
    names: tuple[str, ...]
    excluded: tuple[str, ...]
    finder: Finder | None
    components: Components | None
    has_fix: bool
    cases: tuple[Case, ...]
    source: Source

    def covers(self, name: str, kind: str) -> bool:
        """Whether the rule speaks of a component or prompt."""
        if self.kinds and kind not in self.kinds:
            return False
        if self.names and not fits_any(name, self.names):
            return False
        return not fits_any(name, self.excluded)
