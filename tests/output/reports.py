"""Reports made by hand, for the tests of output formats."""

from __future__ import annotations

from typing import Any

from promptreg.lint.engine import Crash
from promptreg.lint.finding import Edit, Finding, Fix, Place, Related
from promptreg.lint.report import Report
from promptreg.text import Source

__all__ = ["LIMITS", "REPLY", "finding", "of", "report"]

LIMITS = Source(
    "prompts/rules/refund limits.md",
    "---\nkind: rule\nversion: 1.0.0\ninputs: {max_amount: {type: number}}\n---\n"
    "- Never promise more than {{ max_amout }}.\n- Ask a colleague, 100 % of the time: always, always.\n",
)
REPLY = Source("prompts/support/reply.yaml", "kind: prompt\nversion: 2.0.0\nmessages:\n  - use: rules/refund limits\n")


def of(source: Source, text: str, *, times: int = 1) -> Place:
    """The place of the n-th occurrence of a text."""
    start = -1
    for _ in range(times):
        start = source.text.index(text, start + 1)
    return Place(source, start, start + len(text))


def finding(place: Place, **more: Any) -> Finding:
    """An error of the rule undefined-variable, unless `more` says otherwise."""
    values: dict[str, Any] = {
        "rule": "undefined-variable",
        "code": "TPL002",
        "severity": "error",
        "confidence": "high",
        "message": 'nothing declares "max_amout"',
        "component": "rules/refund limits",
        "version": "1.0.0+head",
    }
    return Finding(place=place, **{**values, **more})


def report() -> Report:
    """An error with the chain that leads to it, a warning with a fix, a note on two lines, and a rule that crashed."""
    chain = Related("included here", of(REPLY, "rules/refund limits"), "support/reply", "2.0.0")
    twice = of(LIMITS, "always, always")
    fix = Fix("safe", "Remove the second one", (Edit(of(LIMITS, ", always"), ""),))
    return Report(
        findings=(
            finding(of(LIMITS, "max_amout"), related=(chain,)),
            finding(
                twice,
                rule="repeated-word",
                code="CLR004",
                severity="warning",
                confidence="medium",
                message='"always" stands here twice: <b> & 100 %',
                fix=fix,
            ),
            finding(
                of(REPLY, "kind: prompt\nversion"),
                rule="unpinned-reference",
                code="REG004",
                severity="note",
                message="no version is named",
                component=None,
                version=None,
            ),
        ),
        crashes=(Crash("empty-section", "support/reply", "KeyError: 'a'"),),
        files=31,
        components=27,
        prompts=4,
    )
