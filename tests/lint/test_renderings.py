"""Renderings to lint: all of a prompt, with every sample and then with what reaches text that no sample reaches."""

from __future__ import annotations

from pathlib import Path

from jinja2.nodes import Include

import promptreg
from promptreg.lint.deciding import Deciding
from promptreg.lint.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]

PROMPT = """kind: prompt
version: 1.0.0
inputs:
  user: {type: object}
  count: {type: integer, default: 1}
  unrelated: {type: boolean, default: false}
budget: {tokens: 2}
messages:
  - role: system
    parts:
      - {use: page, with: {person: $user.name}}
      - {text: "Seldom.", when: "count > 4", budget: {priority: 1}}
samples:
  plain: {user: {name: Ann}}
"""
PAGE = """---
kind: template
version: 1.0.0
inputs: {person: {type: string}, count: {type: integer}}
---
Dear {{ person }},
{% set many = count > 2 %}
{% if many %}
{% include "greeting" %}
{% endif %}
"""
GREETING = """---
kind: instruction
version: 1.0.0
inputs: {person: {type: string}}
---
{% if person %}Hello{% else %}Nobody{% endif %} there.
"""


def workspace(folder: Path, **files: str) -> Workspace:
    (folder / "prompts").mkdir()
    for name, text in files.items():
        (folder / "prompts" / name).write_text(text, encoding="utf-8")
    return Workspace(promptreg.load(folder / "prompts"))


def test_conditions_of_includes_assignments_and_parts_lead_to_text_that_no_sample_reaches(tmp_path: Path) -> None:
    found = workspace(tmp_path, **{"chat.yaml": PROMPT, "page.md": PAGE, "greeting.md": GREETING}).rendered("chat")
    assert [(one.sample, one.branch, one.rendered.text) for one in found] == [
        ("plain", "", "Dear Ann,"),
        (None, "count = 3", "Dear Ann,\nHello there."),
        (None, "count = 5", "Dear Ann,\nHello there.\n\nSeldom."),
    ]


def test_inputs_that_no_condition_reads_are_left_alone(tmp_path: Path) -> None:
    found = workspace(tmp_path, **{"chat.yaml": PROMPT, "page.md": PAGE, "greeting.md": GREETING})
    bodies = {head.name: head.templates[0].body.text for head in found.heads}
    deciding = Deciding(found.composition("chat"))
    assert deciding.inputs([bodies["page"]]) == {"count"}
    assert deciding.inputs([bodies["page"], bodies["greeting"]]) == {"count", "user"}


def test_every_sample_of_our_own_prompts_is_rendered_in_full() -> None:
    registry = promptreg.load(ROOT / "prompts")
    found = Workspace(registry)
    seen = 0
    for composition in found.compositions:
        name = composition.prompt.name
        rendered = found.rendered(name)
        assert [one.sample for one in rendered if one.sample] == list(composition.prompt.samples)
        for one in rendered:
            if one.sample and composition.prompt.model is None:
                assert one.rendered.text == registry.render(name, one.values, budget=1_000_000).text
                seen += 1
    assert seen > 2


def test_what_was_parsed_for_the_rules_is_not_parsed_again(tmp_path: Path) -> None:
    found = workspace(tmp_path, **{"chat.yaml": PROMPT, "page.md": PAGE, "greeting.md": GREETING})
    parsed = {head.name: head.templates[0].parsed for head in found.heads if head.name != "chat"}
    registry = found.registry
    trial = registry.trial(found.closure("chat")[0], found.shelf)  # type: ignore[arg-type]
    assert found.shelf.read(found.head("greeting").head.body).parsed is parsed["greeting"]  # type: ignore[union-attr]
    assert found.shelf.read(found.head("page").head.body) is None  # type: ignore[union-attr]
    assert [node.template.value for node in found.head("page").templates[0].nodes if isinstance(node, Include)] == [
        "greeting"
    ]  # type: ignore[attr-defined]
    assert {template.name for template in trial.missed} == {"chat", "page", "greeting"}
