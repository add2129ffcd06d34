"""Calls of the shipped prompts: correct ones are clean, and every planted mistake is found."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import promptreg
from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
RULES = [rule for rule in builtin_rules() if rule.scope == "call" and rule.standing == "on"]


@cache
def shipped() -> Workspace:
    return Workspace(promptreg.load(ROOT / "prompts"))


def found(code: str) -> list[str]:
    """The rules that find something, one name for each finding."""
    source = f"import promptreg\nreg = promptreg.load('prompts')\n{code}\n"
    file = PythonFile.read(shipped(), "app.py", source.encode())
    hits = []
    for rule in RULES:
        options = {name: option.default for name, option in rule.options.items()}
        hits += [rule.name for _ in rule.check(file, options)]
    return hits


def samples() -> list[tuple[str, dict[str, Any]]]:
    registry = shipped().registry
    return [
        (entry.name, registry.sample(entry.name, sample))
        for entry in registry.items()
        if entry.kind == "prompt"
        for sample in entry.samples
    ]


WRONG = {"string": 3, "integer": "x", "number": [], "boolean": "yes", "array": {}, "object": 1, "messages": "hello"}


@pytest.mark.parametrize(("name", "inputs"), samples(), ids=lambda one: one if isinstance(one, str) else "")
def test_samples_as_literals(name: str, inputs: dict[str, Any]) -> None:
    prompt = shipped().composition(name).prompt
    assert found(f"reg.render({name!r}, {inputs!r})") == []
    assert found(f"reg.render({name + '@' + str(prompt.version)!r}, {inputs!r})") == []
    assert found(f"reg.render({name + 'x'!r}, {inputs!r})") == ["unknown-prompt"]
    assert found(f"reg.render({name + '@99'!r}, {inputs!r})") == ["unknown-prompt"]
    assert found(f"reg.render({name!r}, { {**inputs, 'zzz': 1}!r})") == ["unknown-input"]
    assert found(f"reg.render({name!r}, sample='zzz')") == ["unknown-sample"]
    for key, spec in prompt.inputs.items():
        others = {one: value for one, value in inputs.items() if one != key}
        assert found(f"reg.render({name!r}, {others!r})") == (["missing-input"] if spec.required else [])
        assert "ill-typed-input" in found(f"reg.render({name!r}, { {**inputs, key: WRONG[spec.type]}!r})")
        assert found(f"reg.render({name!r}, { {**inputs, key: None}!r})") == ["ill-typed-input"]
