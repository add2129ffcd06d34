"""Where the tokenizers of the tiktoken family cut a text whatever stands around it.

Byte-pair tokenizers first cut a text into pieces with a pattern, and merge inside of pieces only. A place in a text
is a *hard boundary* when for every text it may become a part of, the tokens of the whole are the tokens up to the
place and the tokens from there on, each as if it stood alone. Two things have to be shown for that:

1. No piece of any text contains the characters on both sides of the place. So the pieces are cut there. What
   follows is cut as if it stood alone, because the patterns look only forward.
2. What stands before is cut as if it stood alone. The patterns look beyond a piece only after white space (`$` and
   `(?!\\S)`), so this holds when the last character before the place is not white; and where 1. holds because the
   two characters can never be neighbours in any alternative, not even a match that fails later gets across.

The patterns (cl100k_base; then o200k_base, which o200k_harmony shares), L, M and N for letters, marks and numbers:

    '(?i:[sdmt]|ll|ve|re) | [^\\r\\n L N]?+ L++ | N{1,3}+ |  ?[^\\s L N]++[\\r\\n]*+
        | \\s++$ | \\s*[\\r\\n] | \\s+(?!\\S) | \\s
    [^\\r\\n L N]?[L M]+(?i:'s|'t|'re|'ve|'m|'ll|'d)? (in two forms) | N{1,3} |  ?[^\\s L N]+[\\r\\n/]* | \\s*[\\r\\n]+
        | \\s+(?!\\S) | \\s+

Hard, by what stands left and right of the place:

- *line end, then neither white nor "/"*. A line end comes in pieces of white space only, and at the end of those that
  begin with marks of punctuation, where nothing but line ends (o200k: and "/") may follow. The text before ends in
  white space here: it ends in a line end, so that `\\s*[\\r\\n]` takes just the run that `\\s++$` takes at the end.
- *not white, then a blank*. A blank starts a piece or stands in a piece of white space, in every alternative.
- *letter, then a character that is no letter, no mark and no apostrophe*. After a letter go on only letters, in
  o200k also marks and the apostrophe of a contraction.
- *digit, then no number*, and *neither white nor a number, then a digit*: a number shares a piece with numbers only.
- *two marks of punctuation, then a letter*, the first of them not "/" or both "/". A letter goes on only after a
  letter, a mark, an apostrophe that starts the piece, or one character that starts the piece. The first mark of
  punctuation is not followed by a letter, so it stands in a piece of the fourth kind, and that takes the second as
  well; hence the second starts no piece. ("/" may also stand in the line ends of an o200k piece, which take only "/".)

Characters that a later Unicode version might move are left out: a letter is one of the alphabets below.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["PatternSeams", "seams_of"]

_LETTER = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0391-\u03a1\u03a3-\u03c9\u0400-\u0481\u05d0-\u05ea\u0621-\u063a"
    "\u0641-\u064a\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fa5\uac00-\ud7a3"
)
_ASCII_MARK = "!-/:-@\\[-`{-~"
_WIDE_MARK = (
    "\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2010-\u2027\u2030-\u205e"
    "\u3001-\u3003\u3008-\u3011\u3014-\u301b\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_BLANK = "\t \u00a0\u3000"

_HARD = (
    rf"(?<=[\r\n])(?=[^\s/])"
    rf"|(?<=\S)(?=[{_BLANK}])"
    rf"|(?<=[{_LETTER}])(?=[\r\n!-&(-@\[-`{{-~{_WIDE_MARK}])"
    rf"|(?<=[0-9])(?=[\r\n{_ASCII_MARK}{_LETTER}{_WIDE_MARK}])"
    rf"|(?<=[{_ASCII_MARK}{_WIDE_MARK}])(?=[0-9])"
    rf"|(?:(?<=[!-.:-@\[-`{{-~{_WIDE_MARK}][{_ASCII_MARK}{_WIDE_MARK}])|(?<=//))(?=[{_LETTER}])"
)
"""Width zero, and the same few steps at every place: a search is linear whatever the text holds."""

_PROVEN = ("cl100k_base", "o200k_base", "o200k_harmony")


class PatternSeams:
    """The hard boundaries that a pattern of width zero finds; it looks at no more than `reach` characters on the left
    and one on the right."""

    __slots__ = ("_first", "_last", "id", "reach")

    def __init__(self, id: str, pattern: str, reach: int) -> None:
        self.id = id
        self.reach = reach
        self._first = re.compile(pattern)
        self._last = re.compile(f"(?s:.*)(?:{pattern})")

    def first(self, text: str) -> int | None:
        """The first hard boundary inside of the text, None when there is none; reads no further than that."""
        found = self._first.search(text, 1)
        return found.start() if found else None

    def last(self, text: str) -> int | None:
        """The last hard boundary inside of the text; steps back from its end."""
        found = self._last.match(text, 1)
        return found.end() if found else None

    def cuts(self, left: str, right: str) -> bool:
        """Whether there is a hard boundary where `left` ends and `right` begins; neither is empty."""
        left = left[-self.reach :]
        return self._first.match(left + right[0], len(left)) is not None


def seams_of(encoding: str) -> PatternSeams | None:
    """The rule for an encoding of tiktoken, None for one that nothing is proven for."""
    return _tiktoken_seams() if encoding in _PROVEN else None


@cache
def _tiktoken_seams() -> PatternSeams:
    return PatternSeams("tiktoken/1", _HARD, 2)
