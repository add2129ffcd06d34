"""Finding a piece of text in rendered messages."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.cli.passage import Passage, at_offset, find_text, origins
from promptreg.errors import UnknownName, UsageError
from tests.output.building import segment, tiled

_MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Never promise a refund.\nBe kind. Be kind."},
    {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "kind words"}]},
    {"role": "assistant", "content": None, "tool_calls": [{}]},
]


def test_every_place_of_a_text_is_found() -> None:
    assert find_text(_MESSAGES, "kind") == [
        Passage(0, None, 27, 31),
        Passage(0, None, 36, 40),
        Passage(1, 1, 0, 4),
    ]


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("never PROMISE a\n refund", "Never promise a refund"),
        ("Never promise a discount", "Never promise a refund."),
        ("words of kindness", "kind words"),
        ("zzz", None),
        ("a (b [c", None),
    ],
    ids=["other case and spacing", "same beginning", "one word", "nothing near", "regex characters"],
)
def test_a_text_that_is_not_there_is_answered_with_the_nearest(wanted: str, nearest: str | None) -> None:
    with pytest.raises(UnknownName) as caught:
        find_text(_MESSAGES, wanted)
    assert caught.value.problems[0].suggestion == nearest


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(UsageError):
        find_text(_MESSAGES, "")


def test_an_offset_is_one_character() -> None:
    assert at_offset(_MESSAGES, 0, 6, None) == Passage(0, None, 6, 7)
    assert at_offset(_MESSAGES, 1, 2, 1) == Passage(1, 1, 2, 3)
    assert at_offset(_MESSAGES, 1, 2, None) == Passage(1, 1, 2, 3)


@pytest.mark.parametrize(
    ("message", "offset", "part", "reason"),
    [
        (3, 0, None, "messages 0 to 2"),
        (-1, 0, None, "messages 0 to 2"),
        (0, 41, None, "has 41 characters"),
        (0, -1, None, "has 41 characters"),
        (2, 0, None, "has 0 characters"),
        (1, 0, 0, "needs --content-part, one of 1"),
    ],
)
def test_an_offset_outside_names_what_is_inside(message: int, offset: int, part: int | None, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        at_offset(_MESSAGES, message, offset, part)


def test_origins_are_cut_to_the_passage_and_keep_counting_in_the_message() -> None:
    segments = tiled(segment("Never\npromise "), segment("50", kind="value", input_path=("max",), input_offset=0))
    found = origins(segments, Passage(0, None, 6, 15))
    assert [(part.text, part.start, part.end, part.line, part.offset) for part in found] == [
        ("promise ", 6, 14, 2, 6),
        ("5", 14, 15, 1, 0),
    ]
