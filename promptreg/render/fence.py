"""Fences: tags around a part that no value can close early.

A fence is `<NAME>` and `</NAME>` lines. When the fenced text holds the closer in any disguise, both tags get a suffix
made from the text itself, so the same inputs always give the same bytes and ordinary ones give the plain tags.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from functools import lru_cache

__all__ = ["Fence", "fence_for", "folded"]

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Mc", "Zs", "Zl", "Zp"))
_ENTITY_PASSES = 3  # doubly escaped closers are read too; a bound, since nesting could be as deep as the text is long
_BLANK = re.compile(r"[\x00-\x20\x7f]+")


class Fence:
    """The two lines around a part: `opening` ends, and `closing` starts, with a line end."""

    __slots__ = ("closing", "opening", "suffix")

    def __init__(self, name: str, suffix: str = "") -> None:
        tag = f"{name}-{suffix}" if suffix else name
        self.opening = f"<{tag}>\n"
        self.closing = f"\n</{tag}>"
        self.suffix = suffix


@lru_cache(maxsize=256)
def _plain(name: str) -> Fence:
    return Fence(name)


def fence_for(name: str, part: str, text: str) -> Fence:
    """The fence named `name` for the full text of part `part`.

    The suffix is the first 8 hex digits of SHA-256(part id, text, counter), the counter rising until the closer is
    absent from the text.
    """
    if text.isascii() and "<" not in text and "&" not in text:
        return _plain(name)
    seen = folded(text)
    if not _closes(seen, name):
        return _plain(name)
    counter = 0
    while True:
        suffix = hashlib.sha256(f"{part}\0{text}\0{counter}".encode()).hexdigest()[:8]
        if not _closes(seen, f"{name}-{suffix}"):
            return Fence(name, suffix)
        counter += 1


def _closes(seen: str, tag: str) -> bool:
    return f"</{tag}>" in seen


def folded(text: str) -> str:
    """`text` as a reader might see it: entities read, compatibility forms and case folded, blanks and marks removed.

    Covers full-width and mathematical letters (NFKC), case, zero-width and other invisible characters, combining marks,
    blanks inside the tag, look-alike slashes, and closers written as character entities.
    """
    for _ in range(_ENTITY_PASSES):
        if "&" not in text:
            break
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(char for char in text if char < "\x7f" or unicodedata.category(char) not in _HIDDEN)
        text = text.translate(_LOOKALIKES)
    return _BLANK.sub("", text.casefold())


_LOOKALIKES = str.maketrans({
    "\u2044": "/", "\u2215": "/", "\u29f8": "/", "\u27cb": "/", "\u2571": "/",
    "\u2039": "<", "\u203a": ">", "\u2329": "<", "\u232a": ">", "\u27e8": "<", "\u27e9": ">",
    "\u3008": "<", "\u3009": ">",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-",
})  # fmt: skip
