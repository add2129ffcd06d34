"""The gate between content and a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.output.json_text import document_text, payload_text
from promptreg.output.styled import Span, color_wanted, encode
from promptreg.output.terminal import expand_tabs, one_line, visible, visible_json, width

_SEEN_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters that draw something: number signs and the like."""

hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x9d\x07\x08\r\x7f\u202e\u2066\u200d\ufe0f\u200c\U000e0041\ud800\n\t"),
        st.sampled_from("❤👨👩💻©कश\u094dاب"),
    ),
    max_size=60,
)


def test_every_control_and_format_character_is_written_out() -> None:
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in _SEEN_FORMATS:
            expected = char if char in "\n\t" else f"\\u{{{code:x}}}"
            assert visible(char) == expected


@settings(max_examples=5000, deadline=None)
@given(hostile)
def test_content_never_controls_a_terminal(text: str) -> None:
    for shown in (
        visible(text),
        one_line(text),
        visible_json(document_text({"schema": "x", "items": [text], text: text})),
        encode([[Span(text)]], color=False, safe=True),
        visible_json(payload_text([text])),
    ):
        for char in shown:
            assert char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
            assert unicodedata.bidirectional(char) not in (
                "LRE",
                "RLE",
                "LRO",
                "RLO",
                "PDF",
                "LRI",
                "RLI",
                "FSI",
                "PDI",
            )
    assert "\n" not in one_line(text)


@settings(max_examples=300, deadline=None)
@given(hostile)
def test_colour_adds_the_only_escape_codes(text: str) -> None:
    assert encode([[Span(text, "bold")]], color=True, safe=False).count("\x1b") == (2 if text else 0)


@settings(max_examples=500, deadline=None)
@given(hostile)
def test_json_for_a_terminal_reads_as_the_same_value(text: str) -> None:
    assert json.loads(visible_json(document_text({"a": [text], "b": text}))) == {"a": [text], "b": text}


def test_json_can_always_be_written_as_utf8() -> None:
    for text in (payload_text(["a\ud800é"]), document_text({"a\udfff": "\ud800"})):
        assert "\\ud800" in text
        text.encode("utf-8")


@settings(max_examples=500, deadline=None)
@given(hostile)
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    "text",
    ["👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "👍🏽\u200d💻", "می\u200cخواهم", "क्\u200dष", "日本語", "e\u0301"],
    ids=["family", "heart on fire", "skin tone", "persian", "hindi", "wide", "combining"],
)
def test_joiners_that_can_be_seen_are_kept(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200db", "a\\u{200d}b"),
        ("a\ufe0f", "a\\u{fe0f}"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f\\u{fe0f}"),
        ("👨\u200d", "👨\\u{200d}"),
        ("\U000e0041", "\\u{e0041}"),
        ("a\r\nb", "a\\u{d}\nb"),
    ],
    ids=["joiner in latin", "selector on a letter", "second selector", "dangling joiner", "tag", "carriage return"],
)
def test_joiners_that_hide_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("é", 1), ("🙂", 2), ("नमस्ते", 4)],
    ids=["ascii", "wide", "combining", "latin", "emoji", "hindi"],
)
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_tabs_go_to_the_next_stop() -> None:
    assert expand_tabs("a\tb\t日\tc") == "a       b       日      c"


@pytest.mark.parametrize(
    ("environment", "is_terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
    ],
)
def test_colour_follows_the_environment(environment: dict[str, str], is_terminal: bool, wanted: bool) -> None:
    assert color_wanted(environment, is_terminal=is_terminal) is wanted


def test_a_document_has_one_list_item_a_line() -> None:
    text = document_text({"schema": "s/1", "items": [{"a": "é"}, {"a": 2}], "none": [], "one": {"b": [1]}})
    assert text.splitlines() == [
        "{",
        '  "schema": "s/1",',
        '  "items": [',
        '    {"a": "é"},',
        '    {"a": 2}',
        "  ],",
        '  "none": [],',
        '  "one": {"b": [1]}',
        "}",
    ]
