from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiktoken.model

import promptreg.tokens
from promptreg.errors import UsageError
from promptreg.tokens import COUNTERS, counter_for, counter_names, get_counter, profile_for
from promptreg.tokens.models import counter_for_model, profile_for_model
from promptreg.tokens.profile import profile_names
from promptreg.tokens.ratios import family_names

TABLES = json.loads((Path(promptreg.tokens.__file__).with_name("models.json")).read_text("utf-8"))["tables"]
EXACT, FAMILIES = TABLES


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


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("anthropic/claude-opus-5", "claude-4.7"),
        ("claude-opus-4-8", "claude-4.7"),
        ("openrouter/anthropic/claude-opus-4.7", "claude-4.7"),
        ("claude-haiku-5-5", "claude-4.7"),
        ("claude-sonnet-4-5-20250929", "claude-3"),
        ("us.anthropic.claude-opus-4-6-v1:0", "claude-3"),
        ("claude-3-5-sonnet-20241022", "claude-3"),
        ("claude-opus-4-20250514", "claude-3"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3"),
        ("ollama/llama3.1:8b", "llama-3"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama-4"),
        ("Qwen/Qwen2.5-72B-Instruct", "qwen"),
        ("deepseek/deepseek-chat", "deepseek"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "llama-3"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "qwen"),
        ("mistral/mistral-small-latest", "mistral"),
    ],
)
def test_a_model_without_a_public_tokenizer_has_the_ratios_of_its_family(model: str, family: str) -> None:
    assert (counter_for_model(model), profile_for_model(model)) == (f"approximate/{family}", None)
    counter = counter_for(model)
    assert (counter.id, counter.kind) == (f"approximate/{family}", "approximate")


@pytest.mark.parametrize(
    "model",
    ["gemini-3-pro", "gpt-6", "o300", "gpt-4x", "gpt", "", "claude-opus-4-9", "claude-2.1", "grok-4.7", "mixtral-8x7b"],
)
def test_a_foreign_model_has_none(model: str) -> None:
    assert (counter_for_model(model), profile_for_model(model)) == (None, None)


def test_the_table_agrees_with_tiktoken() -> None:
    """One row is ours: tiktoken takes fine-tuned gpt-4.1 for gpt-4, whose name it starts with."""
    rows = {row["match"].replace("*", "2099-01-01"): row["counter"] for row in EXACT["models"]}
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


def test_the_tables_name_known_counters_and_profiles() -> None:
    families = {f"approximate/{family}" for family in family_names()}
    assert {row["counter"] for row in EXACT["models"]} <= set(COUNTERS)
    assert {row["counter"] for row in FAMILIES["models"]} == families - {"approximate/unknown"}
    for table in TABLES:
        assert {row["profile"] for row in table["models"]} <= {None, *profile_names()}
        assert table["source"]
        assert table["verified_on"] >= "2026-11-21"


def test_no_row_is_hidden_by_one_before_it() -> None:
    """A pattern of a family that an earlier one catches must lead to the same family, or it is a mistake."""
    for row in FAMILIES["models"]:
        assert counter_for_model(row["match"].replace("*", "")) == row["counter"]


def test_a_prompt_without_a_model_gets_the_default_and_no_profile() -> None:
    assert counter_for(None).id == "o200k_base"
    assert counter_for(None, "cl100k_base").id == "cl100k_base"
    assert profile_for(None) is None


def test_a_model_beats_the_default() -> None:
    assert counter_for("openai/gpt-4", "o200k_base").id == "cl100k_base"


def test_a_foreign_model_is_never_counted_exactly() -> None:
    counter = counter_for("gemini-3-pro", "o200k_base")
    assert (counter.id, counter.kind) == ("approximate/unknown", "approximate")


@pytest.mark.parametrize(
    ("name", "near"),
    [("o200k_bass", "o200k_base"), ("approximte", "approximate"), ("approximate/claude-47", "approximate/claude-4.7")],
)
def test_an_unknown_counter_names_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        get_counter(name)
    assert str(caught.value).startswith(f'there is no counter "{name}": ')
    assert str(caught.value).endswith(f'(did you mean "{near}"?)')


@pytest.mark.parametrize("name", ["", "approximate/", "approximate/x", "O200K_BASE", "a" * 1000, "../etc", "\ud800"])
def test_no_odd_name_is_a_counter(name: str) -> None:
    with pytest.raises(UsageError, match="there is no counter"):
        get_counter(name)


def test_all_names_lead_to_counters() -> None:
    names = counter_names()
    assert names[: len(COUNTERS)] == COUNTERS
    assert "approximate/claude-4.7" in names
    assert [get_counter(name, lazy=True).id for name in names] == list(names)


def test_importing_the_package_loads_no_engine() -> None:
    script = "import promptreg.tokens, sys; print({'tiktoken', 'json', 're', 'dataclasses'} & set(sys.modules))"
    command = [sys.executable, "-S", "-c", script]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.stdout == "set()\n"
