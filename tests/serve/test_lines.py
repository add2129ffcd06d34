"""Positions of the protocol, held against their definition: code units of an encoding, and three line ends."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.serve.lsp.lines import Encoding, Lines, Position
from promptreg.serve.lsp.uris import file_of, uri_of

TEXTS = st.text(alphabet="ab é€😀\u2028\x0b\x85\n\r", max_size=30)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])
SIZES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@given(TEXTS, ENCODINGS)
def test_a_position_is_the_line_and_the_code_units_before(text: str, encoding: Encoding) -> None:
    lines = Lines(text, encoding)
    name, size = SIZES[encoding]
    for offset in range(len(text) + 1):
        if text[max(0, offset - 1) : offset + 1] == "\r\n":
            continue  # between the two, no place can be named
        before = re.split(r"\r\n|\n|\r", text[:offset])
        wanted = Position(len(before) - 1, len(before[-1].encode(name)) // size)
        assert lines.position(offset) == wanted
        assert lines.offset(wanted) == offset


@given(TEXTS, ENCODINGS, st.integers(0, 40), st.integers(0, 90))
def test_every_position_is_somewhere_on_its_line(text: str, encoding: Encoding, line: int, character: int) -> None:
    lines = Lines(text, encoding)
    offset = lines.offset(Position(line, character))
    assert 0 <= offset <= len(text)
    found = lines.position(offset)
    assert found.line == min(line, len(re.split(r"\r\n|\n|\r", text)) - 1)
    assert found.character <= character or found.line < line


def test_the_middle_of_a_code_point_is_its_start() -> None:
    assert Lines("a😀b", "utf-16").offset(Position(0, 2)) == 1
    assert Lines("a😀b", "utf-8").offset(Position(0, 4)) == 1


@pytest.mark.parametrize("file", ["/a/b.md", "/a b/ü@1#.md", "/a%20b/x?y.md"])
def test_uris_of_files_come_back(file: str) -> None:
    assert file_of(uri_of(file)) == file


@pytest.mark.parametrize(
    "uri", ["untitled:1", "git:/a/b.md", "file://elsewhere/a.md", "file:a.md", "", "file:///a%00b"]
)
def test_what_is_no_file_of_this_machine_is_none(uri: str) -> None:
    assert file_of(uri) is None
