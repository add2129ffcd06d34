"""Running the linter for an editor: what is known about each file afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event
from typing import Any, NamedTuple

from promptreg.errors import Problem, PromptregError
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.engine import Crash
from promptreg.lint.finding import Finding, Hit
from promptreg.lint.problems import said
from promptreg.lint.report import Report
from promptreg.lint.rule import Check, Rule
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.targets import choose
from promptreg.lint.workspace import Workspace
from promptreg.registry.config import Config
from promptreg.serve.lsp.project import Snapshot

__all__ = ["Conceal", "Known", "Linting", "LoadRules", "RuleSet", "Stopped", "Trouble"]

Conceal = Callable[[Report], tuple[Finding, ...]]
"""The findings of a report without the secrets that their messages quote."""


class RuleSet(NamedTuple):
    """The rules that there are in a project, and what is wrong with those that could not be read."""

    rules: Sequence[Rule]
    problems: Sequence[Problem] = ()


LoadRules = Callable[[Config, Settings], RuleSet]
"""Gives the rules of a project under its settings; may raise PromptregError."""


class Trouble(NamedTuple):
    """What kept the linter from an answer: a message, with the path it is about and perhaps a place in it, from 1."""

    message: str
    path: str | None
    line: int = 1
    column: int = 1


class Known(NamedTuple):
    """What a run tells about the files that it looked at: all there is to find in each of the `paths`.

    `everything`: about every file of the project, and no file that is not in `findings` has any.
    """

    paths: frozenset[str]
    findings: Mapping[str, tuple[Finding, ...]]
    troubles: tuple[Trouble, ...] = ()
    everything: bool = False


class Stopped(BaseException):
    """A run that nobody waits for any more was ended. No Exception: the engine takes those for crashes of a rule."""


class Linting:
    """The runs over one snapshot: first what changed with all that is made with it, then the rest.

    Both share what was parsed and rendered. Once `stop` is set, from any thread, a run ends with Stopped. A subject has
    findings only in the files that it is made of, so that the findings in a file that was looked at are complete even
    when other files were not.
    """

    def __init__(self, snapshot: Snapshot, rules: LoadRules, conceal: Conceal, stop: Event) -> None:
        self._snapshot = snapshot
        self._stop = stop
        self._workspace = Workspace(snapshot.registry, snapshot.python)
        self._conceal = conceal
        self._load = rules
        self._troubles: list[Trouble] = []
        self._settings, self._rules = self._choose()

    def _choose(self) -> tuple[Settings, Sequence[Rule]]:
        try:
            settings = self._snapshot.settings
        except PromptregError as error:
            self._troubles += map(_trouble, error.problems)
            settings = Settings()
        try:
            found = self._load(self._snapshot.config, settings)
        except PromptregError as error:
            found = RuleSet(builtin_rules(), error.problems)
        self._troubles += map(_trouble, found.problems)
        return settings, [rule._replace(check=self._stoppable(rule.check)) for rule in found.rules]

    def _stoppable(self, check: Check) -> Check:
        """A check that looks first whether the run is still wanted: hundreds of them are made in a second."""

        def checked(subject: Any, options: Mapping[str, Any]) -> Iterable[Hit]:
            if self._stop.is_set():
                raise Stopped
            return check(subject, options)

        return checked

    def changed(self, paths: Iterable[str]) -> Known:
        """What is found in these files and in all that is made with them."""
        targets = sorted(self._there(paths))
        if not targets:
            return Known(frozenset(), {})
        report = self._lint(targets)
        if report is None:
            return Known(frozenset(), {}, tuple(self._troubles))
        chosen = choose(self._workspace, targets, self._settings)
        return self._known(report, chosen.paths.union(chosen.python), everything=chosen.everything)

    def _there(self, paths: Iterable[str]) -> set[str]:
        """Those of the paths at which there is something to look at."""
        root = self._snapshot.config.root
        python = {path for path in paths if path.endswith(".py") and os.path.isfile(os.path.join(root, path))}
        return python | {file.path for file in self._workspace.files}.intersection(paths)

    def everything(self) -> Known:
        """What is found in the whole project, and in Python files that are open."""
        report = self._lint(None)
        if report is None:
            return Known(frozenset(), {}, tuple(self._troubles), everything=True)
        known = self._known(report, frozenset(file.path for file in self._workspace.files), everything=True)
        python = sorted(self._there(self._snapshot.python))
        more = self._lint(python) if python else None
        if more is None:
            return known
        findings = self._known(more, frozenset(python), everything=False).findings
        return known._replace(findings={**known.findings, **findings})

    def _lint(self, targets: list[str] | None) -> Report | None:
        """A report; under the default settings where those of the project name what there is not. None: no answer."""
        for settings in (self._settings, Settings()):
            try:
                return lint(self._workspace, targets, settings, rules=self._rules)
            except PromptregError as error:
                self._troubles += map(_trouble, error.problems)
        return None

    def _known(self, report: Report, paths: frozenset[str], *, everything: bool) -> Known:
        found: dict[str, list[Finding]] = {}
        for finding in self._conceal(report):
            if everything or finding.place.path in paths:
                found.setdefault(finding.place.path, []).append(finding)
        crashes = [Trouble(_crashed(crash), self._path_of(crash)) for crash in report.crashes]
        troubles = tuple(dict.fromkeys([*self._troubles, *crashes]))
        return Known(paths, {path: tuple(rows) for path, rows in found.items()}, troubles, everything)

    def _path_of(self, crash: Crash) -> str | None:
        """The file of the subject on which a rule crashed: a name, perhaps with a sample, a path or a place."""
        name = crash.subject.partition(" (")[0]
        head = self._snapshot.store.heads.get(name)
        if head is not None:
            return head.path
        paths = {file.path for file in self._workspace.files}
        return next((path for path in (name, name.rsplit(":", 2)[0]) if path in paths), None)


def _crashed(crash: Crash) -> str:
    return f"the rule {crash.rule} crashed on {crash.subject}, so its findings are not known: {crash.error}"


def _trouble(problem: Problem) -> Trouble:
    return Trouble(said(problem), problem.path, problem.line or 1, problem.column or 1)
