"""Inputs at the door of a prompt: everything wrong with them is told at once, before any text exists."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.errors import InputError
from promptreg.render.intake import check_inputs
from tests.registry.folders import read_text

PROMPT = read_text("""\
kind: prompt
version: 1.0.0
inputs:
  ticket: {type: string, max_tokens: 3}
  count: {type: integer, minimum: 1, default: 2}
  history: {type: messages, maxItems: 2, max_tokens: 3, default: []}
messages: [{role: user, parts: [{text: "{{ ticket }}"}]}, {slot: history}]
""")


def accepted(given: Any) -> dict[str, Any]:
    return check_inputs(PROMPT, given, {}, len)


def refused(given: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        accepted(given)
    return [str(problem) for problem in caught.value.problems]


def said(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def test_defaults_stand_in_for_what_is_not_given() -> None:
    assert accepted({"ticket": "abc"}) == {"ticket": "abc", "count": 2, "history": []}


def test_an_extra_input_is_refused_also_where_defaults_are_left_out() -> None:
    for given in ({"ticket": "a", "tocket": 1}, {"ticket": "a", "count": 1, "history": [], "tocket": 1}):
        assert refused(given) == ['prompts/a.yaml:3:1: tocket: is not an input of the prompt (did you mean "ticket"?)']


def test_every_fault_is_told_at_the_declaration_of_its_input() -> None:
    assert refused({"count": 0, "history": [said("a")] * 3, "other": 1}) == [
        "prompts/a.yaml:4:3: ticket: is missing; it is a string",
        "prompts/a.yaml:5:3: count: must be at least 1",
        "prompts/a.yaml:6:3: history: must have at most 2 items",
        "prompts/a.yaml:3:1: other: is not an input of the prompt; known: ticket, count, history",
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"ticket": None}, "ticket: must be a string, not null"),
        ({"ticket": 5}, "ticket: must be a string, not integer"),
        ({"ticket": "abcd"}, "ticket: has 4 tokens; at most 3 are allowed"),
        ({"ticket": "\ud800" * 9}, "ticket: holds a lone surrogate"),
        ({"ticket": "a", "history": None}, "history: must be a list of messages, not null"),
        ({"ticket": "a", "history": [said("ab"), said("cd")]}, "history: has 4 tokens; at most 3 are allowed"),
        (
            {"ticket": "a", "history": [{"role": "user", "content": ["abcd"]}]},
            "history[0].content[0]: must be a content",
        ),
        ({"ticket": "a", 3: 1}, '["3"]: is not an input'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_bad_input_is_one_message(given: Any, reason: str) -> None:
    (message,) = refused(given)
    assert reason in message
