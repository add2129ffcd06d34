from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiktoken.model

import promptreg.tokens
from promptreg.errors import UsageError
from promptreg.tokens import COUNTERS, counter_for, get_counter, profile_for
from promptreg.tokens.models import counter_for_model, profile_for_model
from promptreg.tokens.profile import profile_names

TABLE = json.loads((Path(promptreg.tokens.__file__).with_name("models.json")).read_text("utf-8"))


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("openai/gpt-4.1", "o200k_base"),
        ("gpt-4.1-mini-2025-04-14", "o200k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("gpt-5.1-codex", "o200k_base"),
        ("o1-preview", "o200k_base"),
        ("openai/o3", "o200k_base"),
        ("o4-mini", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo-2024-04-09", "cl100k_base"),
        ("azure/gpt-35-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("gpt-oss-120b", "o200k_harmony"),
        ("ft:gpt-4o-2024-08-06:team::id", "o200k_base"),
        ("ft:gpt-4-0613:team::id", "cl100k_base"),
    ],
)
def test_a_model_has_its_encoding(model: str, encoding: str) -> None:
    assert counter_for_model(model) == encoding


@pytest.mark.parametrize("model", ["anthropic/claude-opus-5", "gemini-3-pro", "gpt-6", "o300", "gpt-4x", "gpt", ""])
def test_a_foreign_model_has_none(model: str) -> None:
    assert (counter_for_model(model), profile_for_model(model)) == (None, None)


def test_the_table_agrees_with_tiktoken() -> None:
    """One row is ours: tiktoken takes fine-tuned gpt-4.1 for gpt-4, whose name it starts with."""
    rows = {row["match"].replace("*", "2099-01-01"): row["encoding"] for row in TABLE["models"]}
    rows.pop("ft:gpt-4.12099-01-01")
    known = {name: _by_tiktoken(name) for name in rows}
    assert {name: encoding or rows[name] for name, encoding in known.items()} == rows
    assert sum(encoding is None for encoding in known.values()) <= 2


def _by_tiktoken(model: str) -> str | None:
    try:
        return tiktoken.model.encoding_name_for_model(model)
    except KeyError:  # a model that this version of tiktoken does not know yet
        return None


def test_every_chat_model_of_tiktoken_is_in_the_table() -> None:
    chat = {
        name
        for name, encoding in tiktoken.model.MODEL_TO_ENCODING.items()
        if encoding in COUNTERS and not name.startswith(("text-", "davinci", "babbage"))
    }
    assert {name for name in chat if counter_for_model(name) is None} == set()


def test_the_table_names_known_counters_and_profiles() -> None:
    assert {row["encoding"] for row in TABLE["models"]} <= set(COUNTERS)
    assert {row["profile"] for row in TABLE["models"]} <= {None, *profile_names()}
    assert TABLE["source"]
    assert TABLE["verified_on"] >= "2026-11-21"


def test_a_prompt_without_a_model_gets_the_default_and_no_profile() -> None:
    assert counter_for(None).id == "o200k_base"
    assert counter_for(None, "cl100k_base").id == "cl100k_base"
    assert profile_for(None) is None


def test_a_model_beats_the_default() -> None:
    assert counter_for("openai/gpt-4", "o200k_base").id == "cl100k_base"


def test_a_foreign_model_is_never_counted_exactly() -> None:
    assert counter_for("anthropic/claude-opus-5", "o200k_base").kind == "approximate"


def test_an_unknown_counter_names_the_nearest() -> None:
    with pytest.raises(UsageError, match='did you mean "o200k_base"') as caught:
        get_counter("o200k_bass")
    assert "cl100k_base" in str(caught.value)


def test_importing_the_package_loads_no_engine() -> None:
    script = "import promptreg.tokens, sys; print({'tiktoken', 'json', 're', 'dataclasses'} & set(sys.modules))"
    command = [sys.executable, "-S", "-c", script]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.stdout == "set()\n"
