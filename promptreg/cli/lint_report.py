"""Handing out what the linter found: in a format, to a stream or file, and as an exit code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from promptreg.cli import streams
from promptreg.cli.boundary import exit_code
from promptreg.errors import IntegrityError, Problem, PromptregError

if TYPE_CHECKING:
    from promptreg.lint.finding import Severity
    from promptreg.lint.report import Report
    from promptreg.lint.rule import Rule
    from promptreg.lint.workspace import Workspace
    from promptreg.registry.store import Store

__all__ = ["FORMATS", "close", "integrity_faults", "write_report"]

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
_COLUMNS = 120
"""Of text that does not go to a terminal."""


def write_report(
    report: Report, form: str, output: str | None, *, workspace: Workspace, rules: Iterable[Rule], fail_on: Severity
) -> None:
    """Write the findings in a format: to standard output, or to the file `output` with the summary on stderr."""
    from promptreg.output.lint_secrets import concealed

    report = concealed(report)
    if form == "text" and output is None:
        from promptreg.output.lint_text import lint_rows

        screen = streams.screen()
        streams.write_rows(lint_rows(report, screen.columns if screen.is_terminal else _COLUMNS))
        return
    text = _text(report, form, workspace, rules, fail_on)
    if output is None:
        (streams.write_text if form in ("github", "junit") else streams.write_json)(text)
        return
    from promptreg.cli.files import write_file
    from promptreg.output.lint_text import summary

    write_file(output, text.encode("utf-8"))
    for line in summary(report):
        streams.talk(line)


def _text(report: Report, form: str, workspace: Workspace, rules: Iterable[Rule], fail_on: Severity) -> str:
    from promptreg.output.json_text import document_text, payload_text

    if form == "json":
        return document_text(report.as_dict())
    if form == "junit":
        from promptreg.output.lint_junit import junit_text

        return junit_text(report, fail_on)
    prefix = _prefix(os.fspath(workspace.registry.root))
    if form == "github":
        from promptreg.output.lint_github import github_text

        return github_text(report, prefix)
    if form == "gitlab":
        from promptreg.output.lint_gitlab import gitlab_issues

        return payload_text(gitlab_issues(report, prefix))
    if form == "sarif":
        from promptreg import __version__
        from promptreg.output.lint_sarif import sarif_log

        pages = {finding.rule: _page(finding.rule) for finding in report.findings}
        return payload_text(sarif_log(report, rules, pages, prefix=prefix, version=__version__))
    from promptreg.output.lint_text import lint_rows
    from promptreg.output.styled import encode

    return encode(lint_rows(report, _COLUMNS), color=False, safe=True)


def _page(rule: str) -> str:
    """The page of a rule; empty for a rule that is not built in."""
    from promptreg.lint.page import page_text

    try:
        return page_text(rule)
    except FileNotFoundError:
        return ""


def _prefix(root: str) -> str:
    """The way from the top of the repository around the project to its root: what code hosts want before each path."""
    folder = root
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, inner = os.path.dirname(folder), folder
        if folder == inner:
            return ""
    found = os.path.relpath(root, folder).replace(os.sep, "/")
    return "" if found == "." else f"{found}/"


def close(report: Report, fail_on: Severity, faults: Iterable[Problem]) -> int:
    """Say what the findings do not: notices, rules that crashed, releases that differ from the lock. The exit code."""
    streams.flush()
    for notice in report.notices:
        streams.warn(notice)
    faults = tuple(faults)
    streams.complain([*_crashes(report), *faults])
    return max(report.exit_code(fail_on), exit_code(faults))


def _crashes(report: Report) -> Iterator[Problem]:
    if report.crashes:
        from promptreg.output.lint_secrets import concealed

        for crash in concealed(report).crashes:
            message = f"the rule {crash.rule} crashed on {crash.subject}, so its findings are not known: {crash.error}"
            yield Problem("crash", message)


def integrity_faults(workspace: Workspace, names: Iterable[str]) -> tuple[Problem, ...]:
    """What is wrong with lock, labels and the releases that the named heads are made of, whatever rules are off."""
    found: list[Problem] = []
    is_released = True
    try:
        is_released = bool(workspace.store.releases.lock)
    except PromptregError as error:
        found += error.problems
    try:
        _ = workspace.store.labels
    except PromptregError as error:
        found += error.problems
    if is_released:  # else there is nothing to follow refs for
        problems = (problem for name in sorted(names) for problem in workspace.head(name).problems)
        found = [*(problem for problem in problems if problem.code == IntegrityError.code), *found]
        known = {problem.path for problem in found}
        damage = (problem for name in sorted(names) for problem in _damage(workspace.store, name))
        found += (problem for problem in damage if problem.path not in known)
    return tuple(dict.fromkeys(found))


def _damage(store: Store, name: str) -> Sequence[Problem]:
    """What is wrong with the release that a head has the version of, where the two differ."""
    head = store.heads[name]
    try:
        if (name, head.version) in store.releases.lock and not store.is_clean(head):
            store.releases.verified(name, head.version)
    except IntegrityError as error:
        return error.problems
    except PromptregError:
        return ()
    return ()
