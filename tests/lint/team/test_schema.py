"""The JSON Schema of rule files, for editors: it takes what is read, and knows every kind and key."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from promptreg.lint.team.read_rule import KEYS

ROOT = Path(__file__).resolve().parents[3]
RULES = sorted((ROOT / "rules").glob("*.yaml"))


def validator(name: str) -> Draft202012Validator:
    schema: Any = json.loads((files("promptreg") / "schemas" / f"{name}-1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_it_takes_the_rules_of_this_repository(path: Path) -> None:
    assert list(validator("team-rule").iter_errors(yaml.safe_load(path.read_text("utf-8")))) == []


def test_it_takes_the_vocabularies_of_this_repository() -> None:
    for path in (ROOT / "rules" / "vocabularies").glob("*.yaml"):
        assert list(validator("vocabulary").iter_errors(yaml.safe_load(path.read_text("utf-8")))) == []


def test_it_knows_the_kinds_and_keys_that_are_read() -> None:
    defs: Any = validator("team-rule").schema["$defs"]  # type: ignore[index,call-overload]
    assert {kind: set(defs[kind]["properties"]) for kind in KEYS} == {kind: set(keys) for kind, keys in KEYS.items()}


@pytest.mark.parametrize(
    "change",
    [{"kind": "existance"}, {"severity": "fatal"}, {"phrase": ["a"]}, {"scope": ["everywhere"]}, {"tests": {"ok": []}}],
    ids=["kind", "severity", "key", "scope", "tests"],
)
def test_it_refuses_what_is_refused(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"kind": "existence", "message": "x", "phrases": ["a"]}
    assert validator("team-rule").is_valid(good)
    assert not validator("team-rule").is_valid(good | change)
