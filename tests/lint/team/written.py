"""Team rules written in a test, and what they find in a text."""

from __future__ import annotations

from promptreg.api import Registry
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.finding import Finding
from promptreg.lint.team.case_tree import CaseTree
from promptreg.lint.team.checks import as_rule
from promptreg.lint.team.read_rule import read_rule
from promptreg.lint.team.rule_file import TeamRule
from promptreg.lint.workspace import Workspace
from promptreg.registry.config import Config
from promptreg.text import Source

__all__ = ["apply", "component", "findings", "found", "rule"]

FRONT = "---\nkind: instruction\nversion: 1.0.0\n---\n"


def rule(text: str, name: str = "mine", **vocabularies: tuple[str, ...]) -> TeamRule:
    """The rule that is written so; a message is added."""
    if "message:" not in text:
        text = f'message: "says {{match}}"\n{text}' if "components:" not in text else f"message: wrong\n{text}"
    return read_rule(Source(f"rules/{name}.yaml", text), name, vocabularies.get)


def component(text: str) -> dict[str, str]:
    """A registry of one instruction with this body."""
    return {"case.md": f"{FRONT}{text}"}


def findings(made: TeamRule, files: dict[str, str]) -> list[Finding]:
    """What a rule finds in a registry; fails when it crashes."""
    registry = Registry(Config("/", "/prompts"), CaseTree(files))
    assert not registry.problems
    workspace = Workspace(registry)
    result, crashes = run_rules(workspace, list(registry.store.heads), (), [Active(as_rule(made), {})])
    assert not crashes, crashes
    return result


def found(written: str, text: str, **vocabularies: tuple[str, ...]) -> list[str]:
    """The texts that a rule finds in the body of an instruction."""
    return [one.place.text for one in findings(rule(written, **vocabularies), component(text))]


def apply(text: str, result: list[Finding]) -> str:
    """The text of the only file with every fix applied."""
    edits = [edit for one in result if one.fix is not None for edit in one.fix.edits]
    for edit in sorted(edits, key=lambda one: one.place.start, reverse=True):
        text = text[: edit.place.start] + edit.text + text[edit.place.end :]
    return text
