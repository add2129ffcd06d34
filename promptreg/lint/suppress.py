"""Applies suppressions: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from promptreg.errors import UsageError
from promptreg.lint.catalogue import find_rules
from promptreg.lint.directives import Directive, Suppression, directives_of
from promptreg.lint.finding import Finding
from promptreg.lint.selection import Selection
from promptreg.lint.subjects import Head
from promptreg.lint.workspace import Workspace

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["Judged", "Suppressor"]


class _Named(NamedTuple):
    """What a selector names: rules, or none and the nearest selector that there is."""

    rules: frozenset[str]
    near: str | None = None


class Judged(NamedTuple):
    """Findings that are reported, and those that a suppression speaks of."""

    reported: list[Finding]
    suppressed: list[Finding]


class Suppressor:
    """The suppressions of a workspace, read when a finding stands in their file; remembers what they silenced."""

    def __init__(self, workspace: Workspace, selection: Selection, python: Iterable[PythonFile] = ()) -> None:
        self.workspace = workspace
        self.selection = selection
        self._python = {file.source.path: file for file in python}
        self._by_path: dict[str, tuple[Directive, ...]] = {}
        self._rules: dict[str, _Named] = {}
        self._silenced: set[tuple[str, int, str]] = set()

    def judge(self, findings: Iterable[Finding]) -> Judged:
        """Tell findings apart; each is silenced by every suppression that speaks of it."""
        judged = Judged([], [])
        for finding in findings:
            (judged.suppressed if self._silences(finding) else judged.reported).append(finding)
        return judged

    def suppressions(
        self, heads: Iterable[Head], crashed: frozenset[str], python: Iterable[str] = ()
    ) -> Iterator[Suppression]:
        """The suppressions of these heads and Python files after their findings were judged.

        `crashed` are rules without an answer.
        """
        for head in heads:
            for directive in self._directives(head):
                yield self._judged(head, directive, partial(self._is_decided, head=head, crashed=crashed))
        for path in python:
            for directive in self._of_python(path):
                yield self._judged(None, directive, partial(self._is_on, path=path, crashed=crashed))

    def _judged(
        self, head: Head | None, directive: Directive, decided: Callable[[frozenset[str]], bool]
    ) -> Suppression:
        named = {selector: self._named(selector) for selector in directive.rules}
        unknown = tuple((word, one.near) for word, one in named.items() if not one.rules)
        unused = [
            selector
            for selector, one in named.items()
            if decided(one.rules) and (directive.place.path, directive.place.start, selector) not in self._silenced
        ]
        needs_reason = self.selection.settings.require_reasons and not directive.reason
        return Suppression(head, directive, tuple(unused), unknown, needs_reason)

    def _silences(self, finding: Finding) -> bool:
        path = finding.place.path
        found = self._by_path.get(path)
        if found is None:
            head = self.workspace.head_at(path)
            found = self._by_path[path] = directives_of(head) if head else self._of_python(path)
        is_silenced = False
        for one in found:
            if one.covers(finding.place):
                for selector in one.rules:
                    if finding.rule in self._named(selector).rules:
                        self._silenced.add((path, one.place.start, selector))
                        is_silenced = True
        return is_silenced

    def _directives(self, head: Head) -> tuple[Directive, ...]:
        found = self._by_path.get(head.source.path)
        if found is None:
            found = self._by_path[head.source.path] = directives_of(head)
        return found

    def _of_python(self, path: str) -> tuple[Directive, ...]:
        file = self._python.get(path)
        if file is None:
            return ()
        from promptreg.lint.calls.comments import python_directives

        found = self._by_path.get(path)
        if found is None:
            found = self._by_path[path] = python_directives(file)
        return found

    def _named(self, selector: str) -> _Named:
        found = self._rules.get(selector)
        if found is None:
            try:
                found = _Named(frozenset(rule.name for rule in find_rules(selector, self.selection.rules)))
            except UsageError as error:
                found = _Named(frozenset(), error.problems[0].suggestion)
            self._rules[selector] = found
        return found

    def _is_decided(self, rules: frozenset[str], head: Head, crashed: frozenset[str]) -> bool:
        """Whether each of these rules that matters was on and had an answer; never for rules about suppressions."""
        if not self._is_on(rules, head.source.path, crashed):
            return False
        scopes = {rule.scope for rule in self.selection.rules if rule.name in rules}
        return self._could_be_made(head) if scopes & _WIDE else self._could_be_read(head)

    def _is_on(self, rules: frozenset[str], path: str, crashed: frozenset[str]) -> bool:
        """Whether each of these rules that matters was on at a path and did not crash; none is about suppressions."""
        on = {rule for rule in rules if self.selection.is_on(rule, path)}
        if not on or not rules & self.selection.expected <= on or rules & crashed:
            return False
        return all(rule.scope != "directive" for rule in self.selection.rules if rule.name in rules)

    def _could_be_read(self, head: Head) -> bool:
        return not head.problems and all(template.parsed is not None for template in head.templates)

    def _could_be_made(self, head: Head) -> bool:
        """Whether nothing that is made with a head has faults that keep it from being rendered."""
        users = [self.workspace.head(name) for name in self.workspace.with_dependants([head.name])]
        return not any(user.problems or any(template.problems for template in user.templates) for user in users)


_WIDE = frozenset(("composition", "rendered", "output", "examples"))
"""Scopes of rules that look at a component as a part of something else."""
