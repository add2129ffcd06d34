"""The tables of the page on counters are those of the data."""

from __future__ import annotations

import re

import pytest

from promptreg.tokens import COUNTERS
from promptreg.tokens.profile import load_profile, profile_names
from promptreg.tokens.ratios import family_names, load_ratios
from tests.docs.console import ROOT

PAGE = (ROOT / "docs/reference/counters.md").read_text("utf-8")


def rows(first: str) -> list[list[str]]:
    """The cells of the table whose head begins with this cell, the head included."""
    start = PAGE.index(f"| {first} |")
    lines = PAGE[start:].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]


def test_every_counter_that_ships_is_listed() -> None:
    named = [re.findall(r"`([^`]+)`", row[0]) for row in rows("name")[1:]]
    assert [name for names in named for name in names] == [*COUNTERS, "approximate/FAMILY"]


def test_every_family_is_listed() -> None:
    assert sorted(row[0] for row in rows("counter")[1:]) == sorted(f"`approximate/{name}`" for name in family_names())


def test_the_ratios_are_those_that_were_measured() -> None:
    (_, *families), *measured = rows("text")
    assert families == [name for name in family_names() if name != "unknown"]
    for text, *ratios in measured:
        assert ratios == [f"{load_ratios(family).measured[text]:.2f}" for family in families]


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_is_listed_with_its_numbers(name: str) -> None:
    profile = load_profile(name)
    (row,) = [row for row in rows("profile") if row[0] == f"`{name}`"]
    assert row[1].split()[0] == str(profile.per_message)
    assert row[2].split()[0] == str(profile.per_name)
    assert row[3] == str(profile.reply)
    assert sorted(re.findall(r"`([^`]+)`", row[4])) == sorted(profile.verified_for)
