"""What each provider gets, in full, for the same conversations."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.errors import UsageError
from promptreg.render.export import PROVIDERS, export

Message = dict[str, Any]

PNG = "data:image/png;base64,iVBORw0KGgo="

PLAIN: list[Message] = [
    {"role": "system", "content": "Answer briefly.\n"},
    {"role": "user", "content": "Where is my parcel? "},
    {"role": "assistant", "content": "On its way."},
    {"role": "user", "content": "Since when?"},
]

TOOLS: list[Message] = [
    {"role": "system", "content": "Use the tools."},
    {"role": "user", "content": "Weather in Rome and Oslo?"},
    {
        "role": "assistant",
        "content": "I look it up.",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}},
            {"id": "c2", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}},
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": '{"sky": "clear"}'},
    {"role": "tool", "tool_call_id": "c2", "content": "snow"},
    {"role": "user", "content": "Thanks. And Bergen?"},
]

PARTS: list[Message] = [
    {"role": "developer", "content": [{"type": "text", "text": "Be exact. "}, {"type": "text", "text": "Be kind."}]},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": PNG}},
        ],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "A "}, {"type": "text", "text": "picture."}]},
]


def test_openai_gets_the_messages_as_they_are() -> None:
    for messages in (PLAIN, TOOLS, PARTS):
        exported = export(messages, "openai")
        assert exported == messages
        assert exported[1] is not messages[1]
        assert exported[2].get("content") is not messages[2]["content"] or isinstance(messages[2]["content"], str)


def test_openai_gets_what_no_other_provider_could() -> None:
    odd = [{"role": "user", "name": "ada", "content": [{"type": "input_audio", "input_audio": {"data": "AA"}}]}]
    assert export(odd, "openai") == odd


def test_responses_plain() -> None:
    assert export(PLAIN, "openai-responses") == {
        "instructions": "Answer briefly.\n",
        "input": [
            {"role": "user", "content": "Where is my parcel? "},
            {"role": "assistant", "content": "On its way."},
            {"role": "user", "content": "Since when?"},
        ],
    }


def test_responses_tools() -> None:
    assert export(TOOLS, "openai-responses") == {
        "instructions": "Use the tools.",
        "input": [
            {"role": "user", "content": "Weather in Rome and Oslo?"},
            {"role": "assistant", "content": "I look it up."},
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city": "Rome"}'},
            {"type": "function_call", "call_id": "c2", "name": "weather", "arguments": '{"city":"Oslo"}'},
            {"type": "function_call_output", "call_id": "c1", "output": '{"sky": "clear"}'},
            {"type": "function_call_output", "call_id": "c2", "output": "snow"},
            {"role": "user", "content": "Thanks. And Bergen?"},
        ],
    }


def test_responses_parts() -> None:
    assert export(PARTS, "openai-responses") == {
        "input": [
            {
                "role": "developer",
                "content": [{"type": "input_text", "text": "Be exact. "}, {"type": "input_text", "text": "Be kind."}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": PNG},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "output_text", "text": "A ", "annotations": []},
                    {"type": "output_text", "text": "picture.", "annotations": []},
                ],
            },
        ],
    }


def test_responses_keep_later_system_messages_and_image_details_in_place() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}}
    messages = [
        {"role": "system", "content": "One."},
        {"role": "system", "content": "Two."},
        {"role": "user", "content": [image]},
    ]
    assert export(messages, "openai-responses") == {
        "instructions": "One.",
        "input": [
            {"role": "system", "content": "Two."},
            {
                "role": "user",
                "content": [{"type": "input_image", "image_url": "https://x.test/a.png", "detail": "low"}],
            },
        ],
    }


def test_responses_have_no_item_for_the_missing_text_of_a_call() -> None:
    for content in (None, ""):
        messages = [{"role": "assistant", "content": content, "tool_calls": TOOLS[2]["tool_calls"][:1]}]
        assert [item.get("type") for item in export(messages, "openai-responses")["input"]] == ["function_call"]


def test_anthropic_plain() -> None:
    assert export(PLAIN, "anthropic") == {
        "system": "Answer briefly.\n",
        "messages": [
            {"role": "user", "content": "Where is my parcel? "},
            {"role": "assistant", "content": "On its way."},
            {"role": "user", "content": "Since when?"},
        ],
    }


def test_anthropic_tools() -> None:
    assert export(TOOLS, "anthropic") == {
        "system": "Use the tools.",
        "messages": [
            {"role": "user", "content": "Weather in Rome and Oslo?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look it up."},
                    {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Rome"}},
                    {"type": "tool_use", "id": "c2", "name": "weather", "input": {"city": "Oslo"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": '{"sky": "clear"}'},
                    {"type": "tool_result", "tool_use_id": "c2", "content": "snow"},
                    {"type": "text", "text": "Thanks. And Bergen?"},
                ],
            },
        ],
    }


def test_anthropic_parts() -> None:
    assert export(PARTS, "anthropic") == {
        "system": [{"type": "text", "text": "Be exact. "}, {"type": "text", "text": "Be kind."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                    },
                ],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "A "}, {"type": "text", "text": "picture."}]},
        ],
    }


def test_anthropic_joins_neighbours_and_keeps_a_later_system_message_in_place() -> None:
    messages = [
        {"role": "user", "content": "One."},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]},
        {"role": "system", "content": "From now on in French."},
        {"role": "assistant", "content": "Oui."},
    ]
    assert export(messages, "anthropic") == {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "One."},
                    {"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}},
                ],
            },
            {"role": "system", "content": "From now on in French."},
            {"role": "assistant", "content": "Oui."},
        ],
    }


def test_gemini_plain() -> None:
    assert export(PLAIN, "gemini") == {
        "systemInstruction": {"parts": [{"text": "Answer briefly.\n"}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Where is my parcel? "}]},
            {"role": "model", "parts": [{"text": "On its way."}]},
            {"role": "user", "parts": [{"text": "Since when?"}]},
        ],
    }


def test_gemini_tools() -> None:
    def answer(id: str, output: str) -> Message:
        return {"functionResponse": {"id": id, "name": "weather", "response": {"output": output}}}

    assert export(TOOLS, "gemini") == {
        "systemInstruction": {"parts": [{"text": "Use the tools."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Weather in Rome and Oslo?"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "I look it up."},
                    {"functionCall": {"id": "c1", "name": "weather", "args": {"city": "Rome"}}},
                    {"functionCall": {"id": "c2", "name": "weather", "args": {"city": "Oslo"}}},
                ],
            },
            {"role": "user", "parts": [answer("c1", '{"sky": "clear"}'), answer("c2", "snow")]},
            {"role": "user", "parts": [{"text": "Thanks. And Bergen?"}]},
        ],
    }


def test_gemini_parts() -> None:
    assert export(PARTS, "gemini") == {
        "systemInstruction": {"parts": [{"text": "Be exact. "}, {"text": "Be kind."}]},
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"text": "What is this?"},
                    {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
                ],
            },
            {"role": "model", "parts": [{"text": "A "}, {"text": "picture."}]},
        ],
    }


def test_gemini_takes_addresses_of_images() -> None:
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "gs://bucket/a.png"}}]}]
    assert export(messages, "gemini")["contents"][0]["parts"] == [{"fileData": {"fileUri": "gs://bucket/a.png"}}]


def test_mcp_plain() -> None:
    system = {"type": "text", "text": "Answer briefly.\n", "_meta": {"promptreg/role": "system"}}
    assert export(PLAIN, "mcp") == {
        "messages": [
            {"role": "user", "content": system},
            {"role": "user", "content": {"type": "text", "text": "Where is my parcel? "}},
            {"role": "assistant", "content": {"type": "text", "text": "On its way."}},
            {"role": "user", "content": {"type": "text", "text": "Since when?"}},
        ],
    }


def test_mcp_parts() -> None:
    meta = {"promptreg/role": "developer"}
    assert export(PARTS, "mcp") == {
        "messages": [
            {"role": "user", "content": {"type": "text", "text": "Be exact. ", "_meta": meta}},
            {"role": "user", "content": {"type": "text", "text": "Be kind.", "_meta": meta}},
            {"role": "user", "content": {"type": "text", "text": "What is this?"}},
            {"role": "user", "content": {"type": "image", "data": "iVBORw0KGgo=", "mimeType": "image/png"}},
            {"role": "assistant", "content": {"type": "text", "text": "A "}},
            {"role": "assistant", "content": {"type": "text", "text": "picture."}},
        ],
    }


@pytest.mark.parametrize(
    ("provider", "empty"),
    [
        ("openai", []),
        ("openai-responses", {"input": []}),
        ("anthropic", {"messages": []}),
        ("gemini", {"contents": []}),
        ("mcp", {"messages": []}),
    ],
)
def test_no_messages_are_no_messages(provider: str, empty: Any) -> None:
    assert export([], provider) == empty


@pytest.mark.parametrize("provider", ["openai-responses", "anthropic", "gemini"])
def test_a_prompt_of_a_system_message_alone_leaves_the_conversation_empty(provider: str) -> None:
    request = export(PLAIN[:1], provider)
    assert [] in request.values()
    assert len(request) == 2


def test_an_unknown_provider_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'did you mean "gemini"') as caught:
        export(PLAIN, "gemni")
    assert all(provider in str(caught.value) for provider in PROVIDERS)
