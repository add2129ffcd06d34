"""The engine: which subjects are looked at, and what a rule that crashes does to the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import promptreg
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.rules.undefined_variable import RULE as UNDEFINED
from promptreg.lint.subjects import File, RenderedPrompt, Template
from promptreg.lint.workspace import Workspace

TONE = """---
kind: rule
version: 1.0.0
inputs: {loud: {type: boolean}}
---
- Be {{ mood }}.
{% if loud %}- SHOUT.
{% endif %}"""
CHAT = """kind: prompt
version: 1.0.0
inputs: {loud: {type: boolean, default: false}}
messages:
  - {role: system, parts: [{use: rules/tone}]}
samples: {quiet: {}}
"""


def workspace(folder: Path, **files: str) -> Workspace:
    for name, text in {"rules/tone.md": TONE, "chat.yaml": CHAT, **files}.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Workspace(promptreg.load(folder / "prompts"))


def run(found: Workspace, *rules: Rule) -> tuple[list[str], list[str]]:
    names = [head.name for head in found.heads]
    findings, crashes = run_rules(found, names, [file.path for file in found.files], [Active(r, {}) for r in rules])
    return [f"{one.place.source.location(one.place.start)} {one.place.text}" for one in findings], [
        crash.error for crash in crashes
    ]


def test_a_finding_names_the_word_its_component_and_version(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    (finding,), _ = run_rules(found, ["rules/tone"], [], [Active(UNDEFINED, {})])
    assert finding.as_dict() | {"message": ""} == {
        "rule": "undefined-variable", "code": "TPL002", "severity": "error", "confidence": "high", "message": "",
        "path": "prompts/rules/tone.md", "line": 6, "column": 9, "end_line": 6, "end_column": 13,
        "component": "rules/tone", "version": "1.0.0+head", "related": [], "fix": None,
    }  # fmt: skip


def test_a_rule_that_crashes_is_told_and_hides_no_other(tmp_path: Path) -> None:
    def crash(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
        yield Hit("before", template.place(0, 1))
        raise KeyError("oops")

    rule = Rule(name="bad", code="TPL900", summary="", scope="template", check=crash)
    findings, crashes = run(workspace(tmp_path), rule, UNDEFINED)
    assert crashes == ["KeyError: 'oops'"]
    assert findings == ["prompts/rules/tone.md:6:1 -", "prompts/rules/tone.md:6:9 mood"]


def test_a_broken_file_is_a_subject_and_hides_no_other(tmp_path: Path) -> None:
    def broken(file: File, options: Mapping[str, Any]) -> Iterator[Hit]:
        for problem in file.problems:
            assert file.source is not None
            yield Hit(problem.message, Place(file.source, 0, 1))

    rule = Rule(name="broken", code="REG900", summary="", scope="file", check=broken)
    found = workspace(tmp_path, **{"rules/odd.md": "---\nkind: rul\nversion: x\n---\n"})
    findings, _ = run(found, rule, UNDEFINED)
    assert findings == ["prompts/rules/odd.md:1:1 -", "prompts/rules/odd.md:1:1 -", "prompts/rules/tone.md:6:9 mood"]


def test_renderings_reach_branches_that_no_sample_takes(tmp_path: Path) -> None:
    seen = []

    def look(prompt: RenderedPrompt, options: Mapping[str, Any]) -> Iterator[Hit]:
        seen.append((prompt.sample, prompt.branch))
        text = prompt.rendered.messages[0]["content"]
        at = text.find("SHOUT")
        if at >= 0:
            for place, component, version in prompt.places(0, at, at + 5):
                yield Hit("loud", place, component=component, version=version)

    rule = Rule(name="loud", code="CLR900", summary="", scope="rendered", check=look)
    findings, crashes = run(workspace(tmp_path, **{"rules/tone.md": TONE.replace("{{ mood }}", "nice")}), rule)
    assert not crashes
    assert seen == [("quiet", ""), (None, "loud = True")]
    assert findings == ["prompts/rules/tone.md:7:16 SHOUT"]


def test_what_is_made_with_a_changed_component_is_known(tmp_path: Path) -> None:
    found = workspace(tmp_path, **{"alone.md": "---\nkind: rule\nversion: 1.0.0\n---\n- x\n"})
    assert found.with_dependants(["rules/tone"]) == {"rules/tone", "chat"}
    assert found.with_dependants(["alone"]) == {"alone"}
