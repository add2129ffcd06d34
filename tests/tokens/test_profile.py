from __future__ import annotations

from typing import Any

import pytest

from promptreg.errors import UsageError
from promptreg.tokens import profile_doubt, profile_for
from promptreg.tokens.counter import Bounds
from promptreg.tokens.profile import NO_OVERHEAD, Overhead, Profile, load_profile, profile_names
from promptreg.tokens.tiktoken_counter import TiktokenCounter

NAME = "openai-2024-05"


class Letters:
    """A counter that is easy to do in the head: one token per character."""

    id = "letters"
    kind = "approximate"

    def count(self, text: str) -> int:
        return len(text)

    def bounds(self, text: str) -> Bounds:
        return Bounds(len(text), len(text))


def overhead(*messages: dict[str, Any]) -> int:
    return load_profile(NAME).overhead(messages, Letters()).messages


def test_a_message_costs_three_and_its_role() -> None:
    assert overhead({"role": "user", "content": "any text"}) == 3 + 4
    assert overhead({"role": "system", "content": ""}, {"role": "user", "content": "hi"}) == 3 + 6 + 3 + 4


def test_a_name_costs_one_and_itself() -> None:
    assert overhead({"role": "user", "content": "hi", "name": "ada"}) == 3 + 4 + 1 + 3


def test_every_string_of_a_tool_call_counts() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    assert overhead({"role": "assistant", "content": None, "tool_calls": [call]}) == 3 + 9 + 2 + 8 + 4 + 2


def test_the_id_of_a_tool_result_counts() -> None:
    assert overhead({"role": "tool", "content": "42", "tool_call_id": "c1"}) == 3 + 4 + 2


@pytest.mark.parametrize(
    ("part", "cost"),
    [
        ({"type": "text", "text": "counted elsewhere"}, 0),
        ({"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}}, 85),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 99_999}}, 1445),
        ({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}, 0),
    ],
    ids=["text", "small image", "image", "audio"],
)
def test_content_parts_cost_by_kind(part: dict[str, Any], cost: int) -> None:
    assert overhead({"role": "user", "content": [part]}) == 3 + 4 + cost


def test_parts_without_a_known_cost_are_numbered() -> None:
    parts = [{"type": kind} for kind in ("text", "image_url", "input_audio", "file")]
    profile = load_profile(NAME)
    assert profile.uncounted([{"role": "user", "content": parts}, {"role": "user", "content": "text"}]) == 2


def test_no_messages_cost_the_reply() -> None:
    assert load_profile(NAME).overhead([], Letters()) == Overhead(0, 3, NAME)


def test_the_cookbook_example_sums_up(ours: dict[str, TiktokenCounter]) -> None:
    """The rule of the source, applied directly: all strings of the messages, 3 a message, 1 a name, 3 at the end."""
    messages = [
        {"role": "system", "content": "You translate corporate jargon into plain English."},
        {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
        {"role": "system", "name": "example_assistant", "content": "Working well together will raise revenue."},
        {"role": "user", "content": "This late pivot means we have no time to boil the ocean."},
    ]
    counter = ours["o200k_base"]
    by_rule = 3
    for message in messages:
        by_rule += 3 + sum(counter.count(value) for value in message.values()) + ("name" in message)
    added = load_profile(NAME).overhead(messages, counter)
    assert added.messages + added.reply + sum(counter.count(message["content"]) for message in messages) == by_rule


@pytest.mark.parametrize("name", profile_names())
def test_profiles_are_dated_and_name_their_source(name: str) -> None:
    profile = load_profile(name)
    assert isinstance(profile, Profile)
    assert profile.name == name
    assert len(profile.source) > 20
    assert len(profile.verified_on) == len("2026-11-21")


def test_models_have_profiles() -> None:
    profile = profile_for("openai/gpt-4.1")
    assert profile is not None
    assert profile.name == NAME
    assert profile_for("anthropic/claude-opus-5") is None


@pytest.mark.parametrize("model", ["gpt-3.5-turbo-0301", "azure/gpt-35-turbo-0301"])
def test_the_first_chat_model_wrapped_messages_otherwise(model: str) -> None:
    profile = profile_for(model)
    assert profile is not None
    message = {"role": "user", "content": "hi", "name": "ada"}
    assert profile.overhead([message], Letters()).messages == 4 + 4 - 1 + 3
    assert profile.reply == 3


@pytest.mark.parametrize("model", ["gpt-4o-2024-08-06", "openai/gpt-4-0613", "Azure/GPT-3.5-Turbo-0125", None, "x"])
def test_a_verified_profile_and_none_at_all_raise_no_doubt(model: str | None) -> None:
    assert profile_doubt(model) is None


@pytest.mark.parametrize("model", ["openai/gpt-4.1", "gpt-5", "gpt-4o"])
def test_a_profile_that_nobody_verified_for_a_model_is_doubted(model: str) -> None:
    assert profile_doubt(model) == f'chat overhead by the profile openai-2024-05, unverified for "{model}"'


def test_an_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=f'did you mean "{NAME}"'):
        load_profile("openai-2024")


def test_without_a_profile_nothing_is_added() -> None:
    assert NO_OVERHEAD == (0, 0, None)
