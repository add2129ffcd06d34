"""A cut of a growing history that stays where it is for many turns, so that caches of the prefix stay valid."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["sticky_cut"]


def sticky_cut(units: Sequence[Sequence[int]], room: int, step: int) -> int:
    """How many of the first units are dropped: the history is replayed message by message from its start.

    `units` hold the tokens of their messages. When the running size exceeds the room (rounded down to whole steps),
    the oldest units go until a step is free; the newest unit always stays. The result depends on nothing else, so the
    cut after any number of messages is the one that the history had when it was that long, and it moves only when
    the room is exceeded. A step of more than half the room is taken for half the room.
    """
    if room >= step:
        room -= room % step
    step = min(step, room // 2)
    dropped = size = 0
    for newest, unit in enumerate(units):
        for tokens in unit:
            size += tokens
            if size <= room:
                continue
            while dropped < newest and size > room - step:
                size -= sum(units[dropped])
                dropped += 1
    return dropped
