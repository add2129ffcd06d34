from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.tokens.cache_rule import CacheRule, cache_rule_for

ROWS = json.loads((files("promptreg.tokens") / "cache_rules.json").read_text("utf-8"))["rules"]


def reach(model: str) -> tuple[int, int, bool]:
    rule = cache_rule_for(model)
    assert rule is not None
    return rule.minimum, rule.step, rule.marked


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("openai/gpt-4.1", (1024, 128, False)),
        ("gpt-4o-mini-2024-07-18", (1024, 128, False)),
        ("gpt-5", (1024, 128, False)),
        ("azure/gpt-5.5-pro", (1024, 128, False)),
        ("gpt-5.6-sol", (1024, 1, True)),
        ("openai/gpt-6-luna", (1024, 1, True)),
        ("anthropic/claude-opus-5.5", (512, 1, True)),
        ("claude-sonnet-5", (1024, 1, True)),
        ("openrouter/anthropic/claude-opus-4.8", (1024, 1, True)),
        ("claude-opus-4-20250514", (1024, 1, True)),
        ("claude-opus-4-7", (2048, 1, True)),
        ("claude-3-5-haiku-20241022", (2048, 1, True)),
        ("claude-opus-4-5-20251101", (4096, 1, True)),
        ("vertex_ai/claude-haiku-4-5@20251001", (4096, 1, True)),
        ("gemini-2.5-pro", (2048, 1, False)),
        ("Google/Gemini-3.8-Flash", (4096, 1, False)),
        ("dashscope/qwen-max", (1024, 1, False)),
    ],
)
def test_a_model_has_the_rule_of_its_family(model: str, expected: tuple[int, int, bool]) -> None:
    assert reach(model) == expected


@pytest.mark.parametrize(
    "model",
    [
        None,
        "",
        "gpt-4",
        "gpt-3.5-turbo",
        "gpt-4o-2024-05-13",
        "chatgpt-4o-latest",
        "gpt-oss-120b",
        "bedrock/claude-opus-5",
        "claude-haiku-5-5",
        "claude-opus-5-9",
        "gemini-2.5-flash-lite",
        "qwen2.5-72b-instruct",
        "deepseek-chat",
        "some-reseller/gpt-4.1",
    ],
)
def test_a_model_that_no_source_speaks_of_has_none(model: str | None) -> None:
    assert cache_rule_for(model) is None


@pytest.mark.parametrize("row", ROWS, ids=[row["family"] for row in ROWS])
def test_rules_are_dated_sane_and_name_their_source(row: dict[str, object]) -> None:
    rule = CacheRule(**{key: row[key] for key in CacheRule._fields})  # type: ignore[arg-type]
    assert rule.minimum >= rule.step >= 1
    assert len(rule.source) > 40
    assert date(2026, 1, 1) < date.fromisoformat(rule.verified_on)
    assert row.keys() == {*CacheRule._fields, "prefixes", "models"}


def test_no_row_is_hidden_by_one_before_it() -> None:
    """Every pattern of every row is answered by its own row."""
    for row in ROWS:
        for pattern in row["models"]:
            rule = cache_rule_for(pattern.replace("*", ""))
            assert rule is not None
            assert rule.family == row["family"]


@given(
    tokens=st.integers(0, 100_000), more=st.integers(0, 5_000), minimum=st.integers(1, 5_000), step=st.integers(1, 500)
)
def test_what_is_reusable_never_exceeds_the_prefix_and_grows_with_it(
    tokens: int, more: int, minimum: int, step: int
) -> None:
    rule = CacheRule("a family", minimum, step, False, "", "")
    served = rule.reusable(tokens)
    assert served <= tokens
    assert served <= rule.reusable(tokens + more)
    assert served == 0 or (served >= minimum and (served - minimum) % step == 0 and tokens - served < step)
    assert (served > 0) == (tokens >= minimum)


@pytest.mark.parametrize(("tokens", "served"), [(1023, 0), (1024, 1024), (1151, 1024), (1152, 1152), (5000, 4992)])
def test_openai_serves_in_steps(tokens: int, served: int) -> None:
    rule = cache_rule_for("gpt-4o")
    assert rule is not None
    assert rule.reusable(tokens) == served
