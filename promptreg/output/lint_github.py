"""Findings as workflow commands of GitHub Actions, which become annotations of the changed lines."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.finding import Finding
from promptreg.lint.report import Report
from promptreg.output.lint_secrets import conceal
from promptreg.output.terminal import visible

__all__ = ["github_text"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github_text(report: Report, prefix: str) -> str:
    """One command a line; `prefix` leads from the top of the repository to the project root."""
    return "".join(f"{line}\n" for line in _lines(report, prefix))


def _lines(report: Report, prefix: str) -> Iterator[str]:
    for finding in conceal(report):
        yield _command(_COMMANDS[finding.severity], _properties(finding, prefix), _message(finding))
    for crash in report.crashes:
        yield _command("error", {"title": crash.rule}, f"the rule failed on {crash.subject}: {crash.error}")


def _properties(finding: Finding, prefix: str) -> dict[str, str]:
    place = finding.place.as_dict()
    found = {"file": prefix + place["path"], "line": place["line"], "endLine": place["end_line"]}
    if place["line"] == place["end_line"]:  # GitHub takes columns only where both are in one line
        found |= {"col": place["column"], "endColumn": place["end_column"]}
    return {**{key: str(value) for key, value in found.items()}, "title": f"{finding.rule} ({finding.code})"}


def _message(finding: Finding) -> str:
    lines = [finding.message]
    for related in finding.related:
        owner = " ".join(word for word in (related.component, related.version) if word)
        place = related.place.source.location(related.place.start)
        lines.append(f"{place}: {related.message}{f' ({owner})' if owner else ''}")
    return "\n".join(lines)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name} {told}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """Percent signs and line ends as the runner wants them; in properties, what separates them too."""
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return visible(text)
