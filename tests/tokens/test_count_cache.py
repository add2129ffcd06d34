from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.errors import TokenizerMissing
from promptreg.tokens import get_counter
from promptreg.tokens.count_cache import CountCache, Counted, open_count_cache
from promptreg.tokens.joined import Joined
from promptreg.tokens.lazy_counter import RANKS, LazyCounter
from promptreg.tokens.measure import Measure
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.conftest import NAMES
from tests.tokens.torture import gnarled, gnarls

Ours = dict[str, TiktokenCounter]


class Unavailable:
    """A counter that may say what it is and must not be asked for a count."""

    kind = "exact"

    def __init__(self, counter: TiktokenCounter) -> None:
        self.id = counter.id
        self.ranks_digest = counter.ranks_digest
        self.seam_rule = counter.seam_rule

    def count(self, text: str) -> int:
        raise AssertionError(text)

    bounds = count


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "counts" / "some.txt"


def fill(measure: Measure, texts: list[str], separator: str) -> int:
    """The total of texts that were put and asked for in an order of their own."""
    joined = Joined(measure, measure.static(separator), len(texts))
    places = list(range(len(texts)))
    random.Random(3).shuffle(places)
    for place in places:
        joined.cost(place, measure.static(texts[place]))
        joined.put(place, measure.static(texts[place]))
    return joined.total


@pytest.mark.parametrize("separator", ["", "\n", "\n\n"], ids=ascii)
def test_a_second_process_counts_no_static_text(file: Path, separator: str, ours: Ours) -> None:
    counter = ours["o200k_base"]
    seed = random.Random(5)
    texts = [gnarls(seed) for _ in range(200)]
    first = Measure(counter, CountCache(str(file)))
    total = fill(first, texts, separator)
    assert total == counter.count(separator.join(filter(None, texts)))
    first.save()
    second = Measure(Unavailable(counter), CountCache(str(file)))
    assert fill(second, texts, separator) == total
    assert (second.calls, second.characters) == (0, 0)
    assert [second.static(text) for text in texts] == [first.static(text) for text in texts]


def test_parts_of_static_pieces_need_no_tokenizer_either(file: Path, ours: Ours) -> None:
    counter = ours["o200k_base"]
    pieces = [("You are {", True), ("}.\nNever ", True), ("", True), (" promise\n", True)]
    first = Measure(counter, CountCache(str(file)))
    assert first.pieces(pieces).tokens == counter.count("".join(text for text, _ in pieces))
    first.save()
    assert Measure(Unavailable(counter), CountCache(str(file))).pieces(pieces) == first.pieces(pieces)


class Recorded(CountCache):
    """A cache that shows what it was told to keep."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.kept: list[str] = []

    def keep_text(self, text: str, counted: Counted) -> None:
        self.kept.append(text)
        super().keep_text(text, counted)

    def keep_run(self, text: str, tokens: int) -> None:
        self.kept.append(text)
        super().keep_run(text, tokens)


@given(
    static=st.lists(gnarled.filter(lambda text: "☃" not in text), min_size=3, max_size=3),
    values=st.lists(st.text(st.sampled_from("☃a1 \n.")).map(lambda inner: f"☃{inner}☃"), min_size=2, max_size=2),
    separator=st.sampled_from(["", " ", "\n\n", "\n---\n"]),
)
def test_nothing_is_kept_about_values(static: list[str], values: list[str], separator: str, ours: Ours) -> None:
    """A snowman stands at both ends of every value, so in everything that holds an edge of one."""
    cache = Recorded("no such folder/file")
    measure = Measure(ours["o200k_base"], cache)
    texts = [static[0], values[0], static[1], values[1], static[2]]
    measure.pieces([(text, text not in values) for text in texts])
    joined = Joined(measure, measure.static(separator), len(texts))
    for place in (1, 0, 3, 4, 2):
        joined.put(place, measure.of(texts[place]) if place in (1, 3) else measure.static(texts[place]))
    assert [text for text in cache.kept if "☃" in text] == []
    assert [text for text in (*static, separator) if text and text not in cache.kept] == []


def test_the_file_holds_no_text(file: Path, ours: Ours) -> None:
    measure = Measure(ours["o200k_base"], CountCache(str(file)))
    measure.static("A secret recipe.\nWith butter.\n")
    measure.save()
    data = file.read_bytes()
    assert data.startswith(b"promptreg/token-counts/1 ")
    assert not any(word.encode() in data for word in ("secret", "recipe", "With", "butter"))


def test_what_several_processes_learned_is_merged(file: Path) -> None:
    left, right = CountCache(str(file)), CountCache(str(file))
    assert (left.text("left"), right.text("right")) == (None, None)
    left.keep_text("left", Counted(1))
    right.keep_text("right", Counted(9, 1, 2, 3, 4))
    left.save()
    right.save()
    again = CountCache(str(file))
    assert (again.text("left"), again.text("right")) == (Counted(1), Counted(9, 1, 2, 3, 4))
    assert sorted(path.name for path in file.parent.iterdir()) == ["some.txt"]


def test_runs_and_texts_are_told_apart(file: Path) -> None:
    cache = CountCache(str(file))
    cache.keep_run("same", 7)
    assert (cache.run("same"), cache.text("same")) == (7, None)


def test_a_full_cache_forgets_what_was_not_asked_for(file: Path) -> None:
    cache = CountCache(str(file), most=10)
    for number in range(10):
        cache.keep_run(f"text {number}", number)
    cache.save()
    cache = CountCache(str(file), most=10)
    assert [cache.run(f"text {number}") for number in (0, 2)] == [0, 2]
    for number in range(10, 14):
        cache.keep_run(f"text {number}", number)
    cache.save()
    assert [n for n in range(14) if CountCache(str(file)).run(f"text {n}") is not None] == [
        0,
        2,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
    ]


def test_a_save_without_news_writes_nothing(file: Path) -> None:
    cache = CountCache(str(file))
    assert cache.run("unknown") is None
    cache.save()
    assert not file.parent.exists()
    cache.keep_run("known", 1)
    cache.save()
    file.unlink()
    assert cache.run("known") == 1
    cache.save()
    assert not file.exists()


def stamped(data: bytes) -> bytes:
    """Entries below a first line that fits them."""
    return f"promptreg/token-counts/1 {hashlib.blake2b(data).hexdigest()}\n".encode() + data


DAMAGES = {
    "empty": lambda data: b"",
    "cut": lambda data: data[:-3],
    "one digit": lambda data: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:],
    "half an entry": lambda data: stamped(data.partition(b"\n")[2][:-18]),
    "no numbers": lambda data: b"\xff\x00" * 40,
    "another format": lambda data: data.replace(b"-counts/1", b"-counts/9"),
    "far too large": lambda data: data + b"\n" * (16 * 2**20),
}


def entries(data: bytes) -> list[bytes]:
    """What stands below the first line, in entries of 36 bytes."""
    data = data.partition(b"\n")[2]
    assert len(data) % 36 == 0
    return [data[at : at + 36] for at in range(0, len(data), 36)]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_counted_again_and_replaced(damage, file: Path, ours: Ours) -> None:
    counter = ours["o200k_base"]
    texts = ["One rule.\nAnd another.", "12,50 EUR", "你好。\n"]
    first = Measure(counter, CountCache(str(file)))
    total = fill(first, texts, "\n\n")
    first.save()
    good = file.read_bytes()
    file.write_bytes(damage(good))
    second = Measure(counter, CountCache(str(file)))
    assert fill(second, texts, "\n\n") == total
    assert second.calls == first.calls
    second.save()
    assert sorted(entries(file.read_bytes())) == sorted(entries(good))


@given(entry=st.tuples(*[st.integers(0, 4)] * 5))
@settings(max_examples=300)
def test_an_entry_that_cannot_be_of_the_text_is_none(entry: tuple[int, ...]) -> None:
    cache = CountCache("no such folder/file")
    counted = Counted(*entry)
    cache.keep_text("abc", counted)
    fits = counted.head + counted.tail <= 3 and (counted.head > 0) is (counted.tail > 0)
    assert cache.text("abc") == (counted if fits else None)


@pytest.mark.parametrize("place", ["a file in the way", "a folder in its place", "no rights"])
def test_a_place_that_refuses_is_no_error(place: str, file: Path, ours: Ours) -> None:
    if place == "a file in the way":
        file.parent.write_text("here")
    elif place == "a folder in its place":
        file.mkdir(parents=True)
    else:
        file.parent.mkdir()
        file.parent.chmod(0o500)
    measure = Measure(ours["o200k_base"], CountCache(str(file)))
    assert measure.static("Be kind.").tokens == 3
    measure.save()
    if place == "no rights":
        file.parent.chmod(0o700)
    assert place != "no rights" or os.geteuid() == 0 or not list(file.parent.iterdir())


def test_the_cache_lies_in_the_users_folder_by_counter(
    ours: Ours, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(tmp_path))
    found = [open_count_cache(counter) for counter in ours.values()]
    files = [Path(cache._file) for cache in found if cache is not None]
    assert len(set(files)) == len(NAMES)
    assert {file.parent for file in files} == {tmp_path / "counts"}
    assert open_count_cache(get_counter("approximate")) is None
    lazy = open_count_cache(get_counter("o200k_base", lazy=True))
    assert lazy is not None
    assert Path(lazy._file) == files[0]
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", "off")
    assert open_count_cache(ours["o200k_base"]) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_lazy_counter_is_the_same_counter(name: str, ours: Ours) -> None:
    lazy = get_counter(name, lazy=True)
    assert isinstance(lazy, LazyCounter)
    assert (lazy.id, lazy.kind, lazy.ranks_digest) == (name, "exact", ours[name].ranks_digest)
    assert lazy.seam_rule is ours[name].seam_rule
    assert lazy.count("How many?") == ours[name].count("How many?")
    assert lazy.bounds("How many?") == ours[name].bounds("How many?")
    assert lazy.load() is ours[name]
    assert RANKS.keys() == set(NAMES)


def test_a_lazy_counter_refuses_other_ranks_than_it_promised() -> None:
    lazy = LazyCounter("o200k_base")
    lazy.ranks_digest = RANKS["cl100k_base"]
    with pytest.raises(TokenizerMissing, match="other ranks for o200k_base"):
        lazy.count("How many?")


def test_a_lazy_counter_misses_its_files_with_the_first_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: Ours
) -> None:
    monkeypatch.setattr("promptreg.tokens.ranks._CARRIERS", ())
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    lazy = get_counter("o200k_base", folder=tmp_path, lazy=True)
    assert lazy.id == "o200k_base"
    with pytest.raises(TokenizerMissing, match=r"o200k_base\.tiktoken"):
        lazy.count("How many?")


def test_known_counts_load_no_tokenizer(tmp_path: Path) -> None:
    code = """
import sys
from promptreg.tokens import get_counter
from promptreg.tokens.count_cache import open_count_cache
from promptreg.tokens.measure import Measure
counter = get_counter("o200k_base", lazy=True)
measure = Measure(counter, open_count_cache(counter))
tokens = measure.joined(map(measure.static, ["Be kind.", "\\n\\n", "Be brief.\\nAnd clear."])).tokens
measure.save()
print(tokens, measure.calls, "tiktoken" in sys.modules)
"""
    environment = {**os.environ, "PROMPTREG_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    found = [
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    ]
    assert found[0][2] == "True"
    assert found[1] == [found[0][0], "0", "False"]
