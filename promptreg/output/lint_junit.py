"""Findings as JUnit XML: one test case for each finding, failed where the finding fails the run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from promptreg.lint.engine import Crash
from promptreg.lint.finding import Finding, Severity
from promptreg.lint.report import Report
from promptreg.output.lint_secrets import conceal
from promptreg.output.terminal import visible

__all__ = ["junit_text"]

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_text(report: Report, fail_on: Severity) -> str:
    """The document. Findings below `fail_on` pass, with what they say as output; a crashed rule is an error."""
    fatal = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
    cases = [_case(finding, fatal) for finding in conceal(report)]
    cases += map(_crash, report.crashes)
    if not cases:
        cases = ['<testcase classname="promptreg" name="lint" time="0"/>']
    failed = sum(finding.severity in fatal for finding in report.findings)
    counts = f'tests="{len(cases)}" failures="{failed}" errors="{len(report.crashes)}"'
    return "\n".join(_document(cases, counts))


def _document(cases: list[str], counts: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<testsuites name="promptreg" {counts} time="0">'
    yield f'  <testsuite name="promptreg lint" {counts} skipped="0" time="0">'
    yield from (f"    {case}" for case in cases)
    yield "  </testsuite>"
    yield "</testsuites>"
    yield ""


def _case(finding: Finding, fatal: Sequence[Severity]) -> str:
    place = finding.place.source.location(finding.place.start)
    head = f"<testcase classname={_quoted(place.path)} name={_quoted(f'{finding.rule} {place}')}"
    head += f' line="{place.line}" time="0">'
    said = f"{place}: {finding.severity}: {finding.message} [{finding.rule}]"
    if finding.severity in fatal:
        kind = _quoted(finding.rule)
        return f"{head}<failure type={kind} message={_quoted(finding.message)}>{_text(said)}</failure></testcase>"
    return f"{head}<system-out>{_text(said)}</system-out></testcase>"


def _crash(crash: Crash) -> str:
    head = f'<testcase classname="promptreg" name={_quoted(f"{crash.rule} on {crash.subject}")} time="0">'
    return f'{head}<error type="crash" message={_quoted(crash.error)}/></testcase>'


def _quoted(text: str) -> str:
    return quoteattr(_plain(text))


def _text(text: str) -> str:
    return escape(_plain(text))


def _plain(text: str) -> str:
    return _NO_XML.sub("\ufffd", visible(text))
