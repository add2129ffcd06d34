"""One form for texts that differ by case, of the same length, so that offsets stay what they are."""

from __future__ import annotations

__all__ = ["fold"]


def fold(text: str) -> str:
    """The text without differences of case, character by character; every other sign of an apostrophe becomes `'`.

    Two characters that `re.IGNORECASE` takes for each other have the same form if one of them is an ASCII letter.
    """
    if text.isascii():
        return text.lower()
    # The first three are equal to i and s for `re`; the dotted I would become two characters.
    text = text.replace("İ", "i").replace("ı", "i").replace("ſ", "s").replace("’", "'").replace("ʼ", "'")
    return text.lower().replace("ς", "σ")
