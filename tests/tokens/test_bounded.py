from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from promptreg.tokens.bounded import Bounded


@given(texts=st.lists(st.text("abc", max_size=300)))
def test_what_is_kept_stays_within_the_limit(texts: list[str]) -> None:
    memory: Bounded[str] = Bounded(1_000)
    for text in texts:
        memory.keep(text, text.upper())
        assert sum(len(key) + 64 for key in memory.found) <= 1_000
        assert (text in memory.found) is (len(text) + 64 <= 250)
    assert all(value == key.upper() for key, value in memory.found.items())


def test_a_single_text_does_not_crowd_out_all_others() -> None:
    memory: Bounded[int] = Bounded(1_000)
    memory.keep("a" * 186, 1)
    memory.keep("b" * 187, 2)
    assert list(memory.found.values()) == [1]


def test_the_oldest_go_first() -> None:
    memory: Bounded[int] = Bounded(500)
    for number in range(9):
        memory.keep(str(number), number)
    memory.keep("2", 2)
    assert list(memory.found) == ["2", "3", "4", "5", "6", "7", "8"]


def test_threads_do_not_make_it_grow() -> None:
    memory: Bounded[int] = Bounded(10_000)

    def fill(start: int) -> None:
        for number in range(3_000):
            memory.keep(f"{(start * 7919 + number) % 500}", number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, range(8)))
    assert sum(len(key) + 64 for key in memory.found) <= 10_000
    assert memory._held == sum(len(key) + 64 for key in memory.found)
