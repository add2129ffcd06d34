"""Versions are three plain numbers and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.version import Version

numbers = st.integers(0, 999_999_999)
versions = st.builds(Version, numbers, numbers, numbers)


@given(versions)
def test_what_is_printed_is_read_back(version: Version) -> None:
    assert Version.parse(str(version)) == version


@given(st.text(st.sampled_from("0123456789.+-v ٣²\n"), max_size=9))
def test_only_the_printed_form_is_read(text: str) -> None:
    version = Version.parse(text)
    assert version is None or str(version) == text


@given(versions, versions)
def test_order_is_that_of_the_numbers(left: Version, right: Version) -> None:
    def weight(version: Version) -> int:
        return (version.major * 10**9 + version.minor) * 10**9 + version.patch

    assert (left < right) == (weight(left) < weight(right))


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-rc1", "1.2.3+head", "v1.2.3", " 1.2.3", "1.2.3\n", "1.2.٣",
     "1.2.1٣", "-1.2.3", "1..3", "1.2.1234567890"],
    ids=repr,
)  # fmt: skip
def test_anything_else_is_no_version(text: str) -> None:
    assert Version.parse(text) is None
