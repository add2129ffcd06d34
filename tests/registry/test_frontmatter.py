"""Where front matter begins and ends, and that its places are places of the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import InvalidFile
from promptreg.registry.frontmatter import FrontMatter, split
from promptreg.text import Source


def parts(text: str) -> FrontMatter:
    return split(Source("a.md", text))


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        parts(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_the_body_begins_after_the_first_closing_line_and_may_hold_others(line_end: str) -> None:
    text = "---  \nkind: rule # 🙂\n--- \n\nBody\n---\nmore\n---\n".replace("\n", line_end)
    document, body = parts(text)
    assert document is not None
    assert document.root == {"kind": "rule"}
    assert document.location(("kind",)) == ("a.md", 2, 7)
    assert body.text == "\nBody\n---\nmore\n---\n"
    assert body.location(body.text.index("Body")) == ("a.md", 5, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Body only\n",
        "",
        "\n---\nkind: rule\n---\n",
        " ---\nkind: rule\n---\n",
        "----\nkind: rule\n----\n",
        "--- # note\nkind: rule\n---\n",
        "---kind: rule\n---\n",
        "Body\n---\nkind: rule\n---\n",
    ],
)
def test_without_the_delimiter_on_line_1_all_is_body(text: str) -> None:
    document, body = parts(text)
    assert document is None
    assert body.text == text


@pytest.mark.parametrize("closing", ["---", "---\n", "---  "])
def test_a_body_may_be_empty(closing: str) -> None:
    document, body = parts(f"---\na: 1\n{closing}")
    assert document is not None
    assert (body.text, body.pieces) == ("", ())


def test_only_a_line_of_its_own_closes() -> None:
    document, body = parts("---\na: |\n  ---\nb: --- x\n---\n\t---\n")
    assert document is not None
    assert document.root == {"a": "---\n", "b": "--- x"}
    assert body.text == "\t---\n"


@pytest.mark.parametrize("text", ["---\n", "---", "---\na: 1\n", "---\na: 1\n ---\n", "---\na: 1\n----\n"])
def test_front_matter_that_never_closes_is_refused(text: str) -> None:
    assert problems(text) == ['a.md:1:1: the front matter opened here is never closed by a line "---"']


def test_empty_front_matter_has_a_code_of_its_own() -> None:
    with pytest.raises(InvalidFile) as caught:
        parts("---\n# nothing\n---\nBody\n")
    assert [problem.code for problem in caught.value.problems] == ["empty-file"]


def test_problems_of_both_halves_are_listed_with_lines_of_the_file() -> None:
    assert problems("\ufeff---\na: 1\rb: 2\na: 3\nc: {{ x }}\n---\nBody\rmore\r\nend\r") == [
        "a.md:1:1: a byte order mark (U+FEFF); save the file as UTF-8 without one",
        "a.md:2:5: a lone carriage return; lines end with LF or CR LF",
        'a.md:3:1: a: duplicate key "a", first written on line 2',
        'a.md:4:4: c: YAML reads "{{" as a mapping; quote the value: "{{ … }}"',
        "a.md:6:5: a lone carriage return; lines end with LF or CR LF",
        "a.md:7:4: a lone carriage return; lines end with LF or CR LF",
    ]


def test_a_file_without_front_matter_is_held_to_the_same_line_ends() -> None:
    assert problems("\ufeffBody\rmore\x0cand more") == [
        "a.md:1:1: a byte order mark (U+FEFF); save the file as UTF-8 without one",
        "a.md:1:6: a lone carriage return; lines end with LF or CR LF",
    ]


@given(
    st.lists(st.sampled_from(["a: 1", "b: '🙂'", "# x", ""]), max_size=3, unique=True), st.text("a-\n 🙂", max_size=30)
)
def test_any_body_comes_back_with_its_place(lines: list[str], body: str) -> None:
    head = "".join(f"{line}\n" for line in ["---", "k: v", *lines, "---"])
    document, mapped = parts(head + body)
    assert document is not None
    assert mapped.text == body
    assert mapped.span(0, len(body)) == ((len(head), len(head) + len(body)) if body else (0, 0))
