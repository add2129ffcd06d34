"""Short texts on which tokenizers stumble: every script, odd white space, contractions, halves of surrogates."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import strategies as st

from tests.tokens.multiscript import text

__all__ = ["ODD", "gnarled", "gnarls"]

ODD = (
    *("a", "A", "z", "Q", "é", "ß", "Ǆ", "ʰ", "中", "あ", "ー", "한", "й", "ا", "ك", "ก", "ñ", "Σ"),
    *("\u0301", "\u20dd", "\u0489", "0", "9", "123", "²", "Ⅷ", "１", "٣", "½"),
    *("'", "’", "s", "t", "ll", "'S", "'LL", "ſ", "'ſ", "K", "'", "'t"),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\n\n", "\v", "\f", "\u00a0", "\u2003", "\u3000", "\u0085", "\u2028"),
    *("\u1680", "\u180e", "/", "//", "\n/", "!\n/", "_", "-", ".", "!", "{", "}", "(", ")", "[", '"', "`", "#"),
    *(
        "*",
        "=",
        "<|",
        "|>",
        "<|endoftext|>",
        "。",
        "、",
        "「",
        "」",
        "！",
        "，",
        "…",
        "—",
        "«",
        "·",
        "ª",
        "º",
        "µ",
        "×",
    ),
    *("🙂", "👩\u200d🚀", "🏽", "\ufeff", "\u200b", "\u200d", "\x00", "\x1c", "\x1f", "\x7f", "\ue000"),
    *("𝔘", "𝟚", "𞤀", "ᾳ", "İ", "ŉ", "𠀀", "\ud83d", "\ude00", "\ud800", "\udfff"),
)
"""Characters and short strings, one for each way a pattern can take them."""

gnarled = st.lists(
    st.one_of(
        st.sampled_from(ODD), st.text(st.characters(), max_size=3), st.sampled_from(["word", " the", "Zug", "12"])
    ),
    max_size=14,
).map("".join)
"""A hypothesis strategy for such texts."""


def gnarls(seed: random.Random) -> str:
    """Such a text, or a piece of a generated text in some language with an oddity put in."""
    if seed.random() < 0.6:
        return "".join(seed.choice(ODD) * seed.choice((1, 1, 1, 2, 3)) for _ in range(seed.randrange(24)))
    found = seed.choice(_pool())
    start = seed.randrange(len(found))
    found = found[start : start + seed.randrange(300)]
    at = seed.randrange(len(found) + 1)
    return found[:at] + seed.choice(ODD) + found[at:]


@cache
def _pool() -> tuple[str, ...]:
    seed = random.Random(7)
    return tuple(text(seed) for _ in range(200))
