"""Rules that count are held by a baseline as long as their number does not rise, wherever the lines go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import promptreg
from promptreg.lint.baseline import draw, write_baseline
from promptreg.lint.report import Report
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.team.load import load_team_rules
from promptreg.lint.workspace import Workspace

FILE = "lint-baseline.json"
PROMPT = "kind: prompt\nversion: 1.0.0\nmessages:\n  - {role: system, parts: [{use: rules/all}]}\n"
TEAM = "kind: occurrence\nmessage: '{count} marks, {limit} are enough'\nper: component\nphrases: [twice]\nmax: 1\n"
TEAM += "tests: {pass: [once], fail: [twice and twice]}\n"
LINES = {
    "instruction-count": ["- Use A.", "- Keep B.", "- Ask for C.", "- Say D."],
    "emphasis-inflation": ["- You MUST one.", "- NEVER two.", "- ALWAYS three.", "- It is IMPORTANT."],
    "too-often": ["- It is twice.", "- Or twice.", "- Again twice.", "- Once more twice."],
}
OPTIONS = {"instruction-count": {"most": 2}, "emphasis-inflation": {"lines": 2}}


def look(folder: Path, name: str, lines: Sequence[str], baseline: str | None = None) -> Report:
    (folder / "prompts/rules").mkdir(parents=True, exist_ok=True)
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "prompts/chat.yaml").write_text(PROMPT)
    (folder / "rules/too-often.yaml").write_text(TEAM)
    head = "---\nkind: rule\nversion: 1.0.0\n---\n"
    (folder / "prompts/rules/all.md").write_text(head + "\n".join(lines) + "\n")
    options = {name: OPTIONS[name]} if name in OPTIONS else {}
    settings = Settings(select=(name,), options=options, baseline=baseline)
    rules = load_team_rules(str(folder)).lint_rules if name == "too-often" else None
    return lint(Workspace(promptreg.load(folder / "prompts")), None, settings, rules=rules)


@pytest.mark.parametrize("name", LINES)
def test_a_number_may_fall_and_never_rise(name: str, tmp_path: Path) -> None:
    lines = LINES[name]
    settled = look(tmp_path, name, lines)
    assert len(settled.findings) == 1
    write_baseline(str(tmp_path / FILE), draw(settled.findings))
    assert look(tmp_path, name, lines[1:], FILE).findings == (), "one less"
    assert look(tmp_path, name, [*reversed(lines)], FILE).findings == (), "in another order"
    assert len(look(tmp_path, name, [*lines, lines[0]], FILE).findings) == 1, "one more"
