"""Which inputs choose a language, and of which kind."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.lint.languages import language_inputs, mentions_language
from promptreg.model.inputs import InputSpec


def kinds(name: str, schema: dict[str, Any], *, samples: Any = (), texts: Any = ()) -> list[tuple[str, str, bool]]:
    spec = InputSpec(name, schema["type"], schema)
    return [(one.shown, one.kind, one.source) for one in language_inputs({name: spec}, samples, texts)]


@pytest.mark.parametrize("name", ["language", "locale", "output_language", "user_lang", "language_code", "ui_locale"])
def test_a_name_tells_a_language_input(name: str) -> None:
    assert kinds(name, {"type": "string"}) == [(name, "natural", False)]


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("query_language", {"type": "string"}),
        ("language_model", {"type": "string"}),
        ("slang", {"type": "string"}),
        ("language", {"type": "boolean"}),
        ("language", {"type": "string", "enum": ["en"]}),
        ("language", {"type": "string", "const": "en"}),
    ],
)
def test_other_names_types_and_single_values_choose_no_language(name: str, schema: dict[str, Any]) -> None:
    assert kinds(name, schema) == []


def test_values_names_and_uses_tell_programming_languages() -> None:
    text = {"type": "string"}
    assert kinds("code_languages", {"type": "array"}) == [("code_languages", "programming", False)]
    assert kinds("language", {"type": "string", "enum": ["python", "go"]})[0][1] == "programming"
    assert kinds("language", {"type": "string", "enum": ["de", "en"]})[0][1] == "natural"
    assert kinds("language", text, samples=[{"language": "Rust"}])[0][1] == "programming"
    assert kinds("language", text, samples=[{"language": "fr"}])[0][1] == "natural"
    assert kinds("language", text, texts=["Write {{ language }} code."])[0][1] == "programming"
    assert kinds("language", text, texts=["```{{ language }}\nx\n```"])[0][1] == "programming"
    assert kinds("language", text, texts=['{% if language == "python" %}'])[0][1] == "programming"
    assert kinds("language", text, texts=["Answer in {{ language }}."])[0][1] == "natural"


def test_properties_are_inputs_and_languages_of_the_material_are_marked() -> None:
    schema = {"type": "object", "properties": {"tone": {"type": "string"}, "locale": {"type": "string"}}}
    assert kinds("settings", schema) == [("settings.locale", "natural", False)]
    assert kinds("source_language", {"type": "string"}) == [("source_language", "natural", True)]


def test_conditions_that_read_a_language_are_known() -> None:
    for text in ('language == "de"', "settings.locale", "user_lang", "country in markets", 'market == "dach"'):
        assert mentions_language(text), text
    for text in ("slang", "internal", "languid == 1", "blocked"):
        assert not mentions_language(text), text
