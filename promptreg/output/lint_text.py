"""Findings for people: place, severity and message in one line that tools understand, then the line of source."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.lint.finding import Finding, Related
from promptreg.lint.report import Report
from promptreg.output.lint_excerpt import excerpt
from promptreg.output.lint_secrets import Secrets, conceal
from promptreg.output.styled import Row, Span
from promptreg.output.terminal import one_line

__all__ = ["counted", "lint_rows", "summary"]

_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}
_LEVELS = {"safe": "--fix", "unsafe": "--unsafe-fixes"}


def lint_rows(report: Report, columns: int) -> Iterator[Row]:
    """Every finding with an empty line behind it, then the summary."""
    secrets = Secrets.of(report)
    for finding in conceal(report):
        yield from _finding(finding, secrets, columns)
        yield []
    yield from ([Span(line, "bold" if report.findings else "")] for line in summary(report))


def _finding(finding: Finding, secrets: Secrets, columns: int) -> Iterator[Row]:
    style = _STYLES[finding.severity]
    place = finding.place.source.location(finding.place.start)
    yield [
        Span(f"{place}: ", "bold"),
        Span(finding.severity, f"bold {style}"),
        Span(f": {one_line(finding.message)} "),
        Span(f"[{finding.rule}]", "dim"),
    ]
    gutter = len(str(place.line)) + 2
    if finding.place.source.text:
        found = excerpt(finding.place, secrets, columns - gutter - 3)
        yield [Span(f" {found.number} | ", "dim"), Span(found.line)]
        carets = [Span(" " * gutter + "| ", "dim"), Span(" " * found.before), Span("^" * found.carets, f"bold {style}")]
        yield [*carets, Span(f" {found.note}" if found.note else "", "dim")]
    for related in finding.related:
        yield [Span(" " * gutter + "= ", "dim"), *_related(related)]
    if finding.fix is not None:
        option = _LEVELS.get(finding.fix.applicability)
        how = f" ({option})" if option else ""
        yield [Span(" " * gutter + "= ", "dim"), Span("fix", "green"), Span(f": {one_line(finding.fix.title)}{how}")]


def _related(related: Related) -> Iterator[Span]:
    yield Span(f"{related.place.source.location(related.place.start)}: ", "bold")
    owner = " ".join(word for word in (related.component, related.version) if word)
    yield Span(one_line(related.message) + (f" ({owner})" if owner else ""))


def summary(report: Report) -> Iterator[str]:
    """What was found, in how many files, and what can be done about it."""
    counts = dict.fromkeys(_STYLES, 0)
    for finding in report.findings:
        counts[finding.severity] += 1
    found = ", ".join(counted(count, severity) for severity, count in counts.items() if count)
    files = len({finding.place.path for finding in report.findings})
    looked = f"{files} of {counted(report.files, 'file')}" if found else counted(report.files, "file")
    kept = [f"{len(report.suppressed)} suppressed"] if report.suppressed else []
    kept += [f"{len(report.baselined)} in the baseline"] if report.baselined else []
    told = f" ({', '.join(kept)})" if kept else ""
    yield f"{found or 'nothing found'} in {looked}{told}"
    for applicability, option in _LEVELS.items():
        fixable = sum(one.fix is not None and one.fix.applicability == applicability for one in report.findings)
        if fixable:
            yield f"{counted(fixable, 'finding')} can be fixed with {option}"


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
