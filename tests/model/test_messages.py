"""Lists of messages that a caller passes in: roles come from the structure and everything else is checked."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.check import Fault, copy_checked, copy_messages, path_text
from promptreg.model.kinds import SLOT_ROLES
from tests.model.json_strategies import Text, disguised, values


def copied(value: Any, roles: tuple[str, ...] = SLOT_ROLES) -> tuple[Any, list[Fault]]:
    faults: list[Fault] = []
    return copy_messages(value, roles, ("history",), faults), faults


def said(value: Any, roles: tuple[str, ...] = SLOT_ROLES) -> list[str]:
    return [f"{path_text(fault.at)} {fault.message}" for fault in copied(value, roles)[1]]


contents = st.one_of(
    st.text(max_size=5),
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=5)}),
            st.fixed_dictionaries({"type": st.just("image_url"), "image_url": values}),
        ),
        max_size=2,
    ),
)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(SLOT_ROLES), "content": contents},
    optional={"name": st.text(max_size=3), "tool_calls": st.lists(values, max_size=2), "tool_call_id": st.just("c1")},
)
histories = st.lists(messages, max_size=3)


@given(histories.flatmap(lambda history: st.tuples(st.just(history), disguised(history))))
def test_good_messages_are_copied_to_plain_json(pair: tuple[Any, Any]) -> None:
    history, disguise = pair
    assert copied(disguise) == (history, [])


@given(histories)
def test_a_copy_is_the_callers_to_change(history: list[Any]) -> None:
    copy, _ = copied(history)
    for message in copy:
        message["content"] = None
    assert all(message["content"] is not None for message in history)


@given(values)
def test_any_json_is_copied_or_refused_with_a_path(value: Any) -> None:
    copy, faults = copied(value)
    assert isinstance(copy, list)
    assert all(fault.at[0] == "history" for fault in faults)
    if not faults:
        assert copy == value
        assert all(message["role"] in SLOT_ROLES for message in copy)


@pytest.mark.parametrize(
    ("history", "faults"),
    [
        (None, ["history must be a list of messages, not null"]),
        ("hello", ["history must be a list of messages, not string"]),
        ({"role": "user", "content": "a"}, ["history must be a list of messages, not object"]),
        (b"ab", ["history must be a list of messages, not bytes"]),
        (["hello"], ["history[0] must be a message: an object with role and content"]),
        ([{}], ["history[0].role is missing", "history[0].content is missing"]),
        ([{"role": "user"}], ["history[0].content is missing"]),
        ([{"role": "user", "content": None}], ["history[0].content is null"]),
        ([{"role": "user", "content": 3}], ["history[0].content must be a string or a list of content parts"]),
        ([{"role": "system", "content": "a"}], ["history[0].role must be one of user, assistant, tool"]),
        ([{"role": "User", "content": "a"}], ["history[0].role must be one of user, assistant, tool"]),
        ([{"role": "user\n", "content": "a"}], ["history[0].role must be one of user, assistant, tool"]),
        ([{"role": ["user"], "content": "a"}], ["history[0].role must be one of user, assistant, tool"]),
        ([{"role": "user", "content": "\ud800"}],
         ["history[0].content holds a lone surrogate (U+D800) at character 1"]),
        ([{"role": "user", "content": "a", "contents": 1}], ["history[0].contents is not a key of a message"]),
        ([{"role": "user", "content": "a", "name": 1}], ["history[0].name must be a string"]),
        ([{"role": "user", "content": "a", "tool_call_id": None}], ["history[0].tool_call_id must be a string"]),
        ([{"role": "assistant", "content": "a", "tool_calls": {}}], ["history[0].tool_calls must be an array"]),
        ([{"role": "assistant", "tool_calls": []}], ["history[0].content is missing"]),
        ([{"role": "user", "content": ["a"]}],
         ["history[0].content[0] must be a content part: an object with a type"]),
        ([{"role": "user", "content": [{"type": 1}]}],
         ["history[0].content[0] must be a content part: an object with a type"]),
        ([{"role": "user", "content": [{"type": "text"}]}], ["history[0].content[0].text must be a string"]),
        ([{"role": "user", "content": object()}], ["history[0].content is a Python object, not a JSON value"]),
    ],
    ids=lambda value: value[0] if value and isinstance(value, list) and isinstance(value[0], str) else "",
)  # fmt: skip
def test_a_bad_history_says_where_and_why(history: Any, faults: list[str]) -> None:
    assert said(history)[: len(faults)] == faults


def test_every_bad_message_is_reported() -> None:
    history = [
        {"role": "user", "content": "ok"},
        {"role": "root", "content": "x"},
        3,
        {"role": "tool", "content": None},
    ]
    assert [fault.at for fault in copied(history)[1]] == [
        ("history", 1, "role"),
        ("history", 2),
        ("history", 3, "content"),
    ]


def test_a_slot_may_take_other_roles() -> None:
    assert said([{"role": "system", "content": "a"}], ("system", "user")) == []
    assert said([{"role": "tool", "content": "a"}], ("system", "user")) == [
        "history[0].role must be one of system, user"
    ]


def test_a_message_may_call_tools_instead_of_speaking() -> None:
    call = {"role": "assistant", "tool_calls": [{"id": "c1"}]}
    assert copied([call]) == ([{**call, "content": None}], [])


def test_a_role_of_another_string_class_is_made_plain() -> None:
    copy, faults = copied([OrderedDict(role=Text("user"), content=Text("hi"))])
    assert (copy, faults) == ([{"role": "user", "content": "hi"}], [])
    assert {type(item) for item in copy[0].values()} == {str}


def test_a_history_that_holds_itself_is_refused() -> None:
    history: list[Any] = [{"role": "user", "content": []}]
    history[0]["content"] = history
    assert any("nested deeper" in line for line in said(history))


@pytest.mark.parametrize("count", [0, 3], ids=["too few", "too many"])
def test_the_number_of_messages_is_checked(count: int) -> None:
    faults: list[Fault] = []
    schema = {"type": "messages", "minItems": 1, "maxItems": 2}
    copy_checked([{"role": "user", "content": "a"}] * count, schema, ("history",), faults)
    assert len(faults) == 1
