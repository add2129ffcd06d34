"""The rules that this repository has for its own prompts: they pass their tests, and the prompts keep them."""

from __future__ import annotations

from pathlib import Path

import promptreg
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.team.cases import test_team_rules as run_cases
from promptreg.lint.team.load import load_team_rules
from promptreg.lint.team.read_rule import KEYS
from promptreg.lint.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
LOADED = load_team_rules(str(ROOT), taken=[rule.name for rule in builtin_rules()], expected=True)


def test_they_are_read_without_a_complaint_and_are_at_least_ten() -> None:
    assert LOADED.problems == ()
    assert len(LOADED.rules) >= 10
    assert {rule.kind for rule in LOADED.rules} == set(KEYS)


def test_they_pass_their_tests() -> None:
    report = run_cases(LOADED.rules)
    assert report.failures == ()
    assert all(rule.summary and rule.cases for rule in LOADED.rules)


def test_our_own_prompts_keep_them() -> None:
    workspace = Workspace(promptreg.load(ROOT / "prompts"))
    active = [Active(rule, {}) for rule in LOADED.lint_rules]
    findings, crashes = run_rules(workspace, list(workspace.store.heads), (), active)
    assert [f"{one.place.source.location(one.place.start)}: {one.message}" for one in findings] == []
    assert crashes == []
