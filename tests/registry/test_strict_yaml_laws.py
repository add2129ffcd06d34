"""Laws of strict YAML over generated documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptreg.errors import InvalidFile
from promptreg.registry.core_schema import typed
from promptreg.registry.strict_yaml import Document, NodePath, parse_yaml
from promptreg.registry.yaml_problems import find_problems
from promptreg.text import Source, TextMap
from tests.registry.yaml_strategies import Written, block_scalars, near_yaml, reference, roots, texts, written


def read(file: Written) -> Document:
    return parse_yaml(file.source, file.start)


def same(left: Any, right: Any) -> bool:
    """Equal in value and type: 1, 1.0 and true are three things."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def paths(value: Any, at: NodePath = ()) -> list[NodePath]:
    """All paths of a value, parents before children."""
    items: Any = []
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [at, *(path for key, item in items for path in paths(item, (*at, key)))]


def assert_map_holds(mapped: TextMap) -> None:
    """Pieces tile the text, and each exact one is in the file."""
    at = 0
    for piece in mapped.pieces:
        assert piece.start == at
        assert piece.end > piece.start
        at = piece.end
        if piece.exact:
            raw = mapped.source.text[piece.file_start : piece.file_end]
            assert raw.replace("\r\n", "\n") == mapped.text[piece.start : piece.end]
            assert "\r\n" not in raw[:-2]
    assert at == len(mapped.text)


@given(st.data(), roots)
@settings(max_examples=300)
def test_a_written_value_is_read_back(data: st.DataObject, value: Any) -> None:
    file = data.draw(written(value))
    assert same(read(file).root, value)
    assert same(reference(file.source.text[file.start :]), value)


@given(near_yaml)
@settings(max_examples=1500)
@example("a: ! b")
@example("a: [! b]")
@example("{! a: b}")
@example("a: Oh ! no")
def test_what_is_accepted_has_no_problem_and_what_is_refused_has_one(text: str) -> None:
    source = Source("a.yaml", text)
    problems = find_problems(source, 0, len(text))
    assert all(problem.path == "a.yaml" and problem.line and problem.column for problem in problems)
    assert all("\n" not in str(problem) for problem in problems)
    if problems:
        with pytest.raises(InvalidFile) as caught:
            parse_yaml(source)
        assert list(caught.value.problems) == problems
        return
    root = parse_yaml(source).root
    if not set("\x85\u2028") & set(text):
        assert same(root, reference(text))


@given(st.data(), roots)
@settings(max_examples=200)
def test_places_are_where_values_and_keys_stand(data: st.DataObject, value: Any) -> None:
    file = data.draw(written(value))
    document, text = read(file), file.source.text
    for path in paths(value):
        place = document.place(path)
        assert file.start <= place.key_start <= place.key_end <= place.start <= place.end <= len(text)
        if path and isinstance(path[-1], str):
            key = text[place.key_start : place.key_end]
            # A block scalar cannot be read without the lines around it.
            assert key[:1] in ("|", ">") or key == path[-1] or reference(key) == path[-1]
        if path:
            parent = document.place(path[:-1])
            assert parent.start <= place.key_start
            assert place.end <= parent.end
        if place.style == "":
            assert same(typed(document.raw_scalar(path)), _at(value, path))
        elif place.style in ("'", '"'):
            assert text[place.start] == text[place.end - 1] == place.style


def _at(value: Any, path: NodePath) -> Any:
    for step in path:
        value = value[step]
    return value


@given(st.data(), texts)
@settings(max_examples=800)
def test_every_letter_of_a_written_text_is_mapped_exactly(data: st.DataObject, text: str) -> None:
    file = data.draw(written({"a": {"b": [text]}}))
    mapped = read(file).text_map(("a", "b", 0))
    assert mapped.text == text
    assert_map_holds(mapped)
    # yaml.dump never writes these as escapes.
    for piece in mapped.pieces:
        assert piece.exact or not set("ab1") & set(text[piece.start : piece.end])


@given(block_scalars)
@settings(max_examples=800)
def test_block_scalars_of_any_shape_are_mapped_line_by_line(text: str) -> None:
    try:
        document = parse_yaml(Source("a.yaml", text))
    except InvalidFile:
        return
    mapped = document.text_map(("k", 0))
    assert_map_holds(mapped)
    for piece in mapped.pieces:
        assert piece.exact or mapped.text[piece.start : piece.end] == " " or not mapped.text.strip()


@pytest.mark.parametrize(
    ("written_as", "pieces"),
    [
        ("plain text", [("plain text", "plain text")]),
        ("two\n  lines", [("two", "two"), (" ", None), ("lines", "lines")]),
        ("two\n\n\n  lines", [("two", "two"), ("\n\n", None), ("lines", "lines")]),
        ("'it''s'", [("it", "it"), ("'", None), ("s", "s")]),
        (
            '"a\\tb\\x41\\u00e9\\U0001F642c"',
            [("a", "a"), *[(c, None) for c in "\t"], ("b", "b"), *[(c, None) for c in "Aé🙂"], ("c", "c")],
        ),
        ('"a \\\n   b"', [("a ", "a "), ("b", "b")]),
        ('"a\\\n\n  b"', [("a", "a"), ("\n", None), ("b", "b")]),
        ("|\n  one\n    two\n\n  three\n", [("one\n", "one\n"), ("  two\n\n", "  two\n\n"), ("three\n", "three\n")]),
        ("|2-\n    one\n  two\n\n", [("  one\n", "  one\n"), ("two", "two")]),
        ("|+ # note\n  one\n\n\n", [("one\n\n\n", "one\n\n\n")]),
        (">\n  one\n  two\n", [("one", "one"), (" ", None), ("two\n", "two\n")]),
        (
            ">-\n  one\n\n  two\n   three\n  four\n",
            [("one", "one"), ("\n", "\n"), ("two\n", "two\n"), (" three\n", " three\n"), ("four", "four")],
        ),
        ("''", []),
        ("|\n", []),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_pieces_of_each_style(written_as: str, pieces: list[tuple[str, str | None]], line_end: str) -> None:
    text = f"k: {written_as}".replace("\n", line_end)
    mapped = parse_yaml(Source("a.yaml", text)).text_map(("k",))
    assert_map_holds(mapped)
    found = []
    for run in mapped.ranges(0, len(mapped.text)):
        raw = text[run.file_start : run.file_end].replace("\r\n", "\n")
        found.append((mapped.text[run.start : run.end], raw if run.exact else None))
    if line_end == "\n":
        assert found == pieces
    else:
        assert "".join(part for part, _ in found) == "".join(part for part, _ in pieces)
        assert {part for part, raw in found if raw is None} == {part for part, raw in pieces if raw is None}
