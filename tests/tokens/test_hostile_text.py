"""A megabyte of one thing: each count ends in seconds, in a process of its own that a watchdog may stop."""

from __future__ import annotations

import subprocess
import sys

import pytest

SECONDS = 30
"""For loading and counting; alone on a machine it takes about one."""

HOSTILE = {
    "one letter": "'a' * 1_000_000",
    "one capital": "'A' * 1_000_000",
    "one digit": "'7' * 1_000_000",
    "blanks": "' ' * 1_000_000",
    "blanks, then a word": "' ' * 2_000_000 + 'x'",
    "blanks after a line end, then a digit": "'x\\n' + '\\t' * 1_500_000 + '7'",
    "wide blanks": "'\\u3000' * 1_100_000 + '!'",
    "blanks, then a line end": "' ' * 1_500_000 + '\\n'",
    "line ends": "'\\n' * 1_000_000",
    "line ends and blanks": "'\\n ' * 500_000",
    "one mark": "'!' * 1_000_000",
    "accents": "'e' + '\\u0301' * 500_000",
    "one Chinese character": "'的' * 350_000",
    "Chinese characters": "''.join(chr(0x4E00 + n * 7919 % 20_000) for n in range(350_000))",
    "emoji": "'\\U0001f469\\u200d\\U0001f680\\U0001f3fd' * 70_000",
    "combining marks": "'\\u0301' * 500_000",
    "frequent words": "'the ' * 250_000",
    "control characters": "'\\x00\\x1b' * 500_000",
    "special tokens": "'<|endoftext|>' * 77_000",
    "surrogates": "'\\ud800' * 300_000",
    "contractions": '"\'s" * 500_000',
}

SCRIPT = """
import sys
from promptreg.tokens import get_counter
text = {text}
print(*[get_counter(name).count(text) for name in ("o200k_base", "cl100k_base")])
print(*[get_counter("approximate/" + name).bounds(text).high for name in ("claude-4.7", "unknown")])
"""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_is_counted_quietly_and_in_time(text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(text=text)], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(int(count) > 1_000 for count in done.stdout.split())


def test_long_blanks_have_the_count_of_their_piece() -> None:
    """tiktoken itself counts a run just short of its limit; the counts on both sides of our threshold agree with it."""
    from promptreg.tokens.tiktoken_counter import load_counter

    for name in ("o200k_base", "cl100k_base"):
        counter = load_counter(name)
        for size in (99_999, 100_000, 100_001):
            for end in ("", "x", "\nx"):
                text = "a\n" + " " * size + end
                assert counter.count(text) == len(counter._encoding.encode_ordinary(text))
