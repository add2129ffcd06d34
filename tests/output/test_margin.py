"""The terminal view of a rendered prompt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.output.margin import Page, View, margin_rows
from promptreg.output.styled import encode
from promptreg.output.terminal import visible, width
from promptreg.output.wrap import Cell, cells_of, lines_of, wrap
from promptreg.render.segment import Segment
from tests.output.building import message, segment, tiled

_PAGE = Page(100, unicode=True)


def shown(segments: list[Segment], page: Page = _PAGE, tokens: dict[str, int] | None = None) -> list[str]:
    """The view as plain lines."""
    view = View("chat@1.0.0", ("12 tokens",), [message(segments)], segments, tokens or {})
    return encode(margin_rows(view, page), color=False, safe=True).splitlines()


def test_each_component_is_named_beside_its_first_line_with_tokens_and_place() -> None:
    rows = shown(
        tiled(
            segment("One.\nTwo.", "rules/a"),
            segment("\n\n", part=None, kind="glue", glue="separator"),
            segment("Three.", "rules/b", part="0.1"),
        ),
        tokens={"0.0": 5, "0.1": 2},
    )
    assert [row.split() for row in rows] == [
        ["chat@1.0.0", "12", "tokens"],
        [],
        ["system", "─" * 87, "7", "tok"],
        ["▌", "One.", "rules/a@1.0.0", "prompts/rules/a.md:1", "5", "tok"],
        ["▌", "Two.", ":2"],
        [],
        ["▌", "Three.", "rules/b@1.0.0", "prompts/rules/b.md:1", "2", "tok"],
    ]
    assert all(width(row) <= 100 for row in rows)


def test_every_line_names_its_own_line() -> None:
    rows = shown(tiled(segment("One.\nTwo.\n\nThree.\nFour.\n")))
    assert [row.split()[-1] for row in rows[3:]] == ["prompts/rules/a.md:1", ":2", "▌", ":4", ":5"]


_NAME = segment(
    "Ana\nB", kind="value", input_path=("user", "name"), input_offset=0, trust="untrusted", expression="user.name"
)


def test_an_input_is_named_beside_each_of_its_lines() -> None:
    rows = shown(tiled(segment("Hello,\nthis is a line\nfor "), _NAME))
    assert [" ".join(row.split()[-3:]) for row in rows[5:7]] == ["← user.name (untrusted)"] * 2
    assert [row[:2] for row in rows[3:7]] == ["▌ ", "▌ ", "▌!", "▌!"]
    assert rows[-1] == "! text of an untrusted input"


@pytest.mark.parametrize(
    ("columns", "ending"), [(160, "(untrusted)"), (100, "rules/a@1.0.0 :1 ← user.name"), (80, "← user.name")]
)
def test_a_message_of_one_line_names_its_input_in_any_margin(columns: int, ending: str) -> None:
    row = shown(tiled(_NAME._replace(text="Ana")), Page(columns, unicode=True), {"0.0": 1000})[3]
    assert row.removesuffix(" 1000 tok").rstrip().endswith(ending)
    assert width(row) <= columns


def test_untrusted_text_is_marked_on_a_narrow_screen_too() -> None:
    rows = shown(tiled(segment("See "), _NAME), Page(50, unicode=False))
    assert rows[3:] == [
        "|  rules/a@1.0.0 prompts/rules/a.md:1",
        "|! See Ana",
        "|! B",
        "",
        "! text of an untrusted input",
    ]


def test_text_of_a_trusted_input_has_another_mark() -> None:
    rows = shown(tiled(_NAME._replace(trust="trusted")))
    assert rows[3].startswith("▌← Ana")
    assert rows[-1] == "← text of an input"


def test_text_of_another_component_on_the_same_line_has_its_colour() -> None:
    segments = tiled(segment("See ", "rules/a"), segment("below", "rules/b"), segment(".", "rules/a"))
    view = View("x@1.0.0", (), [message(segments)], segments, {})
    text = encode(margin_rows(view, _PAGE), color=True, safe=True)
    assert "See \x1b[33mbelow\x1b[0m." in text
    assert "\x1b[36m▌\x1b[0m" in text


def test_a_narrow_screen_gets_the_notes_on_lines_of_their_own() -> None:
    rows = shown(tiled(segment("A line that is long enough to be broken at forty.")), Page(40, unicode=False))
    assert rows[2] == "system " + "-" * 33
    assert rows[3] == "|  rules/a@1.0.0 prompts/rules/a.md:1"
    assert rows[4:] == ["|  A line that is long enough to be", ":  broken at forty."]


def test_content_parts_and_tool_calls_are_named() -> None:
    own = [segment("What is this?", content_part=0)]
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "x"}}]
    messages = [{"role": "user", "content": content}, {"role": "assistant", "content": None, "tool_calls": [{}]}]
    view = View("x@1.0.0", (), messages, own, {})
    text = encode(margin_rows(view, _PAGE), color=False, safe=True)
    assert "  [image_url]\n" in text
    assert "  [1 tool calls]\n" in text


_texts = st.text(st.sampled_from("ab \t\n日é🙂\u0301\x1b\u202e\U000e0041"), max_size=60)


@settings(max_examples=300)
@given(st.lists(_texts, min_size=1, max_size=5), st.integers(1, 60), st.booleans())
def test_the_view_holds_the_whole_text_and_keeps_to_the_width(texts: list[str], columns: int, unicode: bool) -> None:
    segments = tiled(*(segment(text, f"rules/{index}") for index, text in enumerate(texts) if text))
    rows = shown(segments, Page(columns + 60, unicode))
    body = "".join(row[3 : 3 + 200].rstrip() for row in rows)
    expected = visible("".join(made.text for made in segments))
    letters = [char for char in expected if char not in " \t\n"]
    remaining = iter(body)
    assert all(char in remaining for char in letters)
    assert all(width(row) <= columns + 60 for row in rows)


@settings(max_examples=500)
@given(st.lists(_texts, max_size=6), st.integers(2, 30))
def test_wrapped_rows_join_to_the_line_and_fit(texts: list[str], columns: int) -> None:
    for line in lines_of(tiled(*(segment(text) for text in texts))):
        cells = cells_of(line)
        rows = wrap(cells, columns)
        assert "".join(cell.text for row in rows for cell in row) == "".join(cell.text for cell in cells)
        assert all(width("".join(cell.text for cell in row).rstrip(" ")) <= columns for row in rows)


@given(st.lists(_texts, max_size=6))
def test_lines_tile_the_segments(texts: list[str]) -> None:
    segments = tiled(*(segment(text) for text in texts))
    lines = list(lines_of(segments))
    assert "".join(part.text for line in lines for part in line) == "".join(texts)
    for line in lines[:-1]:
        assert line[-1].text.endswith("\n")
    assert all("\n" not in part.text[:-1] for line in lines for part in line)


def test_a_word_over_two_segments_is_not_broken_between_them() -> None:
    cells = [Cell("up to ", segment("up to ")), Cell("50", segment("50")), Cell(".", segment("."))]
    assert ["".join(cell.text for cell in row) for row in wrap(cells, 8)] == ["up to ", "50."]


@pytest.mark.parametrize("columns", [1, 5, 30])
def test_a_tiny_screen_still_shows_everything(columns: int) -> None:
    assert (
        "".join(shown(tiled(segment("Hello there, dear reader of this.")), Page(columns, unicode=True))).count("H") == 1
    )
