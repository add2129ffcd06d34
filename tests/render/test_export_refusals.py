"""What a provider has no place for is an error that names the message; its nearest acceptable neighbour is none."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.errors import UsageError
from promptreg.render.export import PROVIDERS, export

Message = dict[str, Any]

STRICT = tuple(provider for provider in PROVIDERS if provider != "openai")
WITH_TOOLS = ("openai-responses", "anthropic", "gemini")

HELLO: Message = {"role": "user", "content": "Hello."}


def call(arguments: str = "{}", id: str = "c1") -> Message:
    function = {"name": "find", "arguments": arguments}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": id, "type": "function", "function": function}]}


def result(content: Any = "42", id: str = "c1", **more: Any) -> Message:
    return {"role": "tool", "tool_call_id": id, "content": content, **more}


def image(url: str = "data:image/png;base64,AAAA", **more: Any) -> Message:
    return {"type": "image_url", "image_url": {"url": url, **more}}


def refused(provider: str, *messages: Message) -> str:
    """The complaint about these messages, which follow a greeting."""
    with pytest.raises(UsageError) as caught:
        export([HELLO, *messages], provider)
    return str(caught.value)


@pytest.mark.parametrize("provider", STRICT)
@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"role": "narrator", "content": "So."}, "the role 'narrator' is none of system, developer, user"),
        ({"content": "So."}, "the role None is none of"),
        ({"role": "user", "content": "So.", "audio": {"id": "a"}}, 'there is no conversion for the key "audio"'),
        ({"role": "user", "content": 7}, "neither text nor a list of parts but int"),
        (
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]},
            'no conversion for a content part of type "input_audio" (content[0])',
        ),
        ({"role": "user", "content": ["bare"]}, "content[0] is no plain text or image_url part"),
        (
            {"role": "user", "content": [{"type": "text", "text": "x", "cache_control": {}}]},
            "content[0] is no plain text",
        ),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "zoom": 2}}]},
            "content[0] is no plain text or image_url part",
        ),
        ({"role": "user", "content": "x", "tool_calls": call()["tool_calls"]}, "only the assistant calls tools"),
        ({"role": "assistant", "content": "x", "tool_calls": 7}, "tool_calls is no list"),
        ({"role": "assistant", "tool_calls": [{"id": "c", "type": "custom"}]}, 'a tool call of type "custom"'),
        ({"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f"}}]}, "a tool call is {id,"),
        ({"role": "tool", "content": "x"}, "no earlier message calls a tool with the id None"),
        ({"role": "tool", "content": "x", "tool_call_id": "c9"}, "no earlier message calls a tool with the id 'c9'"),
        ({"role": "user", "content": "x", "tool_call_id": "c1"}, "only a tool message answers a call"),
        ({"role": "user", "content": "x", "name": "ada"}, 'there is no place for the name "ada"'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malformed_and_foreign_messages_are_named(provider: str, message: Message, reason: str) -> None:
    complaint = refused(provider, message)
    assert complaint.startswith(f"messages[1]: {provider}: ")
    assert reason in complaint


@pytest.mark.parametrize("provider", STRICT)
def test_keys_that_are_null_are_absent(provider: str) -> None:
    bare = {**HELLO, "name": None, "tool_calls": None, "tool_call_id": None, "refusal": None}
    assert export([bare], provider) == export([HELLO], provider)


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("[1]", "have to be a JSON object, not '[1]'"),
        ("{", "have to become an object"),
        ('{"a": 1, "a": 2}', "a key is given twice"),
        ('{"a": {"b": 1, "b": 1}}', "a key is given twice"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": 1e400}', "the number 1e400 would be rounded"),
        ('{"a": 0.1234567890123456789}', "would be rounded"),
        ('{"a":' * 100_000, "have to become an object"),
    ],
    ids=["list", "broken", "twice", "twice inside", "nan", "overflow", "precision", "deep"],
)
def test_arguments_that_would_change_are_refused(provider: str, arguments: str, reason: str) -> None:
    assert reason in refused(provider, call(arguments))


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
@pytest.mark.parametrize(
    ("arguments", "value"),
    [("", {}), (" ", {}), ('{"a": 1.10, "b": [true, null, "é"]}', {"a": 1.1, "b": [True, None, "é"]})],
    ids=["empty", "blank", "values"],
)
def test_arguments_become_an_object(provider: str, arguments: str, value: Message) -> None:
    request = export([HELLO, call(arguments)], provider)
    if provider == "anthropic":
        assert request["messages"][1]["content"][0]["input"] == value
    else:
        assert request["contents"][1]["parts"][0]["functionCall"]["args"] == value


def test_responses_carry_arguments_as_they_are() -> None:
    request = export([HELLO, call('{"a": NaN')], "openai-responses")
    assert request["input"][1]["arguments"] == '{"a": NaN'


@pytest.mark.parametrize("provider", WITH_TOOLS)
def test_the_name_of_a_tool_message_may_repeat_that_of_the_call(provider: str) -> None:
    assert export([HELLO, call(), result(name="find")], provider) == export([HELLO, call(), result()], provider)
    assert refused(provider, call(), result(name="seek")).startswith(f"messages[2]: {provider}: ")


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
@pytest.mark.parametrize("role", ["user", "assistant"])
@pytest.mark.parametrize("content", [None, "", [], [{"type": "text", "text": ""}]], ids=str)
def test_an_empty_message_is_refused_where_the_api_refuses_it(provider: str, role: str, content: Any) -> None:
    assert refused(provider, {"role": role, "content": content}).endswith("a message needs content, this one is empty")


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
def test_an_empty_text_beside_content_is_left_out(provider: str) -> None:
    texts = [{"type": "text", "text": ""}, {"type": "text", "text": "Hello."}]
    assert export([{"role": "user", "content": texts}], provider) == export([HELLO], provider)
    assert export([HELLO, {**call(), "content": ""}], provider) == export([HELLO, call()], provider)


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
def test_a_tool_may_answer_nothing(provider: str) -> None:
    assert '"c1"' in str(export([HELLO, call(), result("")], provider)).replace("'", '"')


@pytest.mark.parametrize("role", ["system", "developer"])
def test_gemini_has_no_later_system_message(role: str) -> None:
    assert refused("gemini", {"role": role, "content": "So."}) == (
        f"messages[1]: gemini: a {role} message has to stand before all others"
    )


def test_anthropic_takes_a_later_system_message_only_between_user_and_assistant() -> None:
    system = {"role": "system", "content": "So."}
    answer = {"role": "assistant", "content": "Yes."}
    assert export([HELLO, system], "anthropic")["messages"][1] == system
    assert export([HELLO, system, answer], "anthropic")["messages"][1] == system
    assert export([HELLO, system, system, answer], "anthropic")["messages"][1]["content"] == [
        {"type": "text", "text": "So."},
        {"type": "text", "text": "So."},
    ]
    assert refused("anthropic", answer, system).startswith("messages[2]: anthropic: a later system message has to")
    assert refused("anthropic", system, HELLO).startswith("messages[2]: anthropic: after a later system message")
    assert export([HELLO, call(), result(), system], "anthropic")["messages"][3] == system


def test_anthropic_takes_tool_results_before_other_blocks_only() -> None:
    assert refused("anthropic", call(), HELLO, result()) == (
        "messages[3]: anthropic: a tool result has to come directly after the call or another result"
    )


@pytest.mark.parametrize("blank", [" ", "\n\n", "\t \u3000"])
def test_anthropic_takes_no_blank_text(blank: str) -> None:
    assert "nothing but white space" in refused("anthropic", {"role": "user", "content": blank})
    assert "nothing but white space" in refused("anthropic", call(), result(blank))


def test_anthropic_takes_plain_call_ids_only() -> None:
    assert "'find:0' of a tool call may hold" in refused("anthropic", call(id="find:0"))


@pytest.mark.parametrize("provider", ["anthropic", "gemini", "mcp"])
@pytest.mark.parametrize("detail", ["low", "high"])
def test_the_detail_of_an_image_has_no_place(provider: str, detail: str) -> None:
    assert f'the detail "{detail}"' in refused(provider, {"role": "user", "content": [image(detail=detail)]})


@pytest.mark.parametrize("provider", ["anthropic", "gemini", "mcp"])
def test_automatic_detail_is_no_detail(provider: str) -> None:
    auto, plain = ({"role": "user", "content": [part]} for part in (image(detail="auto"), image()))
    assert export([auto], provider) == export([plain], provider)


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("anthropic", "gs://bucket/a.png"),
        ("anthropic", "data:image/svg+xml;base64,AAAA"),
        ("anthropic", "data:image/png,raw"),
        ("gemini", "file:///a.png"),
        ("gemini", "data:image/png,raw"),
        ("mcp", "https://x.test/a.png"),
    ],
)
def test_images_that_a_provider_cannot_take_are_refused(provider: str, url: str) -> None:
    assert refused(provider, {"role": "user", "content": [image(url)]}).startswith(f"messages[1]: {provider}: an image")


@pytest.mark.parametrize(("provider", "role"), [("anthropic", "assistant"), ("openai-responses", "assistant")])
def test_images_stand_where_the_api_takes_them(provider: str, role: str) -> None:
    assert "holds text only" in refused(provider, {"role": role, "content": [image()]})


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
def test_a_system_message_holds_text_only(provider: str) -> None:
    with pytest.raises(UsageError, match=r"messages\[0\].*holds text only"):
        export([{"role": "system", "content": [image()]}], provider)


def test_mcp_has_no_tools() -> None:
    assert refused("mcp", call(), result()).startswith("messages[1]: mcp: prompts of this protocol hold no tool calls")
