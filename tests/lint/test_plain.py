"""Laws of masked texts: every offset stays, and only what a model reads as prose is left."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptreg.lint.plain import CODE, examples_in, plain_of, sentence_at, unfenced_of, without
from promptreg.markdown.blocks import read_blocks

PIECES = st.sampled_from(
    ["`", "``", "```", "~~~", "\n", "\n\n", "    ", "- ", "<b>", "</b>", "<!--", "-->", "## Example\n", "word. ", "a",
     "User: ", "<example>", "</example>", '"', "1. ", "é", "\r"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@given(TEXTS)
def test_masked_characters_are_code_and_all_others_stay(text: str) -> None:
    blocks = read_blocks(text)
    plain = plain_of(text, blocks)
    for masked in (plain, unfenced_of(text, blocks), without(plain, examples_in(text))):
        assert len(masked) == len(text)
        assert all(new in (old, CODE) for old, new in zip(text, masked, strict=True))
        assert masked.count("\n") == text.count("\n")


@given(TEXTS, st.data())
def test_a_sentence_holds_its_place_and_is_short(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    begin, stop = sentence_at(text, start, end)
    assert 0 <= begin <= start <= end <= stop <= len(text)
    assert start - begin <= 300
    assert stop - end <= 300


def test_code_tags_and_examples_are_masked() -> None:
    text = "Say `x` to <b>all</b>.\n\n```\ncode\n```\n\n## Example 1\n\nshown\n\n## Rules\n\nkept\n"
    blocks = read_blocks(text)
    plain = without(plain_of(text, blocks), examples_in(text))
    assert plain.replace(CODE, "").split() == ["Say", "to", "all.", "##", "Rules", "kept"]


def test_a_sentence_ends_at_stops_list_items_and_blank_lines() -> None:
    text = "One. Two is\nhere! Three\n- four\n\nfive"
    words = {}
    for word in ("One", "Two", "Three", "four", "five"):
        at = text.index(word)
        words[word] = text[slice(*sentence_at(text, at, at + len(word)))].strip()
    assert words == {"One": "One.", "Two": "Two is\nhere!", "Three": "Three", "four": "- four", "five": "five"}
