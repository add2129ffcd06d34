"""Patterns of users: what is found is what `re` finds, by each engine, and nothing runs for ever."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import PatternStopped
from promptreg.lint.patterns import engine, stoppable
from promptreg.lint.patterns.engine import Pattern, PatternFault, Spot
from promptreg.lint.patterns.folding import fold
from promptreg.lint.patterns.lowered import compile_lowered, is_fit
from promptreg.lint.patterns.re2_form import Untranslatable, re2_form
from promptreg.lint.patterns.steps import most_steps
from tests.lint.patterns.evil import EVIL

ATOMS = [
    "a", "b", "k", "s", "i", "ab", "é", "ς", "-", " ", r"\w", r"\d", r"\s", r"\W", r"\S", "[ab]", "[^a]", "[a-c-]", ".",
    r"\b", r"\B", "^", "$", "[kK]", "(?i:sk)", "[^\\w]", "’", "S", "[A-C]", "[^K]", "İ", r"\bab\b",
]  # fmt: skip
TEXT = st.text(st.sampled_from("abcABCkKſsSiİıéÉςΣ -_1²'’\n.!K\x1c"), max_size=24)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeat = st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}", "+?", "*?", "??"])
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, repeat).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map(lambda one: f"(?={one})"),
        inner.map(lambda one: f"(?!{one})"),
    )


PATTERNS = st.recursive(st.sampled_from(ATOMS), joined, max_leaves=6)
FLAGS = st.sampled_from([0, re.I, re.M, re.I | re.M | re.S])


def plain(pattern: str, flags: int, text: str) -> list[Spot]:
    """What Python finds."""
    return [
        Spot(*match.span(), *(match.span(1) if match.re.groups else (-1, -1)))
        for match in re.compile(pattern, flags).finditer(text)
    ]


def compiled(pattern: str, flags: int) -> Pattern | None:
    """The pattern, None for one that matches the empty text."""
    try:
        return Pattern(pattern, flags)
    except PatternFault:
        return None


def test_folding_keeps_every_offset_and_knows_what_re_takes_for_the_same() -> None:
    everything = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
    assert all(len(fold(f"é{letter}")) == 2 for letter in everything)
    text = "".join(everything)
    for letter in "abcdefghijklmnopqrstuvwxyz'-":
        same = re.findall(re.escape(letter), text, re.IGNORECASE)
        assert {fold(f"é{other}")[1:] for other in same} == {letter}


@given(PATTERNS, FLAGS, TEXT)
def test_a_text_without_its_literals_has_no_match(pattern: str, flags: int, text: str) -> None:
    found = compiled(pattern, flags)
    if found is None or found.literals is None:
        return
    for spot in plain(pattern, flags, text):
        whole = fold(text)
        assert any(literal in whole[spot.start : spot.end] for literal in found.literals), (found.literals, spot)


@given(PATTERNS, FLAGS, TEXT)
def test_small_letters_are_matched_as_if_case_was_ignored(pattern: str, flags: int, text: str) -> None:
    form = compile_lowered(pattern, flags)
    if form is None or not is_fit(text):
        return
    assert [match.span() for match in form.finditer(text.lower())] == [spot[:2] for spot in plain(pattern, flags, text)]


@given(PATTERNS, FLAGS, TEXT)
def test_all_that_is_told_of_a_pattern_keeps_its_matches(pattern: str, flags: int, text: str) -> None:
    found = compiled(pattern, flags)
    if found is None:
        return
    assert found.spots(text, text.lower() if is_fit(text) else None) == plain(pattern, flags, text)
    if found.words is not None and plain(pattern, flags, text):
        assert found.words & set(re.findall(r"\w+", fold(text)))


def test_literals_are_found_where_people_expect_them() -> None:
    for pattern, expected in {
        r"as an ai (?:language )?model": ("as an ai language model", "as an ai model"),
        r"\b(?:never|not)\s+(?:\w+\s+){0,3}unless": ("unless",),
        r"[Cc]olou?r": ("color", "colour"),
        r"\w+ing\b": ("ing",),
        r"(?:foo)?bar+": ("bar",),
        r"[A-Z]{3,5}": None,
        r"(?:a|\d)x?": None,
    }.items():
        assert Pattern(pattern, re.IGNORECASE).literals == expected, pattern


@pytest.mark.parametrize(("pattern", "text"), EVIL, ids=[pattern for pattern, _ in EVIL])
def test_an_evil_pattern_is_stopped_and_named(pattern: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIMIT_SECONDS", 0.02)
    monkeypatch.setattr(engine, "_compile_re2", lambda *_: False)
    found = Pattern(pattern, 0)
    assert not found.is_quick(len(text))
    for _ in range(2):  # the second time at once
        with pytest.raises(PatternStopped) as caught:
            found.spots(text)
        assert caught.value.pattern == pattern
        assert pattern[:70] in str(caught.value).replace("\\\\", "\\")


def test_there_are_at_least_thirty_evil_patterns() -> None:
    assert len({pattern for pattern, _ in EVIL}) >= 30


@pytest.mark.parametrize(("pattern", "text"), EVIL, ids=[pattern for pattern, _ in EVIL])
def test_an_evil_pattern_is_harmless_on_short_texts(pattern: str, text: str) -> None:
    found = Pattern(pattern, 0)
    assert found.spots(text[:12]) == plain(pattern, 0, text[:12])


@given(PATTERNS, FLAGS, TEXT)
def test_re2_finds_what_re_finds(pattern: str, flags: int, text: str) -> None:
    re2: Any = pytest.importorskip("re2")
    text = "".join(letter for letter in text if letter.isascii()).rstrip("\n")
    parser: Any = import_module("re._parser")
    if compiled(pattern, flags) is None:
        return
    try:
        form = re2.compile(re2_form(parser.parse(pattern, flags), re.compile(pattern, flags).flags))
    except Untranslatable:
        return
    assert [match.span() for match in form.finditer(text)] == [spot[:2] for spot in plain(pattern, flags, text)]


def test_the_other_process_finds_what_re_finds_and_serves_again_after_a_stop() -> None:
    for pattern, text in [(r"(\w)\1", "aabb ccd"), (r"x+", "é xx x"), ("nothing", "here")]:
        assert stoppable.spots_within(pattern, 0, text, 5) == [list(spot) for spot in plain(pattern, 0, text)]
        assert stoppable.spots_within(r"(a|a)*b", 0, "a" * 100, 0.01) is None


def test_a_pattern_that_repeats_one_class_needs_steps_in_proportion() -> None:
    def steps(pattern: str, length: int) -> float:
        found = Pattern(pattern, 0)
        return most_steps(found._tree, found.flags, length)

    assert steps(r"\w+ing\b", 1_000) < 1e7
    assert steps(r"never\s+(?:\w+\s+){0,3}unless", 400) < engine.FEW_STEPS
    assert steps(r"(?:\w+\s?)+x", 100) > engine.FEW_STEPS
    assert steps(r"(?:cat|dog)+x", 100) < engine.FEW_STEPS < steps(r"(?:ab|a)+x", 100)


@pytest.mark.parametrize(
    ("pattern", "reason", "at"),
    [
        ("a(b", "is no regular expression: missing ), unterminated subpattern", 1),
        ("a**", "is no regular expression: multiple repeat", 2),
        ("(?a:x)y(?P<n>", "is no regular expression: missing ), unterminated subpattern", 7),
        ("(?a)x", "switches the flag a on; only i, m, s and x are known", None),
        ("a*", "matches the empty text", None),
        (r"\b", "matches the empty text", None),
        ("(?=a)", "matches the empty text", None),
        ("(" * 900 + "a" + ")" * 900, "is nested too deeply", None),
        ("a" * 2_001, "is longer than 2,000 characters", None),
    ],
    ids=["group", "repeat", "name", "flag", "star", "border", "look-ahead", "nested", "long"],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, reason: str, at: int | None) -> None:
    with pytest.raises(PatternFault) as caught:
        Pattern(pattern, 0)
    assert (str(caught.value), caught.value.at) == (reason, at)
