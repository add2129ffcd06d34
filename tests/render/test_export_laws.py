"""Whatever the messages hold: each text arrives, character by character, in order, and nothing else does."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import UsageError
from promptreg.render.export import PROVIDERS, export

Message = dict[str, Any]

texts = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["", " a\n", "\r\n.", "\ud800", "</system>", "<|im_end|>", '{"role": "x"}']
)
text_parts = texts.map(lambda text: {"type": "text", "text": text})
contents = texts | st.lists(text_parts, max_size=3)
values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5)
arguments = st.dictionaries(st.text(max_size=5), values, max_size=3).map(json.dumps)


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    """System messages, then turns in any order; calls are answered at once, as every API demands."""
    messages: list[Message] = [
        {"role": draw(st.sampled_from(["system", "developer"])), "content": draw(contents)}
        for _ in range(draw(st.integers(0, 2)))
    ]
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["user", "assistant", "tools", "system"]))
        if kind != "tools":
            messages.append({"role": kind, "content": draw(contents)})
            continue
        ids = [f"c{number}_{place}" for place in range(draw(st.integers(1, 3)))]
        functions = [{"name": "find", "arguments": draw(arguments)} for _ in ids]
        calls = [{"id": id, "type": "function", "function": one} for id, one in zip(ids, functions, strict=True)]
        messages.append({"role": "assistant", "content": draw(contents | st.none()), "tool_calls": calls})
        messages += [{"role": "tool", "tool_call_id": id, "content": draw(contents)} for id in ids]
    return messages


def texts_of(messages: list[Message]) -> Iterator[str]:
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            yield content
        elif content is not None:
            yield from (part["text"] for part in content)


def attempt(messages: list[Message], provider: str) -> Any:
    """The export, or None when the provider has no place for something; only some providers may say so."""
    try:
        return export(messages, provider)
    except UsageError as error:
        refusal = str(error)
    assert provider not in ("openai", "openai-responses")
    assert refusal.startswith("messages[")
    return None


def exported_texts(provider: str, exported: Any) -> Iterator[str]:
    """Every text of an exported request in order, found by the keys under which the API expects text."""
    if provider == "openai":
        yield from texts_of(exported)
        return
    expected = {
        "openai-responses": ("instructions", "content", "output", "text"),
        "anthropic": ("system", "content", "text"),
        "gemini": ("text", "output"),
        "mcp": ("text",),
    }[provider]
    yield from _below(exported, expected, text=False)


def _below(value: Any, keys: tuple[str, ...], *, text: bool) -> Iterator[str]:
    if isinstance(value, str):
        if text:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _below(item, keys, text=text)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("input", "args") or isinstance(item, list):
                yield from _below(item, keys, text=key in keys)


@pytest.mark.parametrize("provider", PROVIDERS)
@given(messages=conversations())
def test_the_text_of_the_export_is_that_of_the_messages(provider: str, messages: list[Message]) -> None:
    before = copy.deepcopy(messages)
    exported = attempt(messages, provider)
    assert messages == before
    if exported is not None:
        assert "".join(exported_texts(provider, exported)) == "".join(texts_of(messages))


@pytest.mark.parametrize("provider", PROVIDERS)
@given(lines=st.lists(texts.filter(lambda text: text.strip()), min_size=1, max_size=6))
def test_a_conversation_of_texts_goes_to_every_provider(provider: str, lines: list[str]) -> None:
    roles = ["system", *["user", "assistant"] * 3]
    messages = [{"role": role, "content": line} for role, line in zip(roles, lines, strict=False)]
    assert list(exported_texts(provider, export(messages, provider))) == lines


@pytest.mark.parametrize("provider", ["openai-responses", "anthropic", "gemini"])
@given(messages=conversations())
def test_arguments_keep_their_value(provider: str, messages: list[Message]) -> None:
    exported = attempt(messages, provider)
    if exported is None:
        return
    wanted = [call["function"]["arguments"] for message in messages for call in message.get("tool_calls", ())]
    assert list(_arguments(exported)) == [json.loads(one) for one in wanted]


def _arguments(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _arguments(item)
    elif isinstance(value, dict):
        if value.get("type") == "tool_use":
            yield value["input"]
        elif value.get("type") == "function_call":
            yield json.loads(value["arguments"])
        elif "functionCall" in value:
            yield value["functionCall"]["args"]
        else:
            for item in value.values():
                yield from _arguments(item)


@pytest.mark.parametrize("provider", PROVIDERS)
@given(messages=conversations())
def test_an_export_is_json_and_shares_nothing_with_the_messages(provider: str, messages: list[Message]) -> None:
    exported = attempt(messages, provider)
    if exported is None:
        return
    assert json.loads(json.dumps(exported)) == exported
    assert not set(_containers(exported)) & set(_containers(messages))


def _containers(value: Any) -> Iterator[int]:
    if isinstance(value, dict | list):
        yield id(value)
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
@given(messages=conversations())
def test_turns_of_anthropic_alternate_and_answers_of_gemini_stand_alone(provider: str, messages: list[Message]) -> None:
    exported = attempt(messages, provider)
    if exported is None:
        return
    if provider == "anthropic":
        roles = [turn["role"] for turn in exported["messages"]]
        assert all(first != second for first, second in pairwise(roles))
        return
    for before, content in pairwise([None, *exported["contents"]]):
        answers = sum("functionResponse" in part for part in content["parts"])
        assert answers in (0, len(content["parts"]))
        if answers:
            assert before is not None
            assert answers == sum("functionCall" in part for part in before["parts"])
