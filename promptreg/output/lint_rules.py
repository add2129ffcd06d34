"""The rules of the linter, as rows and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptreg.lint.rule import Rule
from promptreg.lint.team.cases import CaseReport
from promptreg.output.styled import Row, Span

__all__ = ["page_rows", "rule_rows", "rules_document", "test_lines", "tests_document"]

_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


def rule_rows(rules: Sequence[Rule]) -> Iterator[Row]:
    """One row a rule: name, code, severity, by default on or not, what it finds."""
    name = max((len(rule.name) for rule in rules), default=0)
    for rule in rules:
        yield [
            Span(f"{rule.name:<{name + 2}}", "bold"),
            Span(f"{rule.code:<9}", "dim"),
            Span(f"{rule.severity:<9}", _STYLES[rule.severity]),
            Span(f"{_state(rule):<12}"),
            Span(rule.summary),
        ]


def _state(rule: Rule) -> str:
    """One word on when a rule is used."""
    return rule.standing if rule.stage == "stable" else rule.stage


def page_rows(page: str) -> Iterator[Row]:
    """A page in Markdown, with its headings in bold."""
    fenced = False
    for line in page.rstrip("\n").split("\n"):
        fenced ^= line.startswith("```")
        yield [Span(line, "bold" if line.startswith("#") and not fenced else "")]


def rules_document(rules: Iterable[Rule], pages: Mapping[str, str | None]) -> dict[str, Any]:
    """promptreg/rules/1; `pages` are the pages by name."""
    return {"schema": "promptreg/rules/1", "rules": [_rule(rule, pages.get(rule.name)) for rule in rules]}


def _rule(rule: Rule, page: str | None) -> dict[str, Any]:
    options = {
        name: {"default": _plain(option.default), "summary": option.summary} for name, option in rule.options.items()
    }
    return {
        "name": rule.name,
        "code": rule.code,
        "group": rule.group,
        "summary": rule.summary,
        "scope": rule.scope,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "standing": rule.standing,
        "stage": rule.stage,
        "since": rule.since,
        "fix": rule.fix,
        "options": options,
        "reason": rule.reason or None,
        "page": page,
    }


def _plain(value: Any) -> Any:
    """A default as JSON has it."""
    return [_plain(item) for item in value] if isinstance(value, (tuple, list, set, frozenset)) else value


def test_lines(report: CaseReport) -> Iterator[str]:
    """What failed in the tests of team rules, one line each, and how many there are."""
    for failure in report.failures:
        yield str(failure)
    cases = sum(report.cases.values())
    counts = f"{_counted(cases, 'test')} of {_counted(len(report.cases), 'rule')}"
    todo = f", {report.todo} todo" if report.todo else ""
    yield f"{counts}: {f'{len(report.failures)} failed' if report.failures else 'all as they should be'}{todo}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def tests_document(report: CaseReport) -> dict[str, Any]:
    """promptreg/rules-test/1."""
    failures = [{"rule": one.rule, "message": one.message, **one.place._asdict()} for one in report.failures]
    rules = [{"name": name, "tests": count} for name, count in report.cases.items()]
    return {"schema": "promptreg/rules-test/1", "rules": rules, "todo": report.todo, "failures": failures}
