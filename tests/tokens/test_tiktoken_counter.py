from __future__ import annotations

import random
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.tokens import tiktoken_counter
from promptreg.tokens.tiktoken_counter import TiktokenCounter, load_counter
from tests.tokens.conftest import NAMES
from tests.tokens.multiscript import LETTERS, SENTENCES, noise, text

Real = dict[str, tiktoken.Encoding]
Ours = dict[str, TiktokenCounter]

SPECIAL = ("<|endoftext|>", "<|endofprompt|>", "<|fim_prefix|>", "<|start|>", "<|message|>", "<|reserved_200013|>")
BLANKS = "\t\v\f \x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000"

# Everything a string can hold, surrogates too, with what tokenizers stumble over made frequent.
anything = st.lists(
    st.one_of(
        st.text(st.characters()),
        st.text(st.sampled_from("\r\n \t'sStTmMdDlLvVeErR/!.,0123456789aB\u017fé")),
        st.text(st.sampled_from(BLANKS + "\r\nx7!'")),
        st.text(st.characters(categories=["Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"])),
        st.text(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF, categories=["Cs"])),
        st.sampled_from(SPECIAL),
        st.sampled_from([sentence for group in SENTENCES.values() for sentence in group]),
    )
).map("".join)


@pytest.fixture(scope="module")
def cutting(real: Real) -> Ours:
    """Counters that cut around 16 blanks, not 100,000: on such texts tiktoken survives to be compared with."""
    return {name: TiktokenCounter(real[name], real[name]._mergeable_ranks, "", long=16) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@given(text=anything)
@settings(max_examples=400)
def test_counts_are_those_of_tiktoken(name: str, text: str, real: Real, ours: Ours) -> None:
    assert ours[name].count(text) == len(real[name].encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
def test_counts_of_generated_texts_are_those_of_tiktoken(name: str, real: Real, ours: Ours) -> None:
    seed = random.Random(20)
    texts = [text(seed) for _ in range(300)]
    texts += [noise(seed, alphabet) for alphabet in LETTERS for _ in range(20)]
    assert [ours[name].count(one) for one in texts] == [len(real[name].encode_ordinary(one)) for one in texts]


@pytest.mark.parametrize("name", NAMES)
@given(
    text=st.lists(
        st.one_of(
            st.text(st.sampled_from(BLANKS), min_size=15, max_size=40),
            st.text(st.sampled_from("\r\n")),
            st.text(st.sampled_from(BLANKS + "\r\n/ax7!'\ud800\u0301"), max_size=4),
        ),
        max_size=12,
    ).map("".join)
)
@settings(max_examples=600)
def test_cutting_around_blanks_changes_no_count(name: str, text: str, real: Real, cutting: Ours) -> None:
    assert cutting[name].count(text) == len(real[name].encode_ordinary(text))


@pytest.mark.parametrize("long", [16, 23, 50])
def test_no_long_run_of_blanks_is_overlooked(long: int, real: Real) -> None:
    counter = TiktokenCounter(real["o200k_base"], {}, "", long=long)
    for start in range(3 * long):
        for more in (0, 1, long):
            assert counter._has_long_blanks("a" * start + " " * (long + more) + "a" * 7)
    assert not counter._has_long_blanks("a b" * 10 * long)


@pytest.mark.parametrize("name", NAMES)
def test_no_token_ends_in_blanks_after_a_line_end(name: str, real: Real) -> None:
    """So it makes no difference whether a pattern puts both into one piece, which `_count_around_blanks` relies on."""
    crossing = re.compile(rb"[\r\n][\t\x0b\x0c \xc2\xe1\xe2\xe3][^\r\n]*\Z")
    assert [token for token in real[name]._mergeable_ranks if crossing.search(token)] == []


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("name", NAMES)
def test_special_strings_are_ordinary_text(name: str, special: str, real: Real, ours: Ours) -> None:
    count = ours[name].count(special)
    assert count == len(real[name].encode(special, disallowed_special=()))
    assert count > 1


@pytest.mark.parametrize("codes", [(0xD800,), (0xDC00, 0xD800), (0x61, 0xDFFF, 0x62), (0xD83D, 0xDE00)], ids=str)
def test_surrogates_count_as_tiktoken_replaces_them(codes: tuple[int, ...], ours: Ours) -> None:
    text = "".join(map(chr, codes))
    replaced = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert ours["o200k_base"].count(text) == ours["o200k_base"].count(replaced)


def test_the_empty_text_costs_nothing(ours: Ours) -> None:
    assert [counter.count("") for counter in ours.values()] == [0, 0, 0]


def test_an_exact_count_is_its_own_bounds(ours: Ours) -> None:
    counter = ours["o200k_base"]
    assert counter.kind == "exact"
    assert counter.bounds("How many tokens?") == (4, 4)


def test_a_counter_names_its_encoding_and_its_ranks(ours: Ours) -> None:
    assert {name: counter.id for name, counter in ours.items()} == {name: name for name in NAMES}
    digests = [counter.ranks_digest for counter in ours.values()]
    assert digests[0].startswith("sha256:446a9538")
    assert digests[1].startswith("sha256:223921b7")
    assert digests[2] == digests[0]


def test_threads_share_one_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiktoken_counter, "_loaded", {})
    with ThreadPoolExecutor(8) as pool:
        counters = list(pool.map(lambda _: load_counter("cl100k_base"), range(16)))
    assert len(set(map(id, counters))) == 1


def test_threads_count_alike(ours: Ours) -> None:
    seed = random.Random(21)
    texts = [text(seed) for _ in range(50)]
    expected = [ours["o200k_base"].count(one) for one in texts]
    start = threading.Barrier(8)

    def run(_: int) -> list[int]:
        start.wait()
        return [ours["o200k_base"].count(one) for one in texts]

    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(run, range(8)))


def test_ranks_with_gaps_are_read() -> None:
    assert tiktoken_counter._parse(b"YQ== 0\nYg== 1\n") == {b"a": 0, b"b": 1}
    assert tiktoken_counter._parse(b"YQ== 0\nYg== 2\n") == {b"a": 0, b"b": 2}
