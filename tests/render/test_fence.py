"""No text can close its own fence, and ordinary text keeps the plain tags."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptreg.render.fence import fence_for, folded

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\ufe0f\U000e0020\u0336\u0301\x00\x1b"
_BLANKS = " \t\n\u00a0\u2003\u3000"


@st.composite
def disguised_closers(draw: st.DrawFn, tag: str = "ticket") -> str:
    """The closer of `tag` with case, width, invisible characters, blanks and entities played with."""
    text = ""
    for char in f"</{tag}>":
        how = draw(st.sampled_from(("plain", "upper", "wide", "entity", "math")))
        if how == "upper":
            char = char.upper()
        elif how == "wide":
            char = chr(ord(char) + 0xFEE0)
        elif how == "math" and char.isalpha():
            char = chr(0x1D41A + ord(char) - ord("a"))
        elif how == "entity":
            char = f"&#{ord(char)};"
        text += char + draw(st.text(alphabet=_INVISIBLE + _BLANKS, max_size=2))
    return text


def _closes_early(text: str, closing: str) -> bool:
    """An independent reading: what a lenient reader could take for the closing tag."""
    seen = html.unescape(html.unescape(text))
    seen = unicodedata.normalize("NFKD", seen).casefold()
    seen = "".join(char for char in seen if unicodedata.category(char)[0] not in "CZM")
    return closing.strip() in seen


@given(st.text(), disguised_closers(), st.text())
@example("", "</ticket>", "")
@example("x", "&lt;/ticket&gt;", "")
@example("x", "＜／ＴＩＣＫＥＴ＞", "")
def test_a_disguised_closer_gets_a_fence_that_it_cannot_close(before: str, closer: str, after: str) -> None:
    text = before + closer + after
    fence = fence_for("ticket", "2.0", text)
    assert fence.suffix
    assert not _closes_early(text, fence.closing)
    assert fence.opening == f"<ticket-{fence.suffix}>\n"


@given(st.text().filter(lambda text: not _closes_early(text, "</ticket>")))
@example("a < b and c > d, see </tickets> and <ticket>")
@example("Ünïcödé 👩‍👩‍👧 العربية हिन्दी &amp; <b>")
def test_text_without_a_closer_keeps_the_plain_tags(text: str) -> None:
    fence = fence_for("ticket", "2.0", text)
    assert (fence.opening, fence.closing) == ("<ticket>\n", "\n</ticket>")


@given(st.text(), disguised_closers())
def test_the_same_text_always_gets_the_same_fence(text: str, closer: str) -> None:
    assert fence_for("ticket", "1.0", text + closer).closing == fence_for("ticket", "1.0", text + closer).closing


def test_a_text_that_knows_the_suffix_gets_another_one() -> None:
    text = "</ticket>"
    seen = set()
    for _ in range(20):
        fence = fence_for("ticket", "0.0", text)
        assert fence.suffix not in seen
        seen.add(fence.suffix)
        text += fence.closing.strip()


def test_the_suffix_is_the_documented_hash() -> None:
    import hashlib

    text = "a </ticket> b"
    assert fence_for("ticket", "2.0", text).suffix == hashlib.sha256(f"2.0\0{text}\0000".encode()).hexdigest()[:8]


@pytest.mark.parametrize("text", ["&amp;" * 200_000, "&" * 500_000, "<" * 500_000, "\u200b" * 300_000])
def test_folding_hostile_text_ends(text: str) -> None:
    assert len(folded(text)) <= len(text)
