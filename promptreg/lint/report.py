"""What a run of the linter gives."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from promptreg.lint.baseline import Covered
from promptreg.lint.engine import Crash
from promptreg.lint.finding import Finding, Severity

__all__ = ["Report"]

_RANKS: dict[Severity, int] = {"note": 0, "warning": 1, "error": 2}


class Report(NamedTuple):
    """Findings by place, and what kept other findings from being made or from being reported.

    `suppressed` and `baselined` are findings that are not in `findings`. `files`, `components` and `prompts` count what
    was looked at; `covered` says it for baselines. `notices` are advice for people: they never change the outcome.
    """

    findings: tuple[Finding, ...] = ()
    crashes: tuple[Crash, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    baselined: tuple[Finding, ...] = ()
    files: int = 0
    components: int = 0
    prompts: int = 0
    notices: tuple[str, ...] = ()
    covered: Covered = Covered(frozenset(), frozenset())

    def failed(self, fail_on: Severity = "error") -> bool:
        """Whether something of at least that severity was found."""
        return any(_RANKS[finding.severity] >= _RANKS[fail_on] for finding in self.findings)

    def exit_code(self, fail_on: Severity = "error") -> int:
        """3 when a rule crashed, 1 when something of at least that severity was found, else 0."""
        return 3 if self.crashes else int(self.failed(fail_on))

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `promptreg/lint/1`."""
        severities = Counter(finding.severity for finding in self.findings)
        return {
            "schema": "promptreg/lint/1",
            "findings": [finding.as_dict() for finding in self.findings],
            "crashes": [crash._asdict() for crash in self.crashes],
            "notices": list(self.notices),
            "summary": {
                "files": self.files,
                "components": self.components,
                "prompts": self.prompts,
                "errors": severities["error"],
                "warnings": severities["warning"],
                "notes": severities["note"],
                "fixable": sum(one.fix is not None and one.fix.applicability != "display" for one in self.findings),
                "suppressed": len(self.suppressed),
                "baselined": len(self.baselined),
            },
        }
