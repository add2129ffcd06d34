"""Files beside the registry's own: samples as JSON or YAML, read strictly and never from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import InvalidFile
from promptreg.model.inputs import InputSpec
from promptreg.registry.side_file import read_inputs_file
from promptreg.registry.strict_json import parse_json
from promptreg.text import Location, Source
from tests.model.json_strategies import values
from tests.registry.folders import fill, load

INPUTS = {
    "a": InputSpec("a", "string", {"type": "string"}),
    "tags": InputSpec("tags", "array", {"type": "array", "items": {"type": "string"}}),
    "n": InputSpec("n", "number", {"type": "number"}),
}


def said(text: str, path: str = "s.json") -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read_inputs_file(Source(path, text), INPUTS)
    return [str(problem) for problem in caught.value.problems]


@given(values, st.sampled_from([None, 1]), st.booleans())
def test_json_without_faults_is_what_python_reads(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parse_json(Source("s.json", text)) == value


tokens = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"a"', '"a":', '"b": ', "1", "NaN", "-Infinity", "null", " ", "\n", '"\\u0061"']
)


def is_strict_json(text: str) -> bool:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(pairs) if len(dict(pairs)) == len(pairs) else int("twice")  # type: ignore[return-value]

    try:
        json.loads(text, parse_constant=int, object_pairs_hook=unique)
    except ValueError:
        return False
    return True


@given(st.lists(tokens, max_size=12).map("".join))
def test_any_text_is_read_or_refused_with_places(text: str) -> None:
    places = []
    try:
        parse_json(Source("s.json", text))
    except InvalidFile as error:
        places = [(problem.line, problem.column) for problem in error.problems]
    assert bool(places) != is_strict_json(text)
    assert all(line and column for line, column in places)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}',
         ["s.json:2:1: unresolved merge conflict between HEAD and b, up to line 6"]),
        ('{"a": }', ["s.json:1:7: is not JSON: expecting value"]),
        ('{"a": 1,}', ["s.json:1:9: is not JSON: expecting property name enclosed in double quotes"]),
        ("{'a': 1}", ["s.json:1:2: is not JSON: expecting property name enclosed in double quotes"]),
        ('{"a": 1} x', ["s.json:1:10: is not JSON: extra data"]),
        ("[1]", ["s.json:1:1: must hold a mapping of inputs"]),
        ('"a"', ["s.json:1:1: must hold a mapping of inputs"]),
        ('{"a": 1,\n "b": {"a": 2, "c": [{"a": 1}, {"a": 1}]},\n "a": 3}', ['s.json:3:2: duplicate key "a"']),
        ('{"x": "{\\"a\\": 1, \\"a\\"", "a": NaN,\r\n "a": -Infinity}',
         ["s.json:1:32: NaN is not JSON", 's.json:2:2: duplicate key "a"', "s.json:2:7: -Infinity is not JSON"]),
        ('{"a":' + "[" * 5_000 + "]" * 5_000 + "}", ["s.json:1:69: is nested deeper than 64 levels"]),
        ('{"a":\n' + "9" * 4_301 + "}", ["s.json:2:1: holds a number of 4,301 digits"]),
    ],
    ids=["merge conflict", "no value", "trailing comma", "single quotes", "more after it", "list", "text", "duplicate",
         "three faults", "depth", "digits"],
)  # fmt: skip
def test_bad_json_is_told_with_every_place(text: str, lines: list[str]) -> None:
    assert said(text) == lines


def test_many_equal_keys_are_told_in_no_time() -> None:
    text = "{" + ", ".join(f'"k{number}": 1' for number in range(50_000)) + ', "k49999": 2}'
    assert len(said(text)) == 1


def test_yaml_keeps_what_the_author_wrote_where_a_string_is_declared() -> None:
    source = Source("s.yaml", "a: 1.10\ntags: [1.10, no]\nn: 1.10\nother: 1.10\n")
    assert read_inputs_file(source, INPUTS) == {"a": "1.10", "tags": ["1.10", "no"], "n": 1.1, "other": 1.1}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- a\n", "s.yaml:1:1: must hold a mapping of inputs"),
        ("a: &x 1\n", 's.yaml:1:4: a: "&x" is an anchor'),
        ("a: 1\na: 2\n", 's.yaml:2:1: a: duplicate key "a", first written on line 1'),
    ],
)
def test_bad_yaml_is_told_with_its_place(text: str, line: str) -> None:
    (found,) = said(text, "s.yaml")
    assert found.startswith(line)


# -- where side files may be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../secret.json", "secret.json leaves the registry"),
        ("/etc/hostname", "leaves the registry"),
        ("x/../../secret.json", "secret.json leaves the registry"),
        ("out.json", "prompts/out.json leaves the registry"),
        ("folder-out/secret.json", "prompts/folder-out/secret.json leaves the registry"),
        ("loop.json", "prompts/loop.json cannot be read: "),
        ("gone.json", "prompts/gone.json cannot be read: no such file or directory"),
        ("x", "prompts/x is not a regular file"),
        (".", "leaves the registry"),
        ("large.json", "prompts/large.json is larger than 20,000,000 bytes"),
    ],
)
def test_a_side_file_outside_or_unreadable_is_told_at_the_ref(tmp_path: Path, name: str, reason: str) -> None:
    registry = fill(tmp_path, {"x/a.json": "{}"})
    (tmp_path / "secret.json").write_text("{}")
    (registry / "out.json").symlink_to("../secret.json")
    (registry / "folder-out").symlink_to("..")
    (registry / "loop.json").symlink_to("loop.json")
    with (registry / "large.json").open("wb") as stream:
        stream.truncate(20_000_001)
    with pytest.raises(InvalidFile) as caught:
        load(tmp_path).side_file(name, lambda: Location("prompts/p.yaml", 3, 9))
    assert str(caught.value).startswith("prompts/p.yaml:3:9: ")
    assert reason in str(caught.value)


def test_links_inside_the_registry_lead_to_side_files(tmp_path: Path) -> None:
    registry = fill(tmp_path, {"x/a.json": '{"a": 1}', ".versions/b.json": "{}"})
    (registry / "in.json").symlink_to("x/a.json")
    store = load(tmp_path)
    assert store.side_file("in.json").text == '{"a": 1}'
    assert store.side_file("in.json").path == "prompts/in.json"
    assert store.side_file(".versions/b.json").text == "{}"


def test_a_fault_inside_a_side_file_keeps_its_own_place(tmp_path: Path) -> None:
    fill(tmp_path, {"a.json": b'{\n"\xff"}'})
    with pytest.raises(InvalidFile) as caught:
        load(tmp_path).side_file("a.json", lambda: Location("prompts/p.yaml", 3, 9))
    assert str(caught.value) == "prompts/a.json:2:2: is not UTF-8 (byte 0xff): save it as UTF-8"
