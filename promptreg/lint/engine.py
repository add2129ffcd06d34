"""Runs rules over a workspace: each subject once, each rule by itself, so that one that crashes hides no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from promptreg.errors import PromptregError
from promptreg.lint.directives import Suppression
from promptreg.lint.finding import Finding, Hit
from promptreg.lint.halves import second_half
from promptreg.lint.rule import Rule, Scope
from promptreg.lint.subjects import Composition, Head, Output
from promptreg.lint.workspace import Workspace
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt

if TYPE_CHECKING:
    from promptreg.lint.cache import Kept
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["Active", "Crash", "in_order", "run_rules"]


class Active(NamedTuple):
    """A rule with the options that hold for it."""

    rule: Rule
    options: Mapping[str, Any]


class Crash(NamedTuple):
    """A rule that failed on a subject: no finding, and no clean bill either."""

    rule: str
    subject: str
    error: str


def run_rules(
    workspace: Workspace,
    names: Collection[str],
    paths: Collection[str],
    active: Sequence[Active],
    suppressions: Iterable[Suppression] = (),
    python: Iterable[PythonFile] = (),
    kept: Kept | None = None,
) -> tuple[list[Finding], list[Crash]]:
    """Findings of these heads, files, suppressions and Python files, by place, each once; and what crashed.

    What is in no `paths` is not looked at as a file. Heads whose findings are `kept` are looked at by those rules alone
    whose reach is the registry.
    """
    run = _Run(workspace, active)
    for one in suppressions:
        run.check("directive", one, str(one.directive.place.source.location(one.directive.place.start)), one.head)
    for file in workspace.files:
        if file.path in paths:
            run.check("file", file, file.path)
    if kept is None:
        for name in sorted(names):
            run.head(workspace.head(name))
    else:
        _heads_with(kept, run, names, active)
    for code in python:
        run.check("call", code, code.source.path)
        code.forget()
    return list(in_order(run.findings.values())), run.crashes


def _heads_with(kept: Kept, run: _Run, names: Iterable[str], active: Sequence[Active]) -> None:
    """Look at heads, or take what is kept of them, and keep what is found unless something crashed."""
    wide = _Run(run.workspace, [one for one in active if one.rule.reach == "registry"])
    narrow = [one for one in active if one.rule.reach == "closure"]
    found = {name: kept.get(name) for name in sorted(names)}

    def look(name: str) -> tuple[list[Finding], list[Crash]]:
        fresh = _Run(run.workspace, narrow)
        fresh.head(run.workspace.head(name))
        return list(fresh.findings.values()), fresh.crashes

    def rows(name: str) -> list[Any] | None:
        findings, crashes = look(name)
        return None if crashes else kept.rows(findings)

    mine, half = second_half([name for name, findings in found.items() if findings is None], rows)
    for name in mine:
        found[name] = _looked_at(kept, run, name, look(name))
    if half is not None:
        for name, given in half.rows().items():
            found[name] = kept.take(name, given)
    for name, findings in found.items():
        run.take(_looked_at(kept, run, name, look(name)) if findings is None else findings)
        if wide.by_scope:
            wide.head(run.workspace.head(name))
    run.take(wide.findings.values())
    run.crashes.extend(wide.crashes)


def _looked_at(kept: Kept, run: _Run, name: str, found: tuple[list[Finding], list[Crash]]) -> list[Finding]:
    findings, crashes = found
    run.crashes.extend(crashes)
    if not crashes:
        kept.put(name, findings)
    return findings


class _Run:
    def __init__(self, workspace: Workspace, active: Sequence[Active]) -> None:
        self.workspace = workspace
        self.by_scope: dict[Scope, list[Active]] = {}
        for one in active:
            self.by_scope.setdefault(one.rule.scope, []).append(one)
        self.findings: dict[tuple[Any, ...], Finding] = {}
        self.crashes: list[Crash] = []

    def head(self, head: Head) -> None:
        self.check("head", head, head.name, head)
        if "template" in self.by_scope:
            for template in head.templates:
                self.check("template", template, head.name, head)
        if isinstance(head.head, Prompt):
            self._prompt(self.workspace.composition(head.name))
        elif head.head.kind == "examples" and "examples" in self.by_scope:
            self.check("examples", self.workspace.examples(head.name), head.name, head)

    def _prompt(self, composition: Composition) -> None:
        head = composition.head
        self.check("composition", composition, head.name, head)
        if "output" in self.by_scope and composition.prompt.output is not None:
            for output in _outputs(composition):
                self.check("output", output, head.name, head)
        if "rendered" in self.by_scope:
            for rendered in self.workspace.rendered(head.name):
                self.check("rendered", rendered, f"{head.name} ({rendered.sample or rendered.branch})", head)

    def check(self, scope: Scope, subject: Any, shown: str, head: Head | None = None) -> None:
        """Every active rule of a scope on one subject."""
        for rule, options in self.by_scope.get(scope, ()):
            try:
                for hit in rule.check(subject, options):
                    self._add(rule, hit, head)
            except Exception as error:  # whatever a rule of anybody raises: it must hide no other rule's findings
                self.crashes.append(Crash(rule.name, shown, f"{type(error).__name__}: {error}"))

    def _add(self, rule: Rule, hit: Hit, head: Head | None) -> None:
        component, version = hit.component, hit.version
        if component is None and head is not None and hit.place.source is head.source:
            component, version = head.name, shown_version(self.workspace, head.head)
        finding = Finding(
            rule.name,
            rule.code,
            hit.severity or rule.severity,
            rule.confidence,
            hit.message,
            hit.place,
            component,
            version,
            hit.related,
            hit.fix,
            hit.secret,
            hit.amount,
        )
        self.take([finding])

    def take(self, findings: Iterable[Finding]) -> None:
        """Add findings, each once."""
        for one in findings:
            place = one.place
            self.findings.setdefault((one.rule, place.path, place.start, place.end, one.message), one)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by file, place, code and message."""
    return tuple(
        sorted(findings, key=lambda one: (one.place.path, one.place.start, one.place.end, one.code, one.message))
    )


def shown_version(workspace: Workspace, head: Component | Prompt) -> str:
    """The version as it is shown everywhere: with `+head` where it is not released as it stands."""
    return str(head.version) if workspace.store.is_clean(head) else f"{head.version}+head"


def _outputs(composition: Composition) -> Iterator[Output]:
    """The output contract of a prompt, when its schema can be read."""
    output = composition.prompt.output
    assert output is not None
    if output.schema is None:
        return
    place = composition.head.place(("output", "schema"))
    if not isinstance(output.schema, str):
        yield Output(composition, output.schema, place)
        return
    from promptreg.registry.strict_json import parse_json

    try:
        yield Output(composition, parse_json(composition.workspace.store.schema_file(composition.prompt)), place)
    except PromptregError:
        return
