"""Inputs that are made up fit their declarations, and our own prompts render with them."""

from __future__ import annotations

from pathlib import Path

import pytest

import promptreg
from promptreg.errors import ConditionFailed
from promptreg.lint.made_inputs import made_inputs
from promptreg.lint.workspace import Workspace
from promptreg.model.prompt import Prompt

PROMPTS = Path(promptreg.__file__).parents[1] / "prompts"
REGISTRY = promptreg.load(PROMPTS)
NAMES = [entry.name for entry in REGISTRY.items() if entry.kind == "prompt"]


@pytest.mark.parametrize("name", NAMES)
def test_our_prompts_render_or_miss_only_what_they_require(name: str) -> None:
    prompt = REGISTRY.component(name)
    assert isinstance(prompt, Prompt)
    values = made_inputs(prompt)
    assert values is not None
    try:
        assert REGISTRY.render(name, values).text
    except ConditionFailed:
        assert prompt.requires


def test_a_prompt_without_samples_is_rendered_and_branches_are_reached(tmp_path: Path) -> None:
    text = """kind: prompt
version: 1.0.0
inputs: {language: {type: string, pattern: "^[a-z]{2}$"}, loud: {type: boolean}}
messages:
  - {role: system, parts: [{text: "Answer in {{ language }}.{% if not loud %} Softly.{% endif %}"}]}
"""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "chat.yaml").write_text(text, encoding="utf-8")
    found = Workspace(promptreg.load(tmp_path / "prompts")).rendered("chat")
    assert [one.branch for one in found] == ["made-up inputs", "loud = False"]
    assert [one.rendered.text for one in found] == ["Answer in en.", "Answer in en. Softly."]


def test_what_no_usual_text_fits_is_not_made_up(tmp_path: Path) -> None:
    text = 'kind: prompt\nversion: 1.0.0\ninputs: {code: {type: string, pattern: "^Q{7}$"}}\nmessages: []\n'
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "chat.yaml").write_text(text.replace("[]", "[{role: user, parts: [{text: x}]}]"))
    assert Workspace(promptreg.load(tmp_path / "prompts")).rendered("chat") == ()
