"""The promises of a token counter, each as a check that looks for a text that breaks it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Barrier
from typing import Any

from promptreg.testing.report import Check
from promptreg.testing.texts import SPECIAL, texts
from promptreg.testing.trial import Trial

__all__ = [
    "agreement",
    "bounds",
    "control_tokens",
    "empty_text",
    "identity",
    "protocol",
    "repetition",
    "surrogates",
    "threads",
]

_THREADS = 8
_SURROGATE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""Two halves of one character: what becomes of them is not said."""


def protocol(trial: Trial) -> Check:
    """It has an id, a kind and the two methods."""
    counter: Any = trial.counter
    name = getattr(counter, "id", None)
    wrong = []
    if not isinstance(name, str) or not name.isprintable() or not name.strip():
        wrong.append("id is no printable name")
    if getattr(counter, "kind", None) not in ("exact", "approximate"):
        wrong.append('kind is neither "exact" nor "approximate"')
    wrong += [
        f"there is no method {word}" for word in ("count", "bounds") if not callable(getattr(counter, word, None))
    ]
    return Check("it is a counter", 1, "; ".join(wrong) or None)


def empty_text(trial: Trial) -> Check:
    """The empty text costs nothing."""

    def problem(text: str) -> str | None:
        count, (low, high) = trial.counter.count(text), trial.counter.bounds(text)
        return None if (count, low, high) == (0, 0, 0) else f"its count is {count}, its bounds are {low} to {high}"

    return trial.search("the empty text costs nothing", problem, [""])


def bounds(trial: Trial) -> Check:
    """No text raises; counts are whole numbers within their bounds, which are the count where it is exact."""
    counter = trial.counter

    def problem(text: str) -> str | None:
        count: Any = counter.count(text)
        found: Any = counter.bounds(text)
        if not _is_number(count):
            return f"count gives {ascii(count)[:60]}, not a number of tokens"
        if not (isinstance(found, tuple) and len(found) == 2 and all(map(_is_number, found))):
            return f"bounds gives {ascii(found)[:60]}, not two numbers of tokens"
        low, high = found
        if counter.kind == "exact" and not low == count == high:
            return f"an exact count of {count} has bounds of {low} to {high}"
        return None if low <= count <= high else f"a count of {count} has bounds of {low} to {high}"

    return trial.search("no text raises, and every count lies in its bounds", problem)


def repetition(trial: Trial) -> Check:
    """The same text has the same count, whatever was counted before, and whichever object holds it."""
    first: dict[str, int] = {}

    def problem(text: str) -> str | None:
        if text not in first:
            first[text] = trial.counter.count(text)
        trial.counter.count(text[::-1])
        again = trial.counter.count("".join(list(text)))
        return None if again == first[text] else f"the count is first {first[text]}, later {again}"

    drawn = list(trial.drawn())
    return trial.search("counting again gives the same", problem, [*drawn, *reversed(drawn)])


def control_tokens(trial: Trial) -> Check:
    """What looks like a control token is ordinary text, of which an exact counter makes several tokens."""
    counter = trial.counter

    def problem(text: str) -> str | None:
        count = counter.count(text)
        if counter.kind == "exact" and text in SPECIAL and count < 2:
            return f"the count is {count}, as for a control token"
        return None

    return trial.search("what looks like a control token is ordinary text", problem, SPECIAL)


def surrogates(trial: Trial) -> Check:
    """Lone surrogates are counted as U+FFFD, by which they are replaced wherever text leaves Python."""
    counter = trial.counter

    def problem(text: str) -> str | None:
        whole = _SURROGATE.sub("\ufffd", text)
        count, replaced = counter.count(text), counter.count(whole)
        if count == replaced or counter.kind != "exact" or _PAIR.search(text):
            return None
        return f"the count is {count}, with U+FFFD {replaced}"

    def drawn() -> Iterator[str]:
        source = random.Random(trial.seed)
        for text in trial.drawn():
            at = source.randrange(len(text) + 1)
            yield text[:at] + chr(source.randrange(0xD800, 0xE000)) + text[at:]

    return trial.search("lone surrogates are counted as U+FFFD", problem, drawn())


def threads(trial: Trial) -> Check:
    """Eight threads at once get the counts that one gets alone."""
    drawn = islice(texts(trial.seed), min(trial.texts, 300))
    known = [(text, count) for text in drawn if (count := _counted(trial, text)) is not None]
    some, alone = [text for text, _ in known], [count for _, count in known]
    start = Barrier(_THREADS)

    def together(number: int) -> list[int]:
        start.wait()
        order = range(len(some)) if number % 2 else reversed(range(len(some)))
        found = {at: trial.counter.count(some[at]) for at in order}
        return [found[at] for at in range(len(some))]

    name = "threads get the counts that one gets alone"
    with ThreadPoolExecutor(_THREADS) as pool:
        for counts in pool.map(together, range(_THREADS)):
            for text, one, other in zip(some, alone, counts, strict=True):
                if one != other:
                    return Check(name, len(some), f"the count is {one} alone and {other} among threads", text)
    return Check(name, len(some))


def identity(trial: Trial) -> Check:
    """The id and the kind stay as they are, so that a record says what was counted with."""
    name = "id and kind stay as they are"
    tried = 0
    for tried, text in enumerate(islice(trial.drawn(), 300), 1):
        _counted(trial, text)
        after = trial.counter.id, trial.counter.kind
        if after != trial.identity:
            return Check(name, tried, f"id and kind were {trial.identity}, then {after}", text)
    return Check(name, tried)


def agreement(trial: Trial) -> Check:
    """It counts as another counter does: an engine with the same ranks."""
    other = trial.like
    if other is None:
        return Check("it counts as it is meant to", 0)

    def problem(text: str) -> str | None:
        count, meant = trial.counter.count(text), other.count(text)
        return None if count == meant else f"the count is {count}, but {other.id} counts {meant}"

    return trial.search(f"it counts as {other.id} does", problem)


def _counted(trial: Trial, text: str) -> int | None:
    """The count; None where it raises, which another check tells."""
    try:
        return trial.counter.count(text)
    except Exception:  # whatever the code on trial raises
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
