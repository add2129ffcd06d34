"""The proofs of `seams` read like proofs; here tiktoken itself is asked. PROMPTREG_FULL=1 asks it ten times as much."""

from __future__ import annotations

import itertools
import os
import random
import re
import subprocess
import sys
import unicodedata

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.tokens import seams
from promptreg.tokens.measure import Measure
from promptreg.tokens.seams import PatternSeams, seams_of
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.conftest import NAMES
from tests.tokens.torture import ODD, gnarled, gnarls

Real = dict[str, tiktoken.Encoding]
Ours = dict[str, TiktokenCounter]

FULL = bool(os.environ.get("PROMPTREG_FULL"))
JOINS = 200_000 if FULL else 20_000
LONGEST = 6 if FULL else 5

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
"""The pattern of the older encodings (r50k_base, p50k_base): white space takes line ends along."""

KINDS = "aé1 \n'/._中"
"""One character for each way in which the patterns take an ASCII character, and two that are none."""


def rule_of(name: str) -> PatternSeams:
    rule = seams_of(name)
    assert rule is not None
    return rule


def boundaries(rule: PatternSeams, text: str) -> list[int]:
    """All hard boundaries, by asking for the next one of the rest: what `first` says must hold at every place."""
    found, start = [], 0
    while (at := rule.first(text[start:])) is not None:
        start += at
        found.append(start)
    return found


def wrong_joins(counter: object, seed: random.Random, joins: int) -> list[tuple[str, str]]:
    """Pairs of texts whose joined count is not what the summaries say."""
    measure = Measure(counter)  # type: ignore[arg-type]
    pairs = ((gnarls(seed), gnarls(seed)) for _ in range(joins))
    count = counter.count  # type: ignore[attr-defined]
    return [pair for pair in pairs if measure.join(*map(measure.of, pair)).tokens != count("".join(pair))]


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_joins_cost_what_the_joined_text_costs(name: str, ours: Ours) -> None:
    assert wrong_joins(ours[name], random.Random(4), JOINS // 2) == []


@pytest.mark.parametrize("name", NAMES)
@given(left=gnarled, right=gnarled)
@settings(max_examples=300)
def test_at_a_hard_boundary_counts_add_up(name: str, left: str, right: str, real: Real) -> None:
    def count(text: str) -> int:
        return len(real[name].encode_ordinary(text))

    rule = rule_of(name)
    text = left + right
    for at in boundaries(rule, text):
        assert count(text) == count(text[:at]) + count(text[at:])
    if left and right and rule.cuts(left, right):
        assert count(text) == count(left) + count(right)


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_counts_add_up_in_every_short_text(name: str, ours: Ours) -> None:
    """All texts of ten kinds of characters up to a length: every neighbourhood that a pattern can tell apart."""
    rule = rule_of(name)
    encode = ours[name]._encoding.encode_ordinary
    counts: dict[str, int] = {"": 0}
    cuts = 0
    for length in range(1, LONGEST + 1):
        for letters in itertools.product(KINDS, repeat=length):
            text = "".join(letters)
            counts[text] = len(encode(text))
            first = rule.first(text)
            for at in () if first is None else {first, rule.last(text)}:
                assert counts[text] == counts[text[:at]] + counts[text[at:]], text
                cuts += 1
    assert cuts > 10 ** (LONGEST - 1)


@given(text=gnarled)
def test_first_and_last_are_the_ends_of_all(text: str) -> None:
    rule = rule_of("o200k_base")
    inner = [at for at in range(1, len(text)) if rule.cuts(text[:at], text[at:])]
    assert (rule.first(text), rule.last(text)) == ((inner[0], inner[-1]) if inner else (None, None))


@given(before=gnarled, left=gnarled, right=gnarled, after=gnarled)
def test_a_boundary_stays_one_whatever_surrounds_it(before: str, left: str, right: str, after: str) -> None:
    rule = rule_of("o200k_base")
    if left and right and rule.cuts(left, right):
        assert rule.cuts(before + left, right + after)


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_the_rule_knows_most_boundaries_of_what_people_write(name: str, ours: Ours) -> None:
    """A rule that knew none would be right and useless: seams have to be short."""
    rule = rule_of(name)
    for text, longest in (
        ("Answer briefly. Cite the policy, and never promise more than 50 EUR.\n", 9),
        ("    if (ptr == NULL || len < HEADER_SIZE) { errno = EINVAL; return -1; }\n", 9),
        ('const res=await fetch(`${baseUrl}/v1/orders?id=${orderId}`,{method:"GET"});', 10),
        ("请在快递员星期四离开仓库之前确认收货地址。我们没有找到这个编号的订单，但仍有可能退款，请提供付款凭证。", 21),
        ("Пожалуйста, подтвердите адрес доставки, прежде чем курьер выедет.", 13),
        ("यदि आपको धनवापसी चाहिए, तो कृपया रसीद भेजें।", 9),
        ('{"id": 4711, "total": "12.50", "items": [1, 2, 3]}', 7),
    ):
        ends = [0, *boundaries(rule, text), len(text)]
        assert max(end - start for start, end in itertools.pairwise(ends)) <= longest, text


def test_only_encodings_with_a_proof_have_a_rule(real: Real) -> None:
    assert [name for name in (*NAMES, "p50k_base", "r50k_base", "gpt2") if seams_of(name)] == list(NAMES)
    ranks = real["cl100k_base"]._mergeable_ranks
    older = tiktoken.Encoding("p50k_base", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={})
    assert TiktokenCounter(older, ranks, "").seam_rule is None


def test_a_false_rule_is_found_out(real: Real) -> None:
    """The same rule for a pattern it is not proven for: the fuzz has to notice."""
    ranks = real["cl100k_base"]._mergeable_ranks

    class Claiming(TiktokenCounter):
        seam_rule = rule_of("cl100k_base")

    older = tiktoken.Encoding("older", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={})
    assert wrong_joins(Claiming(older, ranks, ""), random.Random(4), 300)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param(r"(?<=[\r\n])(?=\S)", "/\n/", id="a slash after a line end"),
        pytest.param(r"(?<=[A-Za-z])(?=')", "it's", id="an apostrophe after a letter"),
        pytest.param(r"(?<=[\u0915-\u0939])(?=[\u093e-\u094c])", "\u0915\u093e", id="a mark after a letter"),
        pytest.param(r"(?<=[.!])(?=[\r\n])", ".\n", id="a line end after a full stop"),
        pytest.param(r"(?<=[!-/])(?=[A-Za-z])", "(o", id="a letter after one mark of punctuation"),
        pytest.param(r"(?<=[!-/][!-/])(?=[A-Za-z])", "-'\r/'t", id="a letter after a slash and a mark"),
        pytest.param(r"(?<= )(?=[0-9])", "\t 1(", id="a digit after a blank"),
        pytest.param(r"(?<=[0-9])(?=[0-9])", "01", id="a digit after a digit"),
        pytest.param(r"(?<= )(?=[A-Za-z])", " e", id="a letter after a blank"),
        pytest.param(r"(?<=\t)(?=[!-/])", "\t\t'", id="a mark of punctuation after a tab"),
        pytest.param(r"(?<=\r)(?=\n)", "\r\n", id="between the halves of a line end"),
    ],
)
def test_what_is_no_boundary_looks_like_one(pattern: str, text: str, ours: Ours) -> None:
    """Why the rule stops where it does: its near misses are wrong for o200k_base, and it does not make them."""
    count = ours["o200k_base"].count
    found = re.compile(pattern).search(text, 1)
    assert found is not None
    at = found.start()
    assert count(text) != count(text[:at]) + count(text[at:])
    assert not rule_of("o200k_base").cuts(text[:at], text[at:])


def test_the_alphabets_are_what_they_are_called() -> None:
    """Letters and marks of punctuation by Unicode, as in the patterns; what Python calls white covers what they do."""

    everything = "".join(map(chr, range(0x110000)))

    def members(pattern: str) -> set[str]:
        return set(re.findall(f"[{pattern}]", everything))

    letters, wide, ascii_marks, blanks = map(
        members, (seams._LETTER, seams._WIDE_MARK, seams._ASCII_MARK, seams._BLANK)
    )
    assert {unicodedata.category(found)[0] for found in letters} == {"L"}
    assert {unicodedata.category(found)[0] for found in wide | ascii_marks} == {"P", "S"}
    assert {found.isspace() for found in blanks} == {True}
    assert blanks.isdisjoint("\r\n")
    assert all(found.isspace() for found in "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000")
    assert all(chr(found).isspace() for found in range(0x2000, 0x200B))
    assert len(letters) > 30_000


SECONDS = 30
HOSTILE = {
    "one letter": "'a' * 1_000_000",
    "digits": "'7' * 1_000_000",
    "marks": "'!' * 1_000_000",
    "blanks": "' ' * 1_000_000",
    "line ends": "'\\n' * 1_000_000",
    "line ends before blanks": "'\\n ' * 500_000",
    "Chinese": "'的' * 1_000_000",
    "boundaries at the start only": "'a b.' + '的' * 1_000_000",
    "boundaries in the middle only": "'的' * 500_000 + 'a b' + '!' * 500_000",
    "boundaries everywhere": "'a ' * 500_000",
    "slashes after line ends": "'\\n/' * 500_000",
}
SCRIPT = """
from promptreg.tokens.seams import seams_of
rule = seams_of("o200k_base")
text = {text}
print(rule.first(text), rule.last(text), rule.cuts(text, text))
"""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_is_searched_in_time(text: str) -> None:
    """In a process of its own that a watchdog may stop; alone on a machine it takes some tenths of a second."""
    command = [sys.executable, "-c", SCRIPT.format(text=text)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_oddity_occurs_in_the_fuzz() -> None:
    seed = random.Random(4)
    seen = "\n".join(gnarls(seed) for _ in range(2_000))
    assert [odd for odd in ODD if odd not in seen] == []


halves = st.text(st.sampled_from("\ud83d\ude00a \n/"), max_size=8)


@given(left=halves, right=halves)
def test_halves_of_a_surrogate_pair_are_joined_as_tiktoken_joins_them(left: str, right: str, ours: Ours) -> None:
    measure = Measure(ours["o200k_base"])
    assert measure.join(measure.of(left), measure.of(right)).tokens == ours["o200k_base"].count(left + right)
