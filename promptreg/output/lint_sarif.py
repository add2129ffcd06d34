"""Findings as SARIF 2.1.0, the form that code scanning services take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from promptreg.lint.engine import Crash
from promptreg.lint.finding import Edit, Finding, Fix, Place, Related
from promptreg.lint.report import Report
from promptreg.lint.rule import Rule
from promptreg.output.lint_fingerprint import fingerprints
from promptreg.output.lint_secrets import conceal

__all__ = ["sarif_log"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_PRECISION = {"high": "very-high", "medium": "high", "low": "medium"}
_ROOT = "%SRCROOT%"


def sarif_log(
    report: Report, rules: Iterable[Rule], pages: Mapping[str, str], *, prefix: str, version: str
) -> dict[str, Any]:
    """The log, with one run. `rules` may hold more than those that found something: only the others are left out.

    `pages` are the Markdown pages of rules by name; `prefix` leads from the top of the repository to the project root.
    """
    used = {finding.rule for finding in report.findings}
    listed = [rule for rule in rules if rule.name in used]
    index = {rule.name: number for number, rule in enumerate(listed)}
    names = fingerprints(report.findings)
    results = [_result(finding, name, index, prefix) for finding, name in zip(conceal(report), names, strict=True)]
    driver = {"name": "promptreg", "semanticVersion": version, "rules": [_rule(rule, pages) for rule in listed]}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report.crashes)],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, pages: Mapping[str, str]) -> dict[str, Any]:
    page = pages.get(rule.name)
    found: dict[str, Any] = {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"code": rule.code, "precision": _PRECISION[rule.confidence], "tags": ["prompt", rule.group]},
    }
    return {**found, "help": {"text": rule.summary, "markdown": page}} if page else found


def _invocation(crashes: Sequence[Crash]) -> dict[str, Any]:
    """Whether all rules could be run; a rule that failed is told here, because it has no place in a file."""
    told = [
        {
            "level": "error",
            "message": {"text": f"the rule {crash.rule} failed on {crash.subject}: {crash.error}"},
            "associatedRule": {"id": crash.rule},
        }
        for crash in crashes
    ]
    found: dict[str, Any] = {"executionSuccessful": not crashes}
    return {**found, "toolExecutionNotifications": told} if told else found


def _result(finding: Finding, fingerprint: str, index: Mapping[str, int], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in index:
        found["ruleIndex"] = index[finding.rule]
    location = _location(finding.place, prefix, finding.component, finding.version)
    found |= {
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"promptregFinding/v1": fingerprint},
    }
    if finding.related:
        found["relatedLocations"] = [_related(number, one, prefix) for number, one in enumerate(finding.related)]
    if finding.fix is not None and finding.fix.edits:
        found["fixes"] = [_fix(finding.fix, prefix)]
    found["properties"] = {"confidence": finding.confidence}
    return found


def _related(number: int, related: Related, prefix: str) -> dict[str, Any]:
    location = _location(related.place, prefix, related.component, related.version)
    return {"id": number, **location, "message": {"text": related.message}}


def _location(place: Place, prefix: str, component: str | None, version: str | None) -> dict[str, Any]:
    physical = {"artifactLocation": _artifact(place.path, prefix), "region": _region(place)}
    found: dict[str, Any] = {"physicalLocation": physical}
    if component is not None:
        full = f"{component}@{version}" if version else component
        found["logicalLocations"] = [{"name": component, "fullyQualifiedName": full, "kind": "module"}]
    return found


def _artifact(path: str, prefix: str) -> dict[str, Any]:
    return {"uri": quote(prefix + path), "uriBaseId": _ROOT}


def _region(place: Place) -> dict[str, int]:
    found = place.as_dict()
    return {
        "startLine": found["line"],
        "startColumn": found["column"],
        "endLine": found["end_line"],
        "endColumn": found["end_column"],
    }


def _fix(fix: Fix, prefix: str) -> dict[str, Any]:
    edits = sorted(fix.edits, key=lambda edit: (edit.place.path, edit.place.start))
    changes = [
        {"artifactLocation": _artifact(path, prefix), "replacements": [_replacement(edit) for edit in group]}
        for path, group in groupby(edits, key=lambda edit: edit.place.path)
    ]
    return {"description": {"text": f"{fix.title} ({fix.applicability})"}, "artifactChanges": changes}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.text}}
