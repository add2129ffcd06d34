"""How many tokens a joined text can cost more than its two sides: the measurement behind `promptreg.tokens.ceiling`.

Run from the project folder: python -m benchmarks.seam_cost [joins]. Texts are built to do harm: tokens side by side,
words cut anywhere, words in camel case against small letters, single alphabets, periods.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

from promptreg.tokens import get_counter
from promptreg.tokens.ceiling import SEAM

_JOINS = 3_000_000
_ALPHABETS = ("ab", "abc", " \n\t", "的是在不了", "àèé", "アイウエ", "-=_", "/\\<>", "\u0301e", " a", " \n/a", "'sdt")
_SEED = 7


def joins(words: list[str], dice: random.Random) -> Iterator[tuple[str, str]]:
    """Pairs of texts without end; digits are left out, whose runs of three can all move (see the ceiling)."""
    small = [word for word in words if word[0].isalpha() and len(word) <= 7]
    large = [word for word in words if len(word) >= 9 and word[-1].isalpha()]
    while True:
        left, right, long = dice.choice(words), dice.choice(words), dice.choice(large)
        at = dice.randrange(1, len(long))
        alphabet = dice.choice(_ALPHABETS)
        run = "".join(dice.choices(alphabet, k=dice.randrange(1, 60)))
        yield left, right
        yield long, dice.choice(small)
        yield long, dice.choice(large).strip()
        yield long[:2], dice.choice(large).strip()
        yield left + long[:at], long[at:] + right
        yield left.strip(), right.strip()
        yield run, "".join(dice.choices(alphabet, k=dice.randrange(1, 60)))
        yield run[:3], (run[:4] * 40)[: dice.randrange(1, 150)]


def worst_join(name: str, count: int) -> tuple[int, str, str]:
    """The greatest cost of a join that was found, and its sides."""
    counter = get_counter(name)
    words = []
    encoding = counter._encoding  # type: ignore[attr-defined]
    for number in range(99_000):
        try:
            word = encoding.decode_single_token_bytes(number).decode("utf-8")
        except (UnicodeDecodeError, KeyError):
            continue
        if not any(char.isnumeric() for char in word):
            words.append(word)
    found = (0, "", "")
    made = joins(words, random.Random(_SEED))
    for left, right in (next(made) for _ in range(count)):
        cost = counter.count(left + right) - counter.count(left) - counter.count(right)
        if cost > found[0]:
            found = (cost, left, right)
    return found


def main() -> None:
    """Print the worst join of each encoding."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _JOINS
    for name in ("o200k_base", "cl100k_base"):
        cost, left, right = worst_join(name, count)
        print(f"{name}: {count:,} joins, worst {cost} tokens over the sides (SEAM is {SEAM}): {left!r} + {right!r}")


if __name__ == "__main__":
    main()
