"""What a conformance suite found: one line for each check, with the smallest text that fails."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Check", "Report"]


class Check(NamedTuple):
    """One promise: how many texts it was tried on, and what went wrong; `problem` is None when it holds.

    `text` is the smallest failing text that was found, `problem` what the counter did with it.
    """

    name: str
    tried: int
    problem: str | None = None
    text: str | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return self.problem is None

    def __str__(self) -> str:
        if self.problem is None and not self.tried:
            return f"-     {self.name} (does not apply)"
        if self.problem is None:
            return f"ok    {self.name} ({self.tried:,} tried)"
        shown = "" if self.text is None else f": {_shown(self.text)}"
        return f"FAIL  {self.name}{shown}: {self.problem}"


class Report(NamedTuple):
    """All checks of one counter."""

    counter: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every promise holds."""
        return all(check.holds for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The promises that do not hold."""
        return tuple(check for check in self.checks if not check.holds)

    def __str__(self) -> str:
        verdict = "keeps its promises" if self.passed else f"breaks {len(self.failures)} of {len(self.checks)} promises"
        return "\n".join([f"{self.counter} {verdict}", *(f"  {check}" for check in self.checks)])


def _shown(text: str) -> str:
    """A text in a report, in ASCII: what is invisible must be seen."""
    return ascii(text) if len(text) <= 80 else f"{text[:80]!a} and {len(text) - 80:,} more characters"
