"""Refs and the ranges they name, against a predicate that looks at every version of a cube."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.ref import Constraint, Pin, Ref, RefFault
from promptreg.model.version import Version

CUBE = [Version(*numbers) for numbers in product(range(5), repeat=3)]
PARTIALS = [numbers for length in (1, 2, 3) for numbers in product(range(4), repeat=length)]


def fits(sign: str, written: tuple[int, ...], version: Version) -> bool:
    """The rule of npm and Cargo in words: at least what is written, and equal in the places that must not move."""
    if sign == "^":
        fixed = next((place + 1 for place, number in enumerate(written) if number), len(written))
    elif sign == "~":
        fixed = min(2, len(written))
    else:
        fixed = len(written)
    least = (*written, 0, 0)[:3]
    return tuple(version) >= least and tuple(version)[:fixed] == written[:fixed]


def wish(text: str) -> Constraint:
    return Ref.parse(f"a@{text}").constraint


@pytest.mark.parametrize("sign", ["", "~", "^"], ids=["plain", "tilde", "caret"])
def test_a_range_allows_exactly_the_versions_of_its_rule(sign: str) -> None:
    for written in PARTIALS:
        constraint = wish(sign + ".".join(map(str, written)))
        allowed = {version for version in CUBE if constraint.allows(version)}
        assert allowed == {version for version in CUBE if fits(sign, written, version)}, constraint.text


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("^1.2.3", "1.2.3 1.2.4 1.9.0", "1.2.2 0.9.9 2.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0 1.0.0"),
        ("^0.0.3", "0.0.3", "0.0.2 0.0.4 0.1.0"),
        ("^0.0", "0.0.0 0.0.9", "0.1.0"),
        ("^0", "0.0.0 0.9.9", "1.0.0"),
        ("^1", "1.0.0 1.9.9", "0.9.9 2.0.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
        ("~1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"),
        ("~1", "1.0.0 1.9.9", "2.0.0"),
        ("1", "1.0.0 1.9.9", "2.0.0 0.9.9"),
        ("1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"),
        ("1.2.3", "1.2.3", "1.2.2 1.2.4"),
    ],
)
def test_ranges_of_the_documentation(text: str, inside: str, outside: str) -> None:
    constraint = wish(text)
    assert all(constraint.allows(Version(*map(int, item.split(".")))) for item in inside.split())
    assert not any(constraint.allows(Version(*map(int, item.split(".")))) for item in outside.split())


def test_a_bare_name_allows_every_version() -> None:
    assert all(Ref.parse("a").constraint.allows(version) for version in CUBE)


def test_a_label_allows_no_version() -> None:
    assert not any(wish("production").allows(version) for version in CUBE)


def test_only_three_plain_numbers_are_exact() -> None:
    exact = {text: wish(text).exact for text in ("1.2.3", "0.0.0", "1.2", "1", "^1.2.3", "~1.2.3", "^0.0.3", "stable")}
    assert {text: version for text, version in exact.items() if version} == {
        "1.2.3": Version(1, 2, 3),
        "0.0.0": Version(0, 0, 0),
    }
    assert Ref.parse("a").constraint.exact is None


words = st.from_regex(r"[a-z0-9]{1,3}([._-][a-z0-9]{1,3}){0,2}", fullmatch=True)
names = st.lists(words, min_size=1, max_size=3).map("/".join)
wishes = st.one_of(
    st.tuples(st.sampled_from(["", "~", "^"]), st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=3)).map(
        lambda parts: parts[0] + ".".join(map(str, parts[1]))
    ),
    st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True),
)
refs = st.one_of(names, st.tuples(names, wishes).map("@".join))


@given(refs)
def test_a_written_ref_is_read_and_printed_unchanged(text: str) -> None:
    ref = Ref.parse(text)
    assert str(ref) == text
    assert Ref.parse(str(ref)) == ref


@given(st.text(st.sampled_from("ab1/.@^~-_0 \n٣:"), max_size=10))
def test_any_text_is_read_as_it_stands_or_refused_with_a_reason(text: str) -> None:
    reason = None
    try:
        read = str(Ref.parse(text))
    except RefFault as fault:
        reason, read = str(fault), text
    assert read == text
    assert reason is None or reason.startswith(f'"{text}" is not a ref: ')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the name is empty"),
        ("@1", "the name is empty"),
        ("../secrets", '".."'),
        ("a/../b", '".."'),
        ("./a", '"."'),
        ("a//b", "empty"),
        ("a/", "empty"),
        ("/etc/passwd", "never a file path"),
        ("C:/a", "never a file path"),
        ("a\\b", "never a file path"),
        ("Rules/tone", '"Rules" must be lower-case'),
        ("rules/tone.md ", '"tone.md "'),
        ("a@", 'after "@"'),
        ("a@1.2.3.4", 'after "@"'),
        ("a@>=1", 'after "@"'),
        ("a@1.x", 'after "@"'),
        ("a@^production", 'after "@"'),
        ("a@Production", 'after "@"'),
        ("a@1@2", 'after "@"'),
        ("a@01", 'after "@"'),
        ("a@1.1٣", 'after "@"'),
        ("a@1.2.3\n", 'after "@"'),
    ],
    ids=repr,
)
def test_a_bad_ref_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(RefFault) as caught:
        Ref.parse(text)
    assert reason in str(caught.value)


def test_a_head_is_shown_as_unreleased() -> None:
    pin = Pin("a", Version(1, 2, 0), "sha256:0")
    assert pin.shown == "1.2.0+head"
    assert pin._replace(head=False).shown == "1.2.0"
