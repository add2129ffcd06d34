"""Labels: reading their file with every fault, and dividing callers by percentages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import InvalidFile, UnknownName, UsageError
from promptreg.model.version import Version
from promptreg.registry.labels import Labels, bucket_of, parse_labels, read_labels
from promptreg.registry.source_tree import FolderTree
from promptreg.text import Source

KEYS = [f"user-{number}" for number in range(10_000)]


def read(text: str) -> Labels:
    return parse_labels(Source("prompts/labels.yaml", text))


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return [str(problem).removeprefix("prompts/labels.yaml:") for problem in caught.value.problems]


# -- reading


def test_block_and_flow_style_say_the_same() -> None:
    block = "production:\n  a/b: 2.0.0\n  c:\n    1.0.0: 90\n    1.1.0: 10\n"
    flow = "production: {a/b: 2.0.0, c: {1.1.0: 10, 1.0.0: 90}}\n"
    shares = [{name: found.shares for name, found in read(text).table["production"].items()} for text in (block, flow)]
    assert shares[0] == shares[1]
    assert shares[0]["c"] == ((Version(1, 0, 0), 90), (Version(1, 1, 0), 10))


def test_each_label_knows_its_place() -> None:
    place = read("# ours\nproduction:\n  a/b: 2.0.0\n").table["production"]["a/b"].place
    assert place == ("prompts/labels.yaml", 3, 3)


@pytest.mark.parametrize(
    "text", ["", "\n", "# none yet\n", "  # none\r\n\r\n"], ids=["empty", "blank", "comment", "CRLF"]
)
def test_a_file_may_hold_no_labels(text: str) -> None:
    assert read(text).table == {}


def test_a_registry_without_the_file_has_no_labels(tmp_path: Path) -> None:
    assert read_labels(FolderTree(tmp_path, tmp_path)).table == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[a]\n", ["1:1: must be a mapping"], id="a list"),
        pytest.param("production:\n", ["1:12: production: must be a mapping"], id="a label without names"),
        pytest.param(
            "Prod:\n  a: 1.0.0\n",
            ['1:1: Prod: "Prod" is not a label: lower-case letters, digits and "-"'],
            id="a bad label",
        ),
        pytest.param(
            "p:\n  A/b: 1.0.0\n",
            ['2:3: p.A/b: "A/b" is not a name: part "A" must be lower-case words joined by "-", "_" or "."'],
            id="a bad name",
        ),
        pytest.param(
            "p:\n  a: 1.0\n", ['2:6: p.a: "1.0" is not a version: write three numbers such as 1.2.0'], id="two numbers"
        ),
        pytest.param("p:\n  a: [1.0.0]\n", ["2:6: p.a: must be text"], id="a list of versions"),
        pytest.param("p:\n  a:\n", ["2:5: p.a: must be text"], id="no version"),
        pytest.param(
            "p:\n  a: {1.0.0: 90, 1.1.0: 9}\n", ["2:6: p.a: the percentages sum to 99, not to 100"], id="99 percent"
        ),
        pytest.param("p:\n  a: {}\n", ["2:6: p.a: the percentages sum to 0, not to 100"], id="no percentages"),
        pytest.param(
            "p:\n  a: {1.0.0: 90.5, 1.1.0: 9.5}\n",
            [
                '2:14: p.a["1.0.0"]: must be a whole number of at least 0',
                '2:27: p.a["1.1.0"]: must be a whole number of at least 0',
            ],
            id="fractions",
        ),
        pytest.param(
            "p:\n  a: {1.0.0: 110, 1.1.0: -10}\n",
            ['2:26: p.a["1.1.0"]: must be a whole number of at least 0'],
            id="less than nothing",
        ),
        pytest.param(
            "p:\n  a: {new: 10, 1.0.0: 90}\n",
            ['2:7: p.a.new: "new" is not a version: write three numbers such as 1.2.0'],
            id="a share of no version",
        ),
        pytest.param(
            "p: {a: x}\nq: {b: {1.0.0: 1}}\n",
            [
                '1:8: p.a: "x" is not a version: write three numbers such as 1.2.0',
                "2:8: q.b: the percentages sum to 1, not to 100",
            ],
            id="two faults",
        ),
    ],
)
def test_every_fault_has_its_place(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_merge_conflicts_are_told_as_such() -> None:
    hunk = "<<<<<<< HEAD\n  a: 1.0.0\n=======\n  a: 1.1.0\n>>>>>>> feature\n"
    conflict = "unresolved merge conflict between HEAD and feature"
    assert problems(f"p:\n{hunk}") == [f"2:1: {conflict}, up to line 6"]
    assert problems(f"p:\n{hunk}q:\n{hunk}") == [f"2:1: {conflict}, up to line 6", f"8:1: {conflict}, up to line 12"]
    assert problems("p:\n  a: 1.0.0\n>>>>>>> feature\n") == ["3:1: unresolved merge conflict of feature"]


def test_one_name_twice_is_refused() -> None:
    assert len(problems("p:\n  a: 1.0.0\n  a: 1.1.0\n")) == 1


# -- picking


def split(**shares: int) -> Labels:
    """Labels whose `production` divides `a` by these shares: `v1_0_0=90`."""
    inside = ", ".join(f"{version[1:].replace('_', '.')}: {share}" for version, share in shares.items())
    return read(f"production: {{a: {{{inside}}}}}\n")


def chosen(labels: Labels, keys: list[str] = KEYS) -> dict[str, str]:
    return {key: str(labels.pick("production", "a", key).version) for key in keys}


def test_a_single_version_takes_everybody_and_needs_no_key() -> None:
    pick = read("production: {a: 1.2.0}\n").pick("production", "a", None)
    assert (pick.label, pick.version, pick.bucket) == ("production", Version(1, 2, 0), None)


def test_percentages_need_a_key_and_say_so() -> None:
    with pytest.raises(UsageError, match=r'"production" splits a by percentages \(1.0.0: 90 %, 1.1.0: 10 %\)'):
        split(v1_0_0=90, v1_1_0=10).pick("production", "a", None)


def test_a_key_is_text() -> None:
    with pytest.raises(UsageError, match="the key of a caller is text, not int"):
        split(v1_0_0=90, v1_1_0=10).pick("production", "a", 7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "name", "message"),
    [
        pytest.param("produktion", "a", r'there is no label "produktion" \(did you mean "production"', id="label"),
        pytest.param("production", "b", 'the label "production" does not name b', id="name"),
        pytest.param("production", "c", 'the label "production" does not name c; labelled beta', id="another label"),
    ],
)
def test_a_label_that_does_not_exist(label: str, name: str, message: str) -> None:
    labels = read("production: {a: 1.0.0}\nbeta: {c: 1.0.0}\n")
    with pytest.raises(UnknownName, match=message):
        labels.pick(label, name, None)


@pytest.mark.parametrize(
    "shares",
    [{"v1_0_0": 90, "v1_1_0": 10}, {"v1_0_0": 50, "v1_1_0": 30, "v2_0_0": 20}, {"v1_0_0": 1, "v1_1_0": 99}],
    ids=str,
)
def test_ten_thousand_callers_are_divided_by_the_shares(shares: dict[str, int]) -> None:
    counted = Counter(chosen(split(**shares)).values())
    for version, share in shares.items():
        assert abs(counted[version[1:].replace("_", ".")] / 100 - share) < 2


def test_a_share_of_nothing_gets_nobody() -> None:
    assert set(chosen(split(v1_0_0=100, v1_1_0=0)).values()) == {"1.0.0"}
    assert set(chosen(split(v1_0_0=0, v1_1_0=100)).values()) == {"1.1.0"}


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_growing_share_of_the_newer_version_keeps_everybody_who_had_it(first: int, second: int) -> None:
    small, large = sorted((first, second))
    before = chosen(split(v1_0_0=100 - small, v1_1_0=small), KEYS[:300])
    after = chosen(split(v1_0_0=100 - large, v1_1_0=large), KEYS[:300])
    assert [key for key in before if before[key] == "1.1.0" and after[key] != "1.1.0"] == []


def test_from_10_to_20_percent_nobody_goes_back() -> None:
    before, after = chosen(split(v1_0_0=90, v1_1_0=10)), chosen(split(v1_0_0=80, v1_1_0=20))
    assert {key for key in before if before[key] == "1.1.0"} < {key for key in after if after[key] == "1.1.0"}


def test_a_third_version_takes_nobody_from_the_newest_when_that_grows() -> None:
    before = chosen(split(v1_0_0=50, v1_1_0=30, v2_0_0=20))
    after = chosen(split(v1_0_0=40, v1_1_0=30, v2_0_0=30))
    assert [key for key in before if before[key] == "2.0.0" and after[key] != "2.0.0"] == []


def test_the_order_of_writing_does_not_matter() -> None:
    assert chosen(split(v1_1_0=10, v1_0_0=90)) == chosen(split(v1_0_0=90, v1_1_0=10))


def test_versions_are_ordered_as_numbers() -> None:
    found = split(v1_10_0=10, v1_9_0=90).table["production"]["a"]
    assert [str(version) for version, _ in found.shares] == ["1.9.0", "1.10.0"]


@given(st.text(), st.text())
def test_a_bucket_is_a_function_of_label_name_and_key(label: str, key: str) -> None:
    found = bucket_of(label, "a", key)
    assert 0 <= found < 100
    assert found == bucket_of(label, "a", key)


def test_buckets_are_the_same_on_every_machine_and_for_ever() -> None:
    keys = ("", "ana", "user-7", "Zoë", "\ud800")
    assert [bucket_of("production", "support/refund-reply", key) for key in keys] == [57, 74, 84, 19, 21]


def test_labels_and_names_divide_independently() -> None:
    """Who gets the new version of one prompt is no more likely than others to get that of another."""
    labels = read("p: {a: {1.0.0: 50, 1.1.0: 50}, b: {1.0.0: 50, 1.1.0: 50}}\nq: {a: {1.0.0: 50, 1.1.0: 50}}\n")
    for other in (("p", "b"), ("q", "a")):
        same = sum(labels.pick("p", "a", key).version == labels.pick(*other, key).version for key in KEYS)
        assert abs(same / 100 - 50) < 2
