"""The outline of YAML agrees with the strict reader wherever that can read, and knows where the cursor is elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.registry.yaml_places import find_nodes
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.symbols import symbols
from promptreg.serve.lsp.template_tags import tag_at
from promptreg.serve.lsp.yaml_outline import Outline

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for path in (ROOT / "prompts").rglob("*") if path.suffix in (".yaml", ".md"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_it_finds_what_the_strict_reader_finds_in_every_shipped_file(newline: str) -> None:
    seen = 0
    for file in FILES:
        text = file.read_text(encoding="utf-8").replace("\n", newline)
        outline = Page(file.name, text).outline
        for path, node in find_nodes(text[outline.start : outline.end], outline.start).items():
            if node.key_end > node.key_start:
                assert text[slice(*outline.keys[path])] == text[node.key_start : node.key_end].strip("\"'")
            if node.style is None or node.end == node.start:
                continue
            seen += 1
            found = outline.values[path]
            if node.style in ("|", ">"):
                assert node.start < found.start <= found.end
                assert found.end >= node.end or not text[found.end : node.end].strip()
            else:
                assert (found.start, found.end) == (node.start + bool(node.style), node.end - bool(node.style))
            assert outline.at(found.start)[:2] == (path, False)
    assert seen > 1_000


@pytest.mark.parametrize(
    ("text", "path", "is_key"),
    [
        pytest.param("use: ‸\n", ("use",), False, id="behind a key"),
        pytest.param("a:\n  ‸\n", ("a",), True, id="on an empty line below a key"),
        pytest.param("a:\n  b: 1\n  ‸\n", ("a",), True, id="beside a key"),
        pytest.param("a:\n  b: 1\n‸\n", (), True, id="at the margin"),
        pytest.param("a:\n  - ‸\n", ("a", 0), False, id="behind a dash"),
        pytest.param("a:\n  - b: 1\n    ‸\n", ("a", 0), True, id="inside of an item"),
        pytest.param("a:\n- b: 1\n- c: ‸\n", ("a", 1, "c"), False, id="an item that is not indented"),
        pytest.param("a: {b: 1, ‸}\n", ("a",), True, id="in a flow mapping"),
        pytest.param("a: {b: ‸\nc: 1\n", ("a", "b"), False, id="in a flow mapping that is open"),
        pytest.param("a: [x, ‸]\n", ("a",), False, id="in a flow sequence"),
        pytest.param('a: "x‸\nb: 1\n', ("a",), False, id="in a quote that is open"),
        pytest.param("a:\n  b‸\n", ("a",), True, id="a key without its colon"),
        pytest.param("a: |\n  x\n  ‸y\nb: 1\n", ("a",), False, id="in a block"),
    ],
)
def test_the_cursor_is_somewhere(text: str, path: tuple[str | int, ...], is_key: bool) -> None:
    offset = text.index("‸")
    text = text.replace("‸", "")
    found = Outline(text, 0, len(text)).at(offset)
    assert (found.path, found.is_key) == (path, is_key)


@given(st.text(alphabet="ab:-,?{}[]|>\"'# \n\r\t\\", max_size=60), st.integers(0, 60))
def test_no_text_is_too_broken(text: str, offset: int) -> None:
    outline = Outline(text, 0, len(text))
    spot = outline.at(min(offset, len(text)))
    assert 0 <= spot.start <= spot.end <= len(text)
    assert all(0 <= value.start <= value.end <= len(text) for value in outline.values.values())


@pytest.mark.parametrize("before", ["", "x"], ids=["at once", "in a text"])
@pytest.mark.parametrize("unit", [" ", "a ", "a: ", "- ", "{", "[", "{a: ", "'", '"', "#", "{{ ", "{% set "], ids=repr)
def test_long_lines_take_no_longer_than_their_length(unit: str, before: str) -> None:
    long = before + unit * 30_000
    text = f"---\na: {long}y\nb: {long}y\n{long}y\n---\n# {long}y\n"
    for name in ("a.md", "a.yaml"):
        page = Page(name, text)
        symbols(page)
        for body in page.bodies:
            page.locals(body)
            tag_at(page.text, body.start, body.end, body.end)
