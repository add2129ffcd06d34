"""What a text contributes to the token count of any text it becomes a part of.

Tokenizers of the byte-pair family first cut a text with a pattern and never merge across a cut. At a *hard boundary*
the pattern cuts whatever stands around it, so a text is summed up by what lies before its first inner hard boundary
(head), the exact count between the first and the last (core), and what lies after the last (tail). Summaries join:
only the tail of one and the head of the next are counted again.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["EMPTY", "Summary"]


class Summary(NamedTuple):
    """A text as its neighbours see it; `tokens` is the count of the text alone.

    A text without an inner hard boundary is `soft`: `head` and `tail` are then the whole text and `core` is 0. The
    empty text is soft. `Summary(n, "", "", n, False)` stands for something that never merges with its surroundings.
    """

    tokens: int
    head: str
    tail: str
    core: int
    soft: bool


EMPTY = Summary(0, "", "", 0, True)
