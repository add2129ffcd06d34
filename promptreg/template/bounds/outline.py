"""What a body can print, in order: texts as they are written, and gaps of which only the greatest cost is known.

Costs are tokens that a stretch adds wherever it stands: what it costs alone and what its two seams can cost more.
So costs add up to an upper bound of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol
from unicodedata import category

from promptreg.template.bounds.bound import Bound, Lack
from promptreg.text import Location

__all__ = [
    "Ceiling",
    "Gap",
    "Outline",
    "Share",
    "cost_of",
    "gap_of",
    "joined",
    "of_bound",
    "optional",
    "repeated",
    "widest",
]


class Ceiling(Protocol):
    """The most tokens that texts can cost wherever they stand."""

    @property
    def seam(self) -> int:
        """Tokens that joining two texts can cost more than counting each alone; long runs of digits apart."""

    @property
    def digits(self) -> int:
        """By how much the tokens of a text can multiply where digits stand before it, which it may go on with."""

    @property
    def per_byte(self) -> int:
        """The most tokens that a byte can cost."""

    def written(self, text: str, *, start: bool, end: bool) -> int:
        """The most tokens of a known text; `start` and `end`: whether unknown text may touch it there."""


class Share(NamedTuple):
    """What one printed expression, or another place with its own limit, may cost; None: no limit, see `lacks`.

    `times` tells how often it is printed at most.
    """

    expression: str
    place: Location
    tokens: int | None
    lacks: tuple[Lack, ...] = ()
    times: int | None = 1

    def plus(self, other: Share) -> Share:
        """Both shares, of the same expression."""
        tokens = None if self.tokens is None or other.tokens is None else self.tokens + other.tokens
        times = None if self.times is None or other.times is None else self.times + other.times
        return self._replace(tokens=tokens, times=times, lacks=tuple(dict.fromkeys((*self.lacks, *other.lacks))))


class Gap(NamedTuple):
    """A stretch of unknown text: the most tokens it adds (None: no limit) and the most bytes.

    `after_digit` are tokens more where a digit stands before it. `empty`, `digit`: whether it may be empty, or end in
    a digit. `lacks` says why there is no limit in bytes.
    """

    tokens: int | None
    bytes: int | None
    after_digit: int = 0
    empty: bool = True
    digit: bool = True
    shares: tuple[Share, ...] = ()
    lacks: tuple[Lack, ...] = ()


class Outline(NamedTuple):
    """Texts and gaps, as they follow one another."""

    pieces: tuple[str | Gap, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[str | Gap]) -> Outline:
        """An outline in which texts that touch are one."""
        found: list[str | Gap] = []
        run: list[str] = []
        for piece in pieces:
            if isinstance(piece, str):
                run.append(piece)
                continue
            found += ["".join(run)] if any(run) else []
            found.append(piece)
            run = []
        found += ["".join(run)] if any(run) else []
        return cls(tuple(found))

    @property
    def text(self) -> str | None:
        """The text, if it is always the same."""
        if not self.pieces:
            return ""
        return self.pieces[0] if len(self.pieces) == 1 and isinstance(self.pieces[0], str) else None

    @property
    def empty(self) -> bool:
        """Whether nothing may be printed."""
        return all(isinstance(piece, Gap) and piece.empty for piece in self.pieces)

    def stripped(self) -> Outline:
        """Without line ends at the end."""
        pieces = list(self.pieces)
        while pieces and isinstance(pieces[-1], str):
            pieces[-1] = pieces[-1].rstrip("\r\n")
            if pieces[-1]:
                break
            pieces.pop()
        return Outline(tuple(pieces))


def of_bound(bound: Bound, share: Share, ceiling: Ceiling) -> str | Gap:
    """A printed value: itself where there is only one it can be, else a gap."""
    texts = bound.texts
    if texts is not None and len(texts) == 1:
        return texts[0]
    if texts is not None:
        tokens: int | None = max((ceiling.written(text, start=True, end=True) for text in texts), default=0)
        empty, digit, more = "" in texts, any(ends_in_digit(text) for text in texts), 0
    else:
        empty, digit = True, True
        tokens, more = _cost(bound, ceiling)
    told = bound.lacks if tokens is None or bound.bytes is not None else ()
    return Gap(tokens, bound.bytes, more, empty, digit, (share._replace(tokens=tokens, lacks=told),), bound.lacks)


def _cost(bound: Bound, ceiling: Ceiling) -> tuple[int | None, int]:
    """The most tokens that any text within these limits adds, and how many more after a digit."""
    most = None if bound.bytes is None else bound.bytes * ceiling.per_byte
    if bound.tokens is None:
        return most, 0
    plain = bound.tokens + 2 * ceiling.seam
    shifted = bound.tokens * ceiling.digits + 2 * ceiling.seam
    if most is not None:
        plain, shifted = min(plain, most), min(shifted, most)
    return plain, shifted - plain


def gap_of(outline: Outline, ceiling: Ceiling) -> Gap:
    """The whole outline as one gap."""
    total: int | None = 0
    size: int | None = 0
    after_digit = 0
    empty, digit = True, False
    for piece in outline.pieces:
        if isinstance(piece, str):
            cost: int | None = ceiling.written(piece, start=True, end=True)
            length: int | None = len(piece.encode("utf-8", "surrogatepass"))
            empty, digit = False, ends_in_digit(piece)
        else:
            cost, length = piece.tokens, piece.bytes
            if digit and cost is not None:
                cost += piece.after_digit
            elif empty:
                after_digit += piece.after_digit
            digit = piece.digit or (piece.empty and digit)
            empty = empty and piece.empty
        total = None if total is None or cost is None else total + cost
        size = None if size is None or length is None else size + length
    gaps = [piece for piece in outline.pieces if isinstance(piece, Gap)]
    shares = tuple(share for gap in gaps for share in gap.shares)
    return Gap(total, size, after_digit, empty, digit, shares, _lacks(gaps))


def widest(gaps: Sequence[Gap]) -> Gap:
    """One of several gaps: the greatest cost, with the shares of the gap that has it."""
    if not gaps:
        return Gap(0, 0, digit=False)
    endless = [gap for gap in gaps if gap.tokens is None]
    top = max(gaps, key=lambda gap: gap.tokens or 0)
    sizes = [gap.bytes for gap in gaps]
    shares = top.shares
    if endless:
        shares = tuple(share for gap in endless for share in gap.shares)
    return Gap(
        None if endless else top.tokens,
        None if None in sizes else max(size for size in sizes if size is not None),
        max(gap.after_digit for gap in gaps),
        any(gap.empty for gap in gaps),
        any(gap.digit for gap in gaps),
        shares,
        _lacks(gaps),
    )


def repeated(gap: Gap, most: int | None, lack: Share) -> Gap:
    """The gap at most `most` times, one after the other; `lack` says why there is no `most`."""
    if most is None:
        if gap.tokens == 0 and gap.bytes == 0:
            return gap
        endless = tuple(share for share in gap.shares if share.tokens is None)
        return Gap(None, None, gap.after_digit, True, gap.digit, (lack, *endless), (*lack.lacks, *gap.lacks))
    more = gap.after_digit * (most - 1) if gap.digit or gap.empty else 0
    return Gap(
        None if gap.tokens is None else gap.tokens * most + max(0, more),
        None if gap.bytes is None else gap.bytes * most,
        gap.after_digit,
        True,
        gap.digit,
        tuple(_multiplied(share, most) for share in gap.shares),
        gap.lacks,
    )


def _lacks(gaps: Sequence[Gap]) -> tuple[Lack, ...]:
    return tuple(dict.fromkeys(lack for gap in gaps for lack in gap.lacks))


def _multiplied(share: Share, most: int) -> Share:
    tokens = None if share.tokens is None else share.tokens * most
    return share._replace(tokens=tokens, times=None if share.times is None else share.times * most)


def ends_in_digit(text: str) -> bool:
    """Whether the last character is a digit or number in any script."""
    return bool(text) and category(text[-1]).startswith("N")


def joined(outlines: Iterable[Outline], separator: str, ceiling: Ceiling) -> Outline:
    """The outlines that are not empty, with the separator between two neighbours.

    Between two that are sure to be there the separator is; anywhere else it may be missing.
    """
    pieces: list[str | Gap] = []
    is_sure = False
    for outline in outlines:
        if not outline.pieces:
            continue
        if is_sure and not outline.empty:
            pieces.append(separator)
        elif pieces and separator:
            pieces.append(optional(Outline((separator,)), ceiling))
        pieces.extend(outline.pieces)
        is_sure = is_sure or not outline.empty
    return Outline.of(pieces)


def optional(outline: Outline, ceiling: Ceiling) -> Gap:
    """An outline that may be missing."""
    return gap_of(outline, ceiling)._replace(empty=True)


def cost_of(outline: Outline, ceiling: Ceiling) -> int | None:
    """The most tokens of a whole message: nothing touches its first and last text."""
    if not outline.pieces:
        return 0
    total = gap_of(outline, ceiling).tokens
    for at in {0, len(outline.pieces) - 1}:
        piece = outline.pieces[at]
        if isinstance(piece, str) and total is not None:
            start, end = at > 0, at < len(outline.pieces) - 1
            total -= ceiling.written(piece, start=True, end=True) - ceiling.written(piece, start=start, end=end)
    return total
