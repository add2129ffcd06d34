"""What a chat costs beyond its text, from logged requests: the constants of a profile, or that they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from promptreg.errors import UsageError
from promptreg.tokens.counter import Counter
from promptreg.tokens.profile import Profile

__all__ = ["Calibration", "calibrate"]

Sample = tuple[Sequence[Mapping[str, Any]], int]

_BARE = Profile("", "", "", (), 0, 0, 0, 0, 0)
"""A profile that counts the strings of messages and nothing else."""

_NAMES = ("per_message", "per_name", "reply")


class _Row(NamedTuple):
    """`messages * per_message + names * per_name + reply` must be `rest`, says one sample."""

    messages: int
    names: int
    rest: Fraction
    sample: int


class Calibration(NamedTuple):
    """The constants that explain every sample exactly; None for one that the samples leave open.

    `per_name` stays open when no message has a name; `per_message` and `reply` when all have as many messages.
    """

    per_message: int | None
    per_name: int | None
    reply: int | None
    samples: int

    def profile(self, base: Profile, *, name: str, model: str, verified_on: str) -> Profile:
        """A profile for the model with these constants, and those of `base` where the samples leave them open."""
        return base._replace(
            name=name,
            source=f"calibrated with {self.samples} logged requests",
            verified_on=verified_on,
            verified_for=(model,),
            per_message=base.per_message if self.per_message is None else self.per_message,
            per_name=base.per_name if self.per_name is None else self.per_name,
            reply=base.reply if self.reply is None else self.reply,
        )


def calibrate(samples: Sequence[Sample], counter: Counter) -> Calibration:
    """Fit per_message, per_name and reply to pairs of messages and the number of prompt tokens that was billed.

    The messages are those that were sent, with text contents; requests with tool definitions, images or audio do not
    fit, because what these cost is not known. The counter must be the model's own and exact. Raises UsageError naming
    a sample when two of equal shape were billed differently, when no constants explain all, and when a sample cannot
    be used.
    """
    if counter.kind != "exact":
        raise UsageError(f"calibrating takes an exact counter, and {counter.id} is approximate")
    rows: dict[tuple[int, int], tuple[Fraction, int]] = {}
    for at, (messages, billed) in enumerate(samples):
        row, rest = _row(at, messages, billed, counter)
        seen, first = rows.setdefault(row, (rest, at))
        if seen != rest:
            shape = f"{row[0]} messages and {row[1]} names"
            raise UsageError(
                f"the samples disagree: with {shape}, what is billed beyond the text is {seen} tokens "
                f"in sample {first} and {rest} in sample {at}"
            )
    per_message, per_name, reply = _solve([_Row(*row, rest, at) for row, (rest, at) in rows.items()])
    return Calibration(per_message, per_name, reply, len(samples))


def _row(
    at: int, messages: Sequence[Mapping[str, Any]], billed: int, counter: Counter
) -> tuple[tuple[int, int], Fraction]:
    """How many messages and names a sample has, and what was billed beyond its strings."""
    if not messages or isinstance(billed, bool) or not isinstance(billed, int):
        raise UsageError(f"sample {at}: expected messages and a whole number of billed tokens")
    text = 0
    for message in messages:
        content = message.get("content")
        if not isinstance(content, str | None) or "role" not in message:
            raise UsageError(f"sample {at}: every message needs a role, and content that is text")
        text += counter.count(content or "")
    text += _BARE.overhead(messages, counter).messages
    names = sum(message.get("name") is not None for message in messages)
    return (len(messages), names), Fraction(billed - text)


def _solve(rows: list[_Row]) -> list[int | None]:
    """The three constants by exact elimination; None for one that the rows do not determine."""
    kept: list[tuple[int, list[Fraction]]] = []
    for messages, names, rest, at in rows:
        row = [Fraction(messages), Fraction(names), Fraction(1), rest]
        for pivot, other in kept:
            row = [one - row[pivot] * two for one, two in zip(row, other, strict=True)]
        pivot = next((column for column in range(3) if row[column]), 3)
        if pivot == 3:
            if row[3]:
                raise UsageError(
                    f"the samples disagree: what those before sample {at} have in common would make it "
                    f"{abs(row[3])} tokens {'more' if row[3] < 0 else 'less'} than was billed"
                )
            continue
        row = [one / row[pivot] for one in row]
        kept = [(column, [a - old[pivot] * b for a, b in zip(old, row, strict=True)]) for column, old in kept]
        kept.append((pivot, row))
    found: list[int | None] = [None, None, None]
    for pivot, row in kept:
        if not any(row[column] for column in range(3) if column != pivot):
            if row[3].denominator != 1:
                raise UsageError(f"the samples disagree: {_NAMES[pivot]} would be {row[3]} tokens")
            found[pivot] = int(row[3])
    return found
