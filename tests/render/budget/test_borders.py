"""Where texts are cut: between words, never inside of what a reader sees as one character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.borders import Borders, Gap
from promptreg.render.budget.clusters import is_cluster_border
from promptreg.render.budget.sentences import ends_sentence, sentence_after, sentence_before
from tests.render.budget.ladders import gaps
from tests.tokens.torture import ODD, gnarled

CLUSTERS = (
    *(
        "e\u0301",
        "👩\u200d🚀",
        "👍🏽",
        "🇩🇪",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "각",
        "\u1112\u1161\u11ab",
        "क्ष",
        "நி",
    ),
    *("กำ", "葛\U000e0100", "🏴\U000e0067\U000e0062\U000e007f", "\r\n", "\u0600١", "\ud83d\ude00", "が\u3099"),
)
odd = st.lists(st.sampled_from([*CLUSTERS, *ODD, "word", " ", "日本", "x" * 70, "語" * 9]), max_size=12).map("".join)
texts = st.one_of(odd, gnarled, st.text(), st.text(alphabet="ab \n\r\t語あカ。「」\u0301", max_size=200))


def words(text: str) -> list[str]:
    """What is left between the gaps."""
    found, here = [], 0
    for gap in gaps(text):
        found.append(text[here : gap.end])
        here = gap.start
    return [*found, text[here:]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("one two\tthree", ["one", "two", "three"], id="blanks"),
        pytest.param("one\r\n\r\ntwo", ["one", "two"], id="no line end is cut in two"),
        pytest.param("a:\n    - b", ["a:", "    -", "b"], id="a line keeps its indent"),
        pytest.param("  one two \n", ["  one", "two \n"], id="blanks at the ends are no gaps"),
        pytest.param("5\u00a0EUR now", ["5\u00a0EUR", "now"], id="a no-break blank is none"),
        pytest.param("日本語です。", ["日", "本", "語", "で", "す。"], id="stops stay with their word"),
        pytest.param("彼は「はい」と", ["彼", "は", "「は", "い」", "と"], id="brackets stay with what they enclose"),
        pytest.param("東京タワーへ", ["東", "京", "タワー", "へ"], id="a foreign word is not cut"),
        pytest.param("ちょっと待って", ["ちょっ", "と", "待っ", "て"], id="small letters do not start a line"),
        pytest.param("用API吧", ["用", "API", "吧"], id="words between ideographs"),
        pytest.param("葛\U000e0100城", ["葛\U000e0100", "城"], id="a variant of an ideograph is one character"),
        pytest.param("안녕하세요 고객님", ["안녕하세요", "고객님"], id="Korean has blanks"),
        pytest.param("a \u0301b", ["a \u0301b"], id="a mark on a blank belongs to it"),
        pytest.param("a  \u0301b", ["a", " \u0301b"], id="a mark on the last of several blanks"),
        pytest.param("https://example.org/" + "x" * 40, ["https://example.org/" + "x" * 40], id="an address is whole"),
    ],
)
def test_gaps_are_between_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_long_stretch_is_cut_between_any_two_characters() -> None:
    assert words("see " + "x" * 65) == ["see", *"x" * 65]
    assert words("é" * 64) == ["é" * 64]
    assert words("é" * 65) == ["é"] * 65
    assert words("x" * 65 + " y") == [*"x" * 65, "y"]
    assert words("a\n" + " " * 90 + "b") == ["a", " " * 90 + "b"]
    assert words("👩\u200d🚀" * 30 + " e\u0301") == ["👩\u200d🚀"] * 30 + ["e\u0301"]


def characters() -> Iterator[str]:
    """All assigned characters but ideographs, syllables of Hangul but the first few, and private ones."""
    blocks = [
        (0x20, 0x3400),
        (0xA000, 0xAC20),
        (0xD7B0, 0xD800),
        (0xF900, 0x17000),
        (0x1B000, 0x20000),
        (0xE0000, 0xE0200),
    ]
    for low, high in blocks:
        yield from (char for char in map(chr, range(low, high)) if unicodedata.category(char) != "Cn")


def test_every_character_clings_to_those_that_it_belongs_to() -> None:
    """Against the clusters that another library finds; more is kept together only around a few joining characters."""
    clusters = regex.compile(r"\X")
    joining = "\u200d\u1cf5\u1cf6\U00011a3a"
    for char in characters():
        for text in (
            f"x{char}",
            f"{char}x",
            f"가{char}",
            f"{char}가",
            f"각{char}",
            f"ᄀ{char}",
            f"{char}क",
            f"😀{char}",
        ):
            is_one = len(clusters.findall(text)) == 1
            assert not (is_one and is_cluster_border(text, 1)), text
            if char not in joining and unicodedata.category(char)[0] != "M":
                assert is_one or is_cluster_border(text, 1), text


@given(texts)
def test_no_cluster_is_cut(text: str) -> None:
    """Against the clusters that another library finds."""
    whole = {match.end() for match in regex.finditer(r"\X", text)} | {0}
    for gap in gaps(text):
        assert set(gap) <= whole


@given(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=5))
def test_no_cluster_is_cut_wherever_it_stands(clusters: list[str]) -> None:
    text = "x" * 70
    inside: set[int] = set()
    for cluster in clusters:
        inside |= set(range(len(text) + 1, len(text) + len(cluster)))
        text += cluster
    found = {edge for gap in gaps(text + "y" * 70) for edge in gap}
    assert not found & inside
    assert found >= {70, len(text)}


def test_flags_are_cut_between_two_of_them() -> None:
    assert words("🇩🇪🇫🇷🇮🇹" * 12)[:4] == ["🇩🇪", "🇫🇷", "🇮🇹", "🇩🇪"]


def test_endless_row_of_flags_is_cut_at_its_start_only() -> None:
    found = words("x " + "🇩🇪" * 200)
    assert found[1:32] == ["🇩🇪"] * 31
    assert found[32:] == ["🇩🇪" * 169]


@given(texts, st.integers(1, 90))
def test_gaps_do_not_depend_on_how_the_text_is_read(text: str, block: int) -> None:
    borders, found = Borders(text, block), gaps(text)
    assert found == sorted(set(found))
    for gap, after in pairwise(found):
        assert gap.start <= after.end
        assert gap.end < after.end
        assert gap.start < after.start
    for at in range(-1, len(text) + 2):
        assert borders.last_end(at) == max((gap for gap in found if gap.end <= at), default=None)
        assert borders.next_end(at) == min((gap for gap in found if gap.end > at), default=None)
        assert borders.first_start(at) == min((gap for gap in found if gap.start >= at), default=None)
        assert borders.last_start(at) == max((gap for gap in found if gap.start < at), default=None)


@given(texts)
def test_gap_is_white_and_its_edges_are_not(text: str) -> None:
    for end, start in gaps(text):
        assert 0 < end <= start < len(text)
        assert not text[end:start].strip(
            " \t\n\r\v\f\x85\u1680\u2028\u2029\u205f\u3000\u200b" + "".join(map(chr, range(0x2000, 0x200B)))
        )
        assert text[end - 1] not in " \n\r"
        assert text[start] not in "\n\r"


@given(texts, st.sampled_from([0, 90, 700]), st.sampled_from([0, 90, 700]), st.data())
def test_lines_and_sentences_are_found_where_they_are(text: str, before: int, after: int, data: st.DataObject) -> None:
    text = "or " * before + text + " or" * after
    borders, found = Borders(text), gaps(text)
    lines = [gap for gap in found if set(text[gap.end : gap.start]) & set("\n\r\x85\u2028\u2029")]
    sentences = [gap for gap in found if ends_sentence(borders, gap)]
    assert [gap for gap in found if borders.is_line(gap)] == lines
    edges = [0, len(text)] + [edge + more for gap in lines + sentences for edge in gap for more in (-1, 0, 1)]
    low, high = data.draw(st.sampled_from(edges)), data.draw(st.sampled_from(edges))
    for listed, last, first in (
        (lines, borders.line_before(low, high), borders.line_after(low, high)),
        (sentences, sentence_before(borders, low, high), sentence_after(borders, low, high)),
    ):
        assert last == max((gap for gap in listed if low < gap.end <= high), default=None)
        assert first == min((gap for gap in listed if low <= gap.start < high), default=None)


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("It was lost.| Why?| Really!| Yes", id="stops"),
        pytest.param("Dear Mr. Smith and Dr. Who, i.e. you.| Well", id="abbreviations"),
        pytest.param("See No. 5 and p. 7.| I said no.| Then", id="abbreviations before numbers only"),
        pytest.param("The U.S. market, e.g. cars, J. Doe etc. and so on.| End", id="letters with stops"),
        pytest.param("d. h. z.B. das, bzw. jenes.| Ende", id="German abbreviations"),
        pytest.param('He said "Stop!"| Then (and so on.)| Then', id="closing quotes and brackets"),
        pytest.param('"Why?" he asked.| She left', id="a small letter goes on"),
        pytest.param("Wait... what?| Well, etc...| Then", id="dots"),
        pytest.param("Why?!?!| No........| Now......... Then", id="eight stops at most"),
        pytest.param("It costs 3.50 EUR. v2.0.1 of example.org is out.| Now", id="numbers and names"),
        pytest.param("1. First\n2. Second.|\n10. Tenth", id="numbers of lists"),
        pytest.param("Use `a. B` here.| Then", id="code"),
        pytest.param("**Done.**| Next", id="emphasis"),
        pytest.param("これは本です。|はい！|「そうです。」|次", id="Japanese"),
        pytest.param("「はい。」と言った。|次", id="a quotation that goes on"),
        pytest.param("这是书。|你好吗？|好", id="Chinese"),
        pytest.param("यह किताब है।| वह", id="danda"),
        pytest.param("أين طلبي؟| شكرا", id="Arabic question mark"),
        pytest.param("¿Dónde está?| Gracias.| Sr. Pérez", id="Spanish"),
    ],
)
def test_sentences_end(marked: str) -> None:
    text = marked.replace("|", "")
    ends = {at - number for number, at in enumerate(at for at, char in enumerate(marked) if char == "|")}
    borders = Borders(text)
    assert {gap.end for gap in gaps(text) if ends_sentence(borders, gap)} == ends


def test_end_of_a_sentence_needs_a_gap() -> None:
    assert not ends_sentence(Borders("One. Two"), Gap(2, 2))
