"""Strict YAML by example: what is read, what is refused, and where it says so."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from promptreg.errors import InvalidFile
from promptreg.registry.core_schema import NotJson, typed
from promptreg.registry.strict_yaml import MAX_CHARACTERS, MAX_DEPTH, Document, key_path, parse_yaml
from promptreg.text import Source
from tests.registry.yaml_documents import ACCEPTED, HOSTILE, REFUSED

FIVE_MISTAKES = """\
kind: prompt
summary: a: b
messages:
  - role: system
    parts:
      - use: @x
      - text: {{ x }} more
      - text: "never
      - text: **b**
        when: &late true
"""


def read(text: str) -> Document:
    return parse_yaml(Source("a.yaml", text))


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None),
        ("~", None),
        ("Null", None),
        ("true", True),
        ("FALSE", False),
        ("no", "no"),
        ("on", "on"),
        ("nULL", "nULL"),
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0123", "0123"),
        ("-007", "-007"),
        ("00.5", "00.5"),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        ("1.", 1.0),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1.2.0", "1.2.0"),
        ("2024-01-01", "2024-01-01"),
        ("12:30:45", "12:30:45"),
        ("-", "-"),
        (".", "."),
        ("+", "+"),
        ("1e", "1e"),
        ("٣", "٣"),
        ("1٣", "1٣"),
    ],
)
def test_plain_scalars_have_the_types_of_the_core_schema(written: str, value: object) -> None:
    found = typed(written)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("written", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "-1e999", "9" * 301])
def test_numbers_that_json_cannot_hold_are_refused(written: str) -> None:
    with pytest.raises(NotJson):
        typed(written)


def test_the_longest_integer_is_read_and_printed() -> None:
    assert str(typed("9" * 300)) == "9" * 300


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepts(text: str) -> None:
    assert read(text).root is not None


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_with_place_and_key_path(text: str, expected: list[str]) -> None:
    assert problems(text) == [f"a.yaml:{line}" for line in expected]


@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_refuses_hostile_files(text: str, words: str) -> None:
    found = problems(text)
    assert any(words in problem for problem in found)
    assert len(found) <= 101
    assert all(len(problem) < 400 for problem in found)


def test_mistakes_behind_a_syntax_error_are_reported_in_the_same_run() -> None:
    assert [problem.split(": ")[:2] for problem in problems(FIVE_MISTAKES)] == [
        ["a.yaml:2:11", "summary"],
        ["a.yaml:6:14", "messages[0].parts[0].use"],
        ["a.yaml:7:15", "messages[0].parts[1].text"],
        ["a.yaml:8:15", "messages[0].parts[2].text"],
        ["a.yaml:9:15", "messages[0].parts[3].text"],
        ["a.yaml:10:15", "messages[0].parts[3].when"],
    ]


def test_an_empty_text_has_a_code_of_its_own() -> None:
    for text in ("", "\n", "# only a comment\n", "---\n", "~", "null\n"):
        with pytest.raises(InvalidFile) as caught:
            read(text)
        assert [problem.code for problem in caught.value.problems] == ["empty-file"], text


def test_depth_is_limited_exactly() -> None:
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH).root == json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert "nested more than" in problems("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))[0]


def test_size_is_limited_exactly() -> None:
    assert read("a: " + "x" * (MAX_CHARACTERS - 3)).root
    assert problems("a: " + "x" * (MAX_CHARACTERS - 2)) == [
        "a.yaml:1:1: 1,000,001 characters of YAML; the limit is 1,000,000"
    ]


def test_keys_stay_text() -> None:
    assert read("1: a\n1.10: b\ntrue: c\n~: d\nno: e\n'': f\n'<<': g\n").root == dict(
        zip(["1", "1.10", "true", "~", "no", "", "<<"], "abcdefg", strict=True)
    )


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_old_line_ends_are_ordinary_characters(char: str) -> None:
    text = f"a: |\n  one{char}two\n  three\nb{char}: x{char}y\nc: 'p{char}q'\n"
    document = read(text)
    assert document.root == {"a": f"one{char}two\nthree\n", f"b{char}": f"x{char}y", "c": f"p{char}q"}
    assert all(piece.exact for piece in document.text_map(("a",)).pieces)
    assert document.location((f"b{char}",), key=True).line == 4


def test_old_line_ends_do_not_mix_with_private_characters() -> None:
    text = 'a: "\u2028\ue000\\ue001\\U000E002"\n'.replace("\\U000E002", "\\ue002")
    assert read(text).root == {"a": "\u2028\ue000\ue001\ue002"}


def test_raw_scalars_are_what_the_author_wrote() -> None:
    document = read("version: 1.10\nenum: [1.10, 0x1F, no, true, '1.0', , ]\nempty:\n".replace(", ,", ","))
    assert document.raw_scalar(("version",)) == "1.10"
    assert [document.raw_scalar(("enum", n)) for n in range(5)] == ["1.10", "0x1F", "no", "true", "1.0"]
    assert document.raw_scalar(("empty",)) == ""


def test_places_are_offsets_of_the_file_and_not_of_the_slice() -> None:
    text = "🙂é\r\nkey: é🙂\r\nlist:\r\n- {x: 'y'}\r\nrest"
    start, end = text.index("key"), text.index("rest")
    document = parse_yaml(Source("a.md", text), start, end)
    value = document.place(("key",))
    assert (text[value.start : value.end], text[value.key_start : value.key_end]) == ("é🙂", "key")
    inner = document.place(("list", 0))
    assert text[inner.start : inner.end] == "{x: 'y'}"
    assert document.place(("list",)).end == inner.end
    assert document.location(("list", 0, "x")) == ("a.md", 4, 7)
    assert document.location(("list", 0, "x"), key=True) == ("a.md", 4, 4)
    assert document.location(()) == ("a.md", 2, 1)


def test_a_path_that_is_not_there_is_placed_at_its_parent() -> None:
    document = read("a:\n  b: 1\n")
    assert document.location(("a", "c", 3), key=True) == ("a.yaml", 2, 3)
    with pytest.raises(KeyError):
        document.place(("a", "c"))


def test_only_scalars_have_a_text() -> None:
    with pytest.raises(KeyError):
        read("a: [1]").text_map(("a",))
    with pytest.raises(KeyError):
        read("a: [1]").raw_scalar(("a",))


def test_a_text_that_stands_for_a_number_has_its_place() -> None:
    source = Source("a.yaml", "a: 1.10\nb: 5")
    document = parse_yaml(source)
    assert document.text_map(("a",), text="1.1").pieces == ((0, 3, 3, 7, False),)
    assert document.text_map(("a",)).pieces == ((0, 4, 3, 7, True),)
    assert document.text_map(("b",), text="5").pieces == ((0, 1, 11, 12, True),)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("messages", 0, "parts", 2, "use"), "messages[0].parts[2].use"),
        ((), ""),
        ((0, "a"), "[0].a"),
        (("samples", "small claim", "x.y"), 'samples["small claim"]["x.y"]'),
        (("a-b_c/d", "", 'q"\n'), 'a-b_c/d[""]["q\\"\\n"]'),
    ],
)
def test_key_paths_read_like_code(path: tuple[str | int, ...], text: str) -> None:
    assert key_path(path) == text


def test_reading_a_module_does_not_import_yaml() -> None:
    code = (
        "import sys, promptreg.registry.strict_yaml, promptreg.registry.frontmatter;"
        "print(sorted({'yaml', 'dataclasses', 'inspect', 'difflib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


_WITHOUT_C = """
import json, sys
sys.modules["yaml._yaml"] = None
from promptreg.errors import InvalidFile
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source
import yaml
assert not yaml.__with_libyaml__
answers = []
for text in json.load(sys.stdin):
    try:
        document = parse_yaml(Source("a.yaml", text))
        answers.append([document.root, [document.place((key,)) for key in document.root]])
    except InvalidFile as error:
        answers.append(sorted({problem.line for problem in error.problems}))
json.dump(answers, sys.stdout)
"""


def test_the_pure_parser_gives_the_same_answers() -> None:
    texts = [*ACCEPTED.values(), *(text for text, _ in REFUSED.values()), FIVE_MISTAKES]
    run = subprocess.run(
        [sys.executable, "-c", _WITHOUT_C], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    for text, answer in zip(texts, json.loads(run.stdout), strict=True):
        assert answer == json.loads(json.dumps(_answer(text))), text


def _answer(text: str) -> list[Any]:
    try:
        document = read(text)
    except InvalidFile as error:
        return sorted({problem.line for problem in error.problems if problem.line})
    root: Any = document.root
    return [root, [document.place((key,)) for key in root]]
