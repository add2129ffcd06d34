"""Findings as a Code Quality report of GitLab."""

from __future__ import annotations

from typing import Any

from promptreg.lint.finding import Finding
from promptreg.lint.report import Report
from promptreg.output.lint_fingerprint import fingerprints
from promptreg.output.lint_secrets import conceal

__all__ = ["gitlab_issues"]

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def gitlab_issues(report: Report, prefix: str) -> list[dict[str, Any]]:
    """One issue a finding; `prefix` leads from the top of the repository to the project root."""
    names = fingerprints(report.findings)
    return [_issue(finding, name, prefix) for finding, name in zip(conceal(report), names, strict=True)]


def _issue(finding: Finding, fingerprint: str, prefix: str) -> dict[str, Any]:
    place = finding.place.as_dict()
    begin = {"line": place["line"], "column": place["column"]}
    end = {"line": place["end_line"], "column": place["end_column"]}
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": prefix + place["path"], "positions": {"begin": begin, "end": end}},
    }
