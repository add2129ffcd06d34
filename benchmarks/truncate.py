"""Cutting texts to half their tokens, a megabyte of awkward text, and what a sticky cut of a history saves.

Run from the project folder: python -m benchmarks.truncate [rounds]. The baseline is what one writes by hand: bisect
over the number of characters, count the whole prefix each time. *Cold*: nothing is counted before, so the time holds
the count of the full text as well (for the baseline too). *Own* is the time without the tokenizer. All times are
processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import random
import sys
import time
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.measure import median, table
from promptreg.render.budget.form import Form, Mark, Selection, SlotSelection
from promptreg.render.budget.slot_forms import SlotForms, SlotMessage
from promptreg.render.budget.text_forms import TextForms
from promptreg.tokens import get_counter
from promptreg.tokens.measure import Measure
from tests.tokens.multiscript import SENTENCES

_GOAL = 30.0
"""Milliseconds for 8,000 words."""
_SECONDS = 10.0
"""For a megabyte of anything, cut to half; a second or two of that is the one count of the whole."""

_MIXED = ("english", "german", "russian", "japanese", "chinese")


def main(rounds: int = 9) -> int:
    """Measure and print; 1 when a goal is missed."""
    missed = _words(rounds)
    missed += _megabytes()
    _conversations()
    return 1 if missed else 0


def prose(words: int, seed: int, *, mixed: bool = False) -> str:
    """Paragraphs of sentences of our own, about that many words."""
    seeded = random.Random(seed)
    found: list[str] = []
    left = words
    while left > 0:
        paragraph = []
        for _ in range(seeded.randrange(2, 7)):
            language = seeded.choice([one for one in _MIXED if one in SENTENCES]) if mixed else "english"
            sentence = seeded.choice(SENTENCES[language])
            paragraph.append(sentence)
            left -= len(sentence) // 3 if language in ("japanese", "chinese") else len(sentence.split())
        found.append(" ".join(paragraph))
    return "\n\n".join(found)


def _words(rounds: int) -> int:
    rows = []
    missed = 0
    counter = get_counter()
    counter.count("ready")
    for label, words, mixed in (
        ("800 words, English", 800, False),
        ("8,000 words, English", 8_000, False),
        ("8,000 words, five languages", 8_000, True),
        ("80,000 words, English", 80_000, False),
    ):
        text = prose(words, 1, mixed=mixed)
        room = counter.count(text) // 2
        sides = ("end", "start", "middle")
        spent: dict[str, list[_Times]] = {name: [] for name in ("by hand", *sides)}
        for _ in range(rounds):
            start = time.process_time()
            _bisected(counter.count, text, room)
            spent["by hand"].append(_Times(1_000 * (time.process_time() - start), 0.0))
            for side in sides:
                spent[side].append(_ours(counter.count, text, side, room))
        base = median([times.all for times in spent["by hand"]])
        for side in sides:
            cold, own = (median(column) for column in zip(*spent[side], strict=True))
            goal = _GOAL if words == 8_000 else "-"
            missed += goal != "-" and cold > _GOAL
            shown = base if side == "end" else "-"
            ratio = base / cold if side == "end" else "-"
            rows.append((label, side, cold, own, goal, shown, ratio))
    head = ("text, cut to half", "side", "ours ms", "own ms", "goal", "by hand ms", "by hand / ours")
    table("truncating, cold", head, rows)
    return missed


class _Times(NamedTuple):
    """Milliseconds."""

    all: float
    own: float


def _ours(count: Callable[[str], int], text: str, side: str, room: int) -> _Times:
    clock = _Clock(count)
    measure = Measure(clock)  # type: ignore[arg-type]
    start = time.process_time()
    _cut(measure, text, side, room)
    spent = time.process_time() - start
    return _Times(1_000 * spent, 1_000 * (spent - clock.seconds))


class _Clock:
    """o200k_base, with the time spent in it."""

    def __init__(self, count: Callable[[str], int]) -> None:
        counter = get_counter()
        self.id, self.kind = counter.id, counter.kind
        self.seam_rule = getattr(counter, "seam_rule", None)
        self.seconds = 0.0
        self._count = count

    def count(self, text: str) -> int:
        start = time.process_time()
        tokens = self._count(text)
        self.seconds += time.process_time() - start
        return tokens


def _cut(measure: Measure, text: str, side: str, room: int) -> Form | None:
    forms = TextForms(measure, text, None, {"truncate": side})
    best = forms.best
    assert best is not None
    return best if best.tokens <= room else forms.longest(lambda form: form.tokens <= room)


def _bisected(count: Callable[[str], int], text: str, room: int) -> str:
    if count(text) <= room:
        return text
    mark = count(" […]")
    kept = bisect_right(range(len(text) + 1), room - mark, key=lambda size: count(text[:size])) - 1
    return f"{text[:kept]} […]"


def _megabytes() -> int:
    rows = []
    missed = 0
    counter = get_counter()
    seeded = random.Random(2)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    for label, text in {
        "one letter": "a" * 1_000_000,
        "blanks": "a" + " " * 1_000_000 + "b",
        "line ends": "a" + "\n" * 1_000_000 + "b",
        "ideographs, no stops": "".join(chr(seeded.randrange(0x4E00, 0x9000)) for _ in range(1_000_000)),
        "letters and digits": "".join(seeded.choices(letters, k=1_000_000)),
        "one letter with marks": "a" + "\u0301" * 1_000_000 + "b",
        "stops": "." * 1_000_000,
        "emoji joined": "👩\u200d🚀" * 330_000,
    }.items():
        start = time.process_time()
        room = counter.count(text) // 2
        once = time.process_time() - start
        for side in ("end", "middle"):
            measure = Measure(counter)
            start = time.process_time()
            form = _cut(measure, text, side, room)
            spent = time.process_time() - start
            missed += spent > _SECONDS
            assert form is None or counter.count(_text(form, text)) == form.tokens <= room
            rows.append((label, side, once, spent, measure.characters / len(text), _SECONDS))
    table(
        "a million characters, cut to half",
        ("text", "side", "one count s", "ours s", "read x", "goal"),
        rows,
    )
    return missed


def _text(form: Form, text: str) -> str:
    selection = form.selection
    assert isinstance(selection, Selection)
    assert selection.pieces is not None
    return "".join(piece.text if isinstance(piece, Mark) else text[slice(*piece)] for piece in selection.pieces)


def _conversations() -> None:
    """A long conversation, cut at each turn: how much of each prompt begins as the one before did."""
    seeded = random.Random(3)
    words = prose(20_000, 4).split()
    history = []
    for at in range(1_000):
        start = seeded.randrange(len(words) - 200)
        history.append(SlotMessage(f"1#{at}", " ".join(words[start : start + seeded.randrange(15, 160)]), 4))
    measure = Measure(get_counter())
    sizes = [4 + measure.of(message.text or "").tokens for message in history]
    rows = []
    for room in (8_000, 32_000):
        for label, sticky in (
            ("drop oldest", None),
            ("sticky, an eighth", room // 8),
            ("sticky, a quarter", room // 4),
        ):
            rows.append((room, label, *_reused(measure, history, sizes, room, sticky)))
    table("1,000 turns of a conversation", ("room", "cut", "prefix reused", "room used", "cuts moved"), rows)


def _reused(
    measure: Measure, history: list[SlotMessage], sizes: list[int], room: int, sticky: int | None
) -> tuple[float, float, int]:
    """Share of tokens reused and of room used once the room is exceeded, and how often the cut moved."""
    reused = sent = turns = moved = 0
    before: list[int] = []
    for turn in range(1, len(history) + 1):
        if sum(sizes[:turn]) <= room:
            before = list(range(turn))
            continue
        forms = SlotForms(measure, history[:turn], {"drop": "oldest"}, sticky, "1")
        form = forms.longest(lambda form: form.tokens <= room)
        assert form is not None
        assert isinstance(form.selection, SlotSelection)
        now = [kept.position for kept in form.selection.messages]
        same = now[0] == before[0]
        reused += sum(sizes[at] for at in before) if same else 0
        moved += not same
        sent += form.tokens
        turns += 1
        before = now
    return reused / sent, sent / (room * turns), moved


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
