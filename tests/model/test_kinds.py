"""Names, labels and input names: what may be one and why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.kinds import is_input_name, is_label, is_name, name_fault


@pytest.mark.parametrize("name", ["a", "a/b", "support/refund-reply", "a.b", "a_b-c.d", "v2/x1", "0/1"])
def test_lower_case_words_are_names(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("/a", "never a file path"),
        ("a\\b", "never a file path"),
        ("c:a", "never a file path"),
        ("..", '".."'),
        ("a/..", '".."'),
        ("a/./b", '"."'),
        ("a//b", "empty"),
        ("a/", "empty"),
        ("A", '"A" must be lower-case'),
        ("a/B/c", '"B" must be lower-case'),
        (".hidden", '".hidden" must be'),
        ("a/.b", '".b" must be'),
        ("a b", '"a b" must be'),
        ("a-", '"a-" must be'),
        ("a--b", '"a--b" must be'),
        ("a\n", "must be"),
        ("ä", '"ä" must be'),
        ("ſ", "must be"),
        ("a\x00", "must be"),
    ],
    ids=repr,
)
def test_anything_else_is_no_name(name: str, reason: str) -> None:
    assert reason in (name_fault(name) or "")
    assert not is_name(name)


@given(st.text(st.sampled_from("ab/.-_A~ \x00"), max_size=8))
def test_a_name_never_climbs_or_hides(name: str) -> None:
    if is_name(name):
        assert all(step and not step.startswith(".") and not step.endswith(".") for step in name.split("/"))
        assert name == name.lower().strip()


@pytest.mark.parametrize(
    ("text", "fits"),
    [("production", True), ("a-1", True), ("", False), ("1a", False), ("A", False), ("a_b", False), ("a\n", False)],
    ids=repr,
)
def test_labels(text: str, fits: bool) -> None:
    assert is_label(text) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [("ticket", True), ("max_amount2", True), ("_x", False), ("Ticket", False), ("a-b", False), ("2a", False),
     ("loop", False), ("output", False), ("example", False), ("true", False), ("not", False), ("a\n", False)],
    ids=repr,
)  # fmt: skip
def test_input_names_leave_out_the_words_of_the_template_language(text: str, fits: bool) -> None:
    assert is_input_name(text) is fits
