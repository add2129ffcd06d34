"""Running the tests of team rules: each case is a small registry in memory, on which the rule runs as always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from promptreg.errors import PromptregError
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.finding import Finding
from promptreg.lint.team.case_tree import CaseTree
from promptreg.lint.team.checks import as_rule
from promptreg.lint.team.read_cases import PLAIN
from promptreg.lint.team.rule_file import Case, TeamRule
from promptreg.text import Location

__all__ = ["CaseFailure", "CaseReport", "test_team_rules"]


class CaseFailure(NamedTuple):
    """Something about the tests of a rule that is not as it should be, and where its file says so."""

    rule: str
    message: str
    place: Location

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.message}"


class CaseReport(NamedTuple):
    """What came of the tests: cases that ran by rule, how many of them are todo, and every failure in order."""

    cases: dict[str, int]
    todo: int
    failures: tuple[CaseFailure, ...]


def test_team_rules(rules: Iterable[TeamRule]) -> CaseReport:
    """Run the tests of all these rules. A rule without a case that passes and one that fails is a failure itself."""
    counts: dict[str, int] = {}
    todo = 0
    failures: list[CaseFailure] = []
    for rule in rules:
        counts[rule.name] = len(rule.cases)
        todo += sum(case.kind.startswith("todo") for case in rule.cases)
        failures += [CaseFailure(rule.name, message, place) for message, place in _failures(rule)]
    return CaseReport(counts, todo, tuple(failures))


test_team_rules.__test__ = False  # type: ignore[attr-defined]  # its name does not make it a test of ours


def _failures(rule: TeamRule) -> Iterator[tuple[str, Location]]:
    kinds = {case.kind for case in rule.cases}
    top = rule.source.location(0)
    if not rule.cases:
        yield "has no tests: under tests, say what passes and what fails", top
        return
    if "pass" not in kinds:
        yield 'has no test under "pass": show a text that it must leave alone', top
    if not kinds & {"fail", "fixed"}:
        yield 'has no test under "fail": show a text that it must find', top
    if rule.has_fix and "fixed" not in kinds:
        yield 'has no test under "fixed": show what its fix makes of a text', top
    for case in rule.cases:
        message = _judge(rule, case)
        if message is not None:
            yield message, case.place


def _judge(rule: TeamRule, case: Case) -> str | None:
    """What is wrong with a case, None when it is as it should be."""
    try:
        findings = _run(rule, case)
    except PromptregError as error:
        return f"the case cannot be run: {error}"
    texts = [finding.place.text for finding in findings]
    if case.kind == "fixed":
        return _judge_fix(case, findings)
    if case.kind == "pass":
        return f"finds {_listed(texts)} in a text that must pass" if findings else None
    if case.kind == "fail":
        return _judge_texts(case, texts)
    if case.kind == "todo-pass":
        return None if findings else "passes now: move it from todo to pass"
    return None if _judge_texts(case, texts) else "fails now, as it should: move it from todo to fail"


def _judge_texts(case: Case, texts: list[str]) -> str | None:
    if not texts:
        return "finds nothing in a text that must fail"
    if case.finds is not None and tuple(texts) != case.finds:
        return f"finds {_listed(texts)}, expected {_listed(case.finds)}"
    return None


def _judge_fix(case: Case, findings: list[Finding]) -> str | None:
    assert case.text is not None
    edits = [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits]
    if not edits:
        return "finds nothing to fix" if not findings else "finds something and offers no fix"
    text = edits[0].place.source.text
    for edit in sorted(edits, key=lambda one: one.place.start, reverse=True):
        text = text[: edit.place.start] + edit.text + text[edit.place.end :]
    fixed = text.removeprefix(_FRONT).removesuffix("\n")
    expected = (case.fixed or "").removesuffix("\n")
    return None if fixed == expected else f'makes "{fixed}" of it, expected "{expected}"'


_FRONT = "---\nkind: instruction\nversion: 1.0.0\n---\n"


def _run(rule: TeamRule, case: Case) -> list[Finding]:
    """The findings of a case; a text by itself is judged whatever the rule says about names, kinds and roles."""
    from promptreg.api import Registry
    from promptreg.lint.workspace import Workspace
    from promptreg.registry.config import Config

    files = case.files
    if case.text is not None:
        rule = rule._replace(names=(), excluded=(), kinds=frozenset())
        files = _files_of(rule, case.text)
    registry = Registry(Config("/", "/prompts"), CaseTree(files))
    if registry.problems:
        raise PromptregError(registry.problems)
    workspace = Workspace(registry)
    findings, crashes = run_rules(workspace, list(registry.store.heads), (), [Active(as_rule(rule), {})])
    if crashes:
        raise PromptregError(crashes[0].error)
    return findings


def _files_of(rule: TeamRule, text: str) -> dict[str, str]:
    """A component with the text, and a prompt that uses it; an example, for a rule that looks at nothing else."""
    import json

    part = f"{PLAIN}.md"
    if rule.scope == {"example"}:
        example = f"examples: [{{id: one, input: {json.dumps(text)}}}]\n"
        files = {f"{PLAIN}.yaml": f'kind: examples\nversion: 1.0.0\nformat: "{{{{ example.input }}}}"\n{example}'}
    else:
        files = {part: f"{_FRONT}{text}\n"}
    role = sorted(rule.roles)[0] if rule.roles else "system"
    use = f"messages:\n  - {{role: {role}, parts: [{{use: {PLAIN}}}]}}\n"
    return {**files, "prompt.yaml": f"kind: prompt\nversion: 1.0.0\n{use}"}


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts) or "nothing"
