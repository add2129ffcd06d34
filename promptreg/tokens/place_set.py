"""A set of the numbers 0..size-1 that knows the neighbours of any number."""

from __future__ import annotations

__all__ = ["PlaceSet"]


class PlaceSet:
    """Bits in words of about the square root of `size`, and a bit for each word that is not empty.

    Every question looks at two words, so it takes a handful of machine operations up to millions of places.
    """

    __slots__ = ("_full", "_low", "_shift", "_words")

    def __init__(self, size: int) -> None:
        self._shift = max(6, (size.bit_length() + 1) // 2)
        self._low = (1 << self._shift) - 1
        self._words = [0] * ((size >> self._shift) + 1)
        self._full = 0

    def add(self, place: int) -> None:
        """Put a number in."""
        word = place >> self._shift
        self._words[word] |= 1 << (place & self._low)
        self._full |= 1 << word

    def discard(self, place: int) -> None:
        """Take a number out."""
        word = place >> self._shift
        self._words[word] &= ~(1 << (place & self._low))
        if not self._words[word]:
            self._full &= ~(1 << word)

    def before(self, place: int) -> int:
        """The greatest number in the set below `place`, -1 when there is none."""
        word = place >> self._shift
        bits = self._words[word] & ((1 << (place & self._low)) - 1)
        if not bits:
            full = self._full & ((1 << word) - 1)
            if not full:
                return -1
            word = full.bit_length() - 1
            bits = self._words[word]
        return (word << self._shift) + bits.bit_length() - 1

    def after(self, place: int) -> int:
        """The least number in the set above `place`, -1 when there is none."""
        word = place >> self._shift
        bits = self._words[word] >> (place & self._low) >> 1
        if bits:
            return place + (bits & -bits).bit_length()
        full = self._full >> word >> 1
        if not full:
            return -1
        word += (full & -full).bit_length()
        bits = self._words[word]
        return (word << self._shift) + (bits & -bits).bit_length() - 1
