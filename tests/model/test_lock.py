"""The lock as text: one text for the same releases, and nothing else is read as a lock."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptreg.errors import IntegrityError
from promptreg.model.kinds import KINDS
from promptreg.model.lock import LockEntry, LockPin, lock_text, parse_lock
from promptreg.model.version import Version

PATH = "prompts/promptreg.lock"

digests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:".__add__)
numbers = st.integers(0, 12) | st.integers(0, 999_999_999)
versions = st.builds(Version, numbers, numbers, numbers)
names = st.from_regex(r"[a-z0-9]{1,3}([._-][a-z0-9]{1,2})?(/[a-z]{1,3}){0,2}", fullmatch=True)
pins = st.dictionaries(names, st.tuples(versions, digests), max_size=4).map(
    lambda found: tuple(LockPin(name, *found[name]) for name in sorted(found))
)
entries = st.builds(
    LockEntry,
    name=names,
    version=versions,
    kind=st.sampled_from(KINDS),
    body=digests,
    contract=digests,
    closure=digests,
    file=digests,
    pins=pins,
    schema=st.none() | digests,
)
locks = st.lists(entries, max_size=5, unique_by=lambda entry: entry.key)


def entry(name: str = "rules/tone", version: str = "1.0.0", digit: str = "a", *parts: str) -> LockEntry:
    digest = f"sha256:{digit * 64}"
    number = Version.parse(version)
    assert number
    held = tuple(LockPin(part, Version(1, 0, 0), digest) for part in parts)
    return LockEntry(name, number, "rule", digest, digest, digest, digest, held)


TEXT = lock_text([entry(), entry("rules/tone", "1.10.0"), entry("rules/tone", "1.9.0"), entry("p", "1.0.0", "b", "a")])


def refused(text: str) -> list[str]:
    with pytest.raises(IntegrityError) as caught:
        parse_lock(text, PATH)
    assert {problem.code for problem in caught.value.problems} == {"integrity"}
    return [str(problem) for problem in caught.value.problems]


# -- laws


@given(locks)
def test_what_is_written_is_read_back(found: list[LockEntry]) -> None:
    assert parse_lock(lock_text(found), PATH) == {item.key: item for item in found}


@given(locks, st.randoms(use_true_random=False))
def test_the_text_does_not_depend_on_order(found: list[LockEntry], rng: object) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lock_text(shuffled) == lock_text(found)


@given(locks)
def test_one_line_an_entry_in_order_of_name_and_number(found: list[LockEntry]) -> None:
    lines = lock_text(found).split("\n")[1:-2]
    assert [line.partition('": ')[0].strip('"') for line in lines] == [
        str(item) for item in sorted(found, key=lambda item: item.key)
    ]
    assert lock_text(found).isascii()


@given(locks, entries)
def test_one_more_release_adds_one_line(found: list[LockEntry], more: LockEntry) -> None:
    """Entries stay as they are; only a comma moves when the new one comes last."""
    assume(more.key not in {item.key for item in found} and found)
    before = [line.rstrip(",") for line in lock_text(found).split("\n")]
    after = [line.rstrip(",") for line in lock_text([*found, more]).split("\n")]
    assert len(after) == len(before) + 1
    assert [line for line in after if line in before] == before


@given(locks)
def test_windows_line_ends_are_read(found: list[LockEntry]) -> None:
    text = lock_text(found)
    assert parse_lock(text.replace("\n", "\r\n"), PATH) == parse_lock(text, PATH)


@given(locks, st.data())
def test_another_text_is_refused_or_other_releases(found: list[LockEntry], data: st.DataObject) -> None:
    """No change of one character goes by unseen."""
    text = lock_text(found)
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.characters(codec="utf-8", exclude_characters=text[at]) | st.sampled_from('0az"{}, \n'))
    assume(new != text[at])
    changed = text[:at] + new + text[at + 1 :]
    try:
        assert parse_lock(changed, PATH) != parse_lock(text, PATH)
    except IntegrityError:
        return


# -- the text


def test_an_empty_lock() -> None:
    assert lock_text([]) == '{"schema": "promptreg/lock/1", "releases": {}}\n'
    assert parse_lock(lock_text([]), PATH) == {}


def test_versions_are_ordered_as_numbers() -> None:
    assert [line[1:18].partition('"')[0] for line in TEXT.split("\n")[1:-2]] == [
        "p@1.0.0",
        "rules/tone@1.0.0",
        "rules/tone@1.9.0",
        "rules/tone@1.10.0",
    ]


def test_the_lock_is_plain_json() -> None:
    digest = f"sha256:{'b' * 64}"
    assert json.loads(TEXT)["releases"]["p@1.0.0"] == {
        "kind": "rule",
        "body": digest,
        "contract": digest,
        "closure": digest,
        "file": digest,
        "pins": {"a": f"1.0.0#{digest}"},
    }


# -- refusals


@pytest.mark.parametrize("marker", ["<<<<<<< ours", "=======", ">>>>>>> theirs", "||||||| base"])
@pytest.mark.parametrize("line", [1, 3, 6])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_conflict_markers_are_told_with_their_line(marker: str, line: int, end: str) -> None:
    lines = TEXT.split("\n")
    text = end.join([*lines[: line - 1], marker, *lines[line - 1 :]])
    side = {"<": " of ours", ">": " of theirs"}.get(marker[0], "")
    advice = "`promptreg verify --repair-lock` puts the releases of both sides together"
    assert refused(text) == [f"{PATH}:{line}:1: unresolved merge conflict{side}: {advice}"]


def test_every_conflict_is_told_with_its_lines() -> None:
    lines = TEXT.split("\n")
    hunk = ["<<<<<<< ours", lines[2], "=======", lines[3], ">>>>>>> theirs"]
    found = refused("\n".join([*lines[:2], *hunk, *hunk, *lines[4:]]))
    assert [told.partition(":1: ")[0] for told in found] == [f"{PATH}:3", f"{PATH}:8"]
    assert "unresolved merge conflict between ours and theirs, up to line 7" in found[0]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("", ":1:1", id="empty"),
        pytest.param("[]", ":1:1", id="a list"),
        pytest.param("null", ":1:1", id="null"),
        pytest.param("{}", ":1:1", id="no schema"),
        pytest.param('{"schema": "promptreg/lock/2", "releases": {}}\n', ":1:1", id="another schema"),
        pytest.param('{"schema": "promptreg/lock/1"}\n', ":1:1", id="no releases"),
        pytest.param('{"schema": "promptreg/lock/1", "releases": []}\n', ":1:1", id="a list of releases"),
        pytest.param("[" * 100_000, ":1:1", id="deep"),
        pytest.param("1" * 100_000, ":1:1", id="a number without end"),
        pytest.param(TEXT[:400], ":2:", id="cut"),
        pytest.param(TEXT.replace("rule", "ru\nle", 1), ":2:", id="a broken line"),
        pytest.param("\ufeff" + TEXT, ":1:1", id="a byte order mark"),
    ],
)
def test_what_is_no_lock_is_placed(text: str, place: str) -> None:
    (found,) = refused(text)
    assert found.startswith(f"{PATH}{place}")


HAND_MADE: dict[str, Callable[[str], str]] = {
    "spaces": lambda text: text.replace(": {", ":  {", 1),
    "no last line end": lambda text: text.rstrip("\n"),
    "a blank line": lambda text: text + "\n",
    "another order of entries": lambda text: text.replace("p@1.0.0", "z@1.0.0"),
    "another order of fields": lambda text: json.dumps(json.loads(text), sort_keys=False) + "\n",
    "an entry twice": lambda text: text.replace("\n", "\n" + text.split("\n")[1] + "\n", 1),
    "an escape": lambda text: text.replace('"rule"', '"\\u0072ule"', 1),
    "one more key": lambda text: text.replace('"releases"', '"note": 1, "releases"'),
    "indented": lambda text: json.dumps(json.loads(text), indent=2) + "\n",
    "lone carriage returns": lambda text: text.replace("\n", "\r"),
}


@pytest.mark.parametrize("change", HAND_MADE)
def test_the_same_releases_in_another_text_were_edited_by_hand(change: str) -> None:
    (found,) = refused(HAND_MADE[change](TEXT))
    place = {
        "no last line end": 7,
        "a blank line": 8,
        "another order of entries": 2,
        "an escape": 2,
        "an entry twice": 3,
    }
    line = place.get(change, 1)
    assert found.startswith(
        f"{PATH}:{line}:1: was edited by hand, from this line on it is not as promptreg writes it: "
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("rules/tone@1.9.0", "rules/tone@1.9", id="no version"),
        pytest.param("rules/tone@1.9.0", "rules/tone@01.9.0", id="a leading zero"),
        pytest.param("rules/tone@1.9.0", "rules/tone", id="no number"),
        pytest.param("rules/tone@1.9.0", "../tone@1.9.0", id="a path"),
        pytest.param("rules/tone@1.9.0", "/etc/passwd@1.9.0", id="an absolute path"),
        pytest.param("rules/tone@1.9.0", "Rules/tone@1.9.0", id="upper case"),
    ],
)
def test_a_key_that_is_no_release_is_told_with_its_line(old: str, new: str) -> None:
    assert refused(TEXT.replace(old, new)) == [f"{PATH}:4:1: the entry {new} is not one that promptreg writes"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "sha256:abc"),
        ("contract", "SHA256:" + "b" * 64),
        ("closure", None),
        ("file", 7),
        ("schema", "sha1:" + "b" * 40),
        ("kind", None),
        ("pins", []),
        ("pins", {"a": "1.0.0"}),
        ("pins", {"a": 1}),
        ("pins", {"a": "1.0#sha256:" + "b" * 64}),
        ("pins", {"../a": "1.0.0#sha256:" + "b" * 64}),
        ("extra", 1),
    ],
)
def test_an_entry_with_a_wrong_field_is_told_with_its_line(field: str, value: object) -> None:
    found = json.loads(TEXT)
    found["releases"]["p@1.0.0"][field] = value
    lines = TEXT.split("\n")
    lines[1] = f'"p@1.0.0": {json.dumps(found["releases"]["p@1.0.0"], sort_keys=True)},'
    assert refused("\n".join(lines)) == [f"{PATH}:2:1: the entry p@1.0.0 is not one that promptreg writes"]


def test_a_missing_field_and_a_bad_key_are_two_faults() -> None:
    found = json.loads(TEXT)
    del found["releases"]["p@1.0.0"]["file"]
    found["releases"]["nothing"] = {}
    assert len(refused(json.dumps(found))) == 2
