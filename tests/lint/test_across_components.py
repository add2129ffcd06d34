"""Rules of prose that need the composition: where the finding stands, and which other places it names."""

from __future__ import annotations

from pathlib import Path

import promptreg
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.finding import Finding
from promptreg.lint.rule import Rule
from promptreg.lint.rules.conflicting_limit import RULE as LIMIT
from promptreg.lint.rules.hardcoded_language import RULE as LANGUAGE
from promptreg.lint.rules.repeated_text import RULE as REPEATED
from promptreg.lint.workspace import Workspace
from tests.support.frozen import freeze

TONE = "---\nkind: rule\nversion: 1.0.0\n---\n- Answer in English.\n- Keep the answer under 50 words.\n"
CHAT = """kind: prompt
version: 1.0.0
inputs: {language: {type: string}}
messages:
  - role: system
    parts: [{use: rules/tone}, {text: "Write {{ language }}. The reply has at most 20 words."}]
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "prompts"


def run(registry: Path, *rules: Rule, names: tuple[str, ...] = ()) -> list[Finding]:
    workspace = Workspace(promptreg.load(registry))
    active = [Active(rule, {key: option.default for key, option in rule.options.items()}) for rule in rules]
    findings, crashes = run_rules(workspace, names or [head.name for head in workspace.heads], [], active)
    assert not crashes
    return findings


def shown(finding: Finding) -> str:
    place = finding.place
    return f"{place.path} {place.text!r} {finding.component}"


def test_a_language_is_found_in_the_component_and_the_prompt_is_named(tmp_path: Path) -> None:
    registry = write(tmp_path, {"rules/tone.md": TONE, "chat.yaml": CHAT})
    (found,) = run(registry, LANGUAGE, names=("chat",))
    assert shown(found) == "prompts/rules/tone.md 'English' rules/tone"
    assert [(one.component, one.place.text) for one in found.related] == [("chat", "language")]
    assert run(registry, LANGUAGE, names=("rules/tone",)) == []


def test_two_prompts_that_serve_several_languages_make_one_finding(tmp_path: Path) -> None:
    registry = write(tmp_path, {"rules/tone.md": TONE, "chat.yaml": CHAT, "mail.yaml": CHAT})
    assert len(run(registry, LANGUAGE)) == 1


def test_a_prompt_that_serves_one_language_has_none(tmp_path: Path) -> None:
    chat = CHAT.replace("{type: string}", "{type: string, enum: [en]}")
    assert run(write(tmp_path, {"rules/tone.md": TONE, "chat.yaml": chat}), LANGUAGE) == []


def test_a_text_that_is_released_is_found_where_the_prompt_takes_it(tmp_path: Path) -> None:
    registry = write(tmp_path, {"rules/tone.md": TONE, "chat.yaml": CHAT.replace("rules/tone", "rules/tone@1.0.0")})
    freeze(registry, "rules/tone")
    write(tmp_path, {"rules/tone.md": TONE.replace("1.0.0", "2.0.0").replace("English", "any language")})
    (found,) = run(registry, LANGUAGE)
    assert shown(found) == "prompts/chat.yaml 'rules/tone@1.0.0' chat"
    assert [one.place.text for one in found.related] == ["English", "language"]
    assert found.related[0].place.path == "prompts/.versions/rules/tone/1.0.0.md"


def test_limits_of_two_components_are_both_named(tmp_path: Path) -> None:
    (found,) = run(write(tmp_path, {"rules/tone.md": TONE, "chat.yaml": CHAT}), LIMIT)
    assert shown(found) == "prompts/chat.yaml 'at most 20 words' chat"
    assert [(one.component, one.place.text) for one in found.related] == [("rules/tone", "under 50 words")]


def test_text_of_two_components_is_one_finding_however_long(tmp_path: Path) -> None:
    copied = "- Never promise a refund that was not granted.\n- Always look the order up before you answer it.\n"
    head = "---\nkind: rule\nversion: 1.0.0\n---\n"
    chat = "kind: prompt\nversion: 1.0.0\nmessages: [{role: system, parts: [{use: a}, {use: b}]}]\n"
    registry = write(tmp_path, {"a.md": head + copied, "b.md": f"{head}- Be brief.\n{copied}", "chat.yaml": chat})
    (found,) = run(registry, REPEATED)
    assert found.component == "b"
    assert found.place.text == copied.removeprefix("- ").rstrip()
    assert [(one.component, one.place.text) for one in found.related] == [("a", copied.removeprefix("- ").rstrip())]
