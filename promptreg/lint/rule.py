"""What a rule is: facts about it as data, and a check that reads one subject and yields hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from promptreg.lint.finding import Applicability, Confidence, Hit, Severity

__all__ = ["Check", "Option", "Reach", "Rule", "Scope", "Stage", "Standing"]

Scope = Literal["file", "head", "template", "composition", "rendered", "examples", "output", "call", "directive"]
"""What a rule looks at, and what its check is called with (see `promptreg.lint.subjects`)."""

Standing = Literal["on", "off", "pedantic"]
"""By default: on; off (to be selected by name or group); pedantic (disputed, selected with `pedantic`)."""

Reach = Literal["closure", "registry"]

Stage = Literal["preview", "stable", "deprecated"]

Check = Callable[[Any, Mapping[str, Any]], Iterable[Hit]]
"""(subject, options) -> hits, in document order. Pure: it reads the subject and nothing else."""


class Option(NamedTuple):
    """A setting of a rule: its default, of the type that the configured value must have, and what it does."""

    default: Any
    summary: str


class Rule(NamedTuple):
    """A lint rule. `name` says the bad pattern in kebab case; `code` is its group and number (`TPL002`).

    `since` is the version of promptreg it came with: a version pin in the configuration keeps newer rules off.
    `reason` says why a rule is deprecated. `fix` is the best that its fixes can be. `link` is where to read more, for a
    rule without a page. `reach` is what a check may read besides its subject: all that this leads to (and for examples
    the prompts that are made with them), or anything in the registry. `digest` is another one when a rule that does not
    ship with promptreg has changed.
    """

    name: str
    code: str
    summary: str
    scope: Scope
    check: Check
    severity: Severity = "warning"
    confidence: Confidence = "high"
    standing: Standing = "on"
    stage: Stage = "stable"
    since: str = "0.1.0"
    fix: Applicability | None = None
    options: Mapping[str, Option] = {}
    reason: str = ""
    link: str = ""
    reach: Reach = "closure"
    digest: str = ""

    @property
    def group(self) -> str:
        """The letters of its code: TPL, REG, CLR, STR, EXM, OUT, SEC, BUD, PRT, PRV, CAL, LNT or TEAM."""
        return self.code.rstrip("0123456789")
