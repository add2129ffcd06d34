"""Editing the text of a labels file: what is asked for is there afterwards, and everything else is as it was."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptreg.errors import InvalidFile, UsageError
from promptreg.model.version import Version
from promptreg.registry.label_text import Shares, label_removed, label_set
from promptreg.registry.labels import parse_labels
from promptreg.text import Source

BLOCK = """\
# Who uses what. Ask Ana before you touch production.
production:
  # the reply goes out to customers
  support/reply: 2.0.0   # since May
  support/triage:
    1.4.0: 90  # old
    # the new prompt
    1.5.0: 10

beta:
  support/reply: 2.1.0
# the end
"""


def shares(text: str) -> Shares:
    """`1.0.0` or `1.0.0=90 1.1.0=10`."""
    found = []
    for word in text.split():
        number, _, share = word.partition("=")
        version = Version.parse(number)
        assert version
        found.append((version, int(share or 100)))
    return tuple(found)


def table(text: str) -> dict[str, dict[str, Shares]]:
    found = parse_labels(Source("labels.yaml", text)).table
    return {label: {name: at.shares for name, at in names.items()} for label, names in found.items()}


def put(text: str, label: str, name: str, wanted: str) -> str:
    return label_set(Source("labels.yaml", text), label, name, shares(wanted))


def drop(text: str, label: str, name: str | None = None) -> str:
    return label_removed(Source("labels.yaml", text), label, name)


def changed(before: str, after: str) -> list[str]:
    """The lines of the diff, as `-old` and `+new`."""
    found = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[0] + line[2:] for line in found if line[0] in "+-"]


# -- examples


@pytest.mark.parametrize(
    ("label", "name", "wanted", "expected"),
    [
        pytest.param(
            "production",
            "support/reply",
            "2.1.0",
            ["-  support/reply: 2.0.0   # since May", "+  support/reply: 2.1.0   # since May"],
            id="move",
        ),
        pytest.param("production", "support/reply", "2.0.0", [], id="nothing to do"),
        pytest.param(
            "production",
            "support/reply",
            "2.0.0=95 2.1.0=5",
            [
                "-  support/reply: 2.0.0   # since May",
                "+  support/reply: {2.0.0: 95, 2.1.0: 5}   # since May",
            ],
            id="split",
        ),
        pytest.param(
            "production",
            "support/triage",
            "1.4.0=80 1.5.0=20",
            ["-    1.4.0: 90  # old", "+    1.4.0: 80  # old", "-    1.5.0: 10", "+    1.5.0: 20"],
            id="other percentages",
        ),
        pytest.param(
            "production",
            "support/triage",
            "1.4.0=90 1.5.0=5 1.6.0=5",
            ["-    1.5.0: 10", "+    1.5.0: 5", "+    1.6.0: 5"],
            id="a third version",
        ),
        pytest.param(
            "production",
            "support/triage",
            "1.3.0=1 1.4.0=89 1.5.0=10",
            ["+    1.3.0: 1", "-    1.4.0: 90  # old", "+    1.4.0: 89  # old"],
            id="an older version",
        ),
        pytest.param(
            "production",
            "support/triage",
            "1.5.0",
            ["-    1.4.0: 90  # old", "-    1.5.0: 10", "+    1.5.0: 100"],
            id="the winner, where comments stand between",
        ),
        pytest.param("production", "support/order", "1.0.0", ["+  support/order: 1.0.0"], id="another name, first"),
        pytest.param("production", "support/stock", "1.0.0", ["+  support/stock: 1.0.0"], id="another name, between"),
        pytest.param("production", "writing/mail", "1.0.0", ["+  writing/mail: 1.0.0"], id="another name, last"),
        pytest.param(
            "alpha", "support/reply", "3.0.0", ["+", "+alpha:", "+  support/reply: 3.0.0"], id="another label"
        ),
        pytest.param("beta", "true", "1.0.0", ['+  "true": 1.0.0'], id="a name that YAML takes for a truth value"),
        pytest.param("beta", "7", "1.0.0", ['+  "7": 1.0.0'], id="a name that YAML takes for a number"),
    ],
)
def test_setting_changes_these_lines_and_no_other(label: str, name: str, wanted: str, expected: list[str]) -> None:
    after = put(BLOCK, label, name, wanted)
    assert changed(BLOCK, after) == expected
    assert table(after)[label][name] == shares(wanted)


def test_a_new_first_name_leaves_comments_with_their_names() -> None:
    after = put(BLOCK, "production", "support/order", "1.0.0")
    lines = after.split("\n")
    assert lines[lines.index("  # the reply goes out to customers") + 1].startswith("  support/reply: ")


@pytest.mark.parametrize(
    ("label", "name", "expected"),
    [
        pytest.param("production", "support/reply", ["-  support/reply: 2.0.0   # since May"], id="one name"),
        pytest.param(
            "production",
            "support/triage",
            ["-  support/triage:", "-    1.4.0: 90  # old", "-    # the new prompt", "-    1.5.0: 10"],
            id="percentages",
        ),
        pytest.param("beta", "support/reply", ["-beta:", "-  support/reply: 2.1.0"], id="the last name of a label"),
        pytest.param("beta", None, ["-beta:", "-  support/reply: 2.1.0"], id="a label"),
    ],
)
def test_removing_takes_these_lines_and_no_other(label: str, name: str | None, expected: list[str]) -> None:
    assert changed(BLOCK, drop(BLOCK, label, name)) == expected


@pytest.mark.parametrize(
    ("before", "label", "name", "wanted", "after"),
    [
        pytest.param("", "p", "a", "1.0.0", "p:\n  a: 1.0.0\n", id="no file"),
        pytest.param("# none\n", "p", "a", "1.0.0", "# none\np:\n  a: 1.0.0\n", id="only a comment"),
        pytest.param("# none", "p", "a", "1.0.0", "# none\np:\n  a: 1.0.0\n", id="no line end"),
        pytest.param("p: {a: 1.0.0}\n", "p", "a", "1.1.0", "p: {a: 1.1.0}\n", id="flow, move"),
        pytest.param("p: {a: 1.0.0}\n", "p", "b", "1.1.0", "p: {a: 1.0.0, b: 1.1.0}\n", id="flow, last"),
        pytest.param("p: {b: 1.0.0}\n", "p", "a", "1.1.0", "p: {a: 1.1.0, b: 1.0.0}\n", id="flow, first"),
        pytest.param("p: {}\n", "p", "a", "1.0.0", "p: {a: 1.0.0}\n", id="flow, empty"),
        pytest.param("{p: {a: 1.0.0}}\n", "q", "a", "1.0.0", "{p: {a: 1.0.0}, q: {a: 1.0.0}}\n", id="all flow"),
        pytest.param("{}\n", "q", "a", "1.0.0", "{q: {a: 1.0.0}}\n", id="an empty mapping"),
        pytest.param(
            "p:\n  a: {1.0.0: 90, 1.1.0: 10}\n", "p", "a", "1.1.0", "p:\n  a: 1.1.0\n", id="flow split, winner"
        ),
        pytest.param(
            "p:\n  a:\n    1.0.0: 90\n    1.1.0: 10\n", "p", "a", "1.1.0", "p:\n  a: 1.1.0\n", id="block split, winner"
        ),
        pytest.param("p:\n    b: 1.0.0\n", "p", "c", "1.0.0", "p:\n    b: 1.0.0\n    c: 1.0.0\n", id="four spaces"),
        pytest.param("p:\r\n  a: 1.0.0\r\n", "p", "b", "1.0.0", "p:\r\n  a: 1.0.0\r\n  b: 1.0.0\r\n", id="CR LF"),
        pytest.param("p: {a: 1.0.0}\r\n", "q", "b", "1.0.0", "p: {a: 1.0.0}\r\nq:\r\n  b: 1.0.0\r\n", id="CR LF, new"),
        pytest.param("p:\n  a: 1.0.0", "p", "b", "1.0.0", "p:\n  a: 1.0.0\n  b: 1.0.0\n", id="no last line end"),
        pytest.param(
            "p:\n  z: 1.0.0\n  a: 1.0.0\n", "p", "b", "1.0.0", "p:\n  z: 1.0.0\n  a: 1.0.0\n  b: 1.0.0\n", id="no order"
        ),
        pytest.param('p:\n  "a": "1.0.0"\n', "p", "a", "1.1.0", 'p:\n  "a": 1.1.0\n', id="quotes"),
        pytest.param("p:\n  a: # b: c\n    1.0.0\n", "p", "a", "1.1.0", "p:\n  a: # b: c\n    1.1.0\n", id="next line"),
        pytest.param(
            "p: {\n  a: 1.0.0, # one\n  b: 1.0.0 # two\n}\n",
            "p",
            "c",
            "1.0.0",
            "p: {\n  a: 1.0.0, # one\n  b: 1.0.0,\n  c: 1.0.0 # two\n}\n",
            id="flow on several lines",
        ),
    ],
)  # fmt: skip
def test_every_way_of_writing_can_be_edited(before: str, label: str, name: str, wanted: str, after: str) -> None:
    assert put(before, label, name, wanted) == after


@pytest.mark.parametrize(
    ("before", "label", "name", "after"),
    [
        pytest.param("p:\n  a: 1.0.0\n", "p", "a", "", id="the last of all"),
        pytest.param("# us\np:\n  a: 1.0.0\n", "p", "a", "# us\n", id="the last, with a comment"),
        pytest.param("p: {a: 1.0.0, b: 1.0.0}\n", "p", "a", "p: {b: 1.0.0}\n", id="flow, first"),
        pytest.param("p: {a: 1.0.0, b: 1.0.0}\n", "p", "b", "p: {a: 1.0.0}\n", id="flow, last"),
        pytest.param("p: {a: 1.0.0, b: 1.0.0}\nq: {a: 1.0.0}\n", "p", None, "q: {a: 1.0.0}\n", id="flow, label"),
        pytest.param("{p: {a: 1.0.0}, q: {a: 1.0.0}}\n", "q", "a", "{p: {a: 1.0.0}}\n", id="all flow"),
        pytest.param("{p: {a: 1.0.0}}\n", "p", "a", "{}\n", id="all flow, the last"),
        pytest.param("p:\r\n  a: 1.0.0\r\n  b: 1.0.0\r\n", "p", "a", "p:\r\n  b: 1.0.0\r\n", id="CR LF"),
        pytest.param("p:\n  a: 1.0.0\n  b: 1.0.0", "p", "b", "p:\n  a: 1.0.0\n", id="no last line end"),
        pytest.param(
            "p: {\n  a: 1.0.0, # one\n  b: 1.0.0\n}\n", "p", "b", "p: {\n  a: 1.0.0, # one\n}\n", id="flow on lines"
        ),
        pytest.param("p: {\n  a: 1.0.0,\n  b: 1.0.0,\n}\n", "p", "b", "p: {\n  a: 1.0.0,\n}\n", id="a comma behind it"),
    ],
)
def test_every_way_of_writing_can_be_removed_from(before: str, label: str, name: str | None, after: str) -> None:
    assert drop(before, label, name) == after


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(InvalidFile):
        put("p:\n  a: 1.0.0\n  b: one\n", "p", "a", "1.1.0")


@pytest.mark.parametrize("text", ["? p\n: {a: 1.0.0}\n", '{"p": {"a":\n1.0.0}}\n', "p:\n  ? a\n  : 1.0.0\n"])
def test_forms_that_nobody_writes_are_edited_right_or_refused(text: str) -> None:
    for wanted in ("1.1.0", "1.0.0=50 1.1.0=50"):
        for label, name in (("p", "a"), ("p", "b"), ("q", "a")):
            try:
                after = put(text, label, name, wanted)
            except (UsageError, InvalidFile):
                continue
            assert table(after)[label][name] == shares(wanted)


# -- laws

LABELS = ("production", "beta", "null")
NAMES = ("a", "b/c", "support/reply", "true", "7")
VERSIONS = ("1.0.0", "1.2.0", "1.10.0", "2.0.0")


@st.composite
def splits(draw: st.DrawFn) -> str:
    versions = sorted(draw(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3, unique=True)), key=shares)
    if len(versions) == 1:
        return versions[0]
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(versions) - 1, max_size=len(versions) - 1)))
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return " ".join(f"{version}={part}" for version, part in zip(versions, parts, strict=True))


edits = st.tuples(st.sampled_from(LABELS), st.sampled_from(NAMES), st.none() | splits())


@st.composite
def files(draw: st.DrawFn) -> str:
    """Labels files in all styles, with a numbered comment wherever one may stand."""
    number = 0

    def comment(indent: str = "") -> str:
        nonlocal number
        number += 1
        return f"{indent}# note {number}\n" if draw(st.booleans()) else ""

    def trailing() -> str:
        nonlocal number
        number += 1
        return f"  # note {number}\n" if draw(st.booleans()) else "\n"

    def quoted(key: str) -> str:
        return f'"{key}"' if key in ("null", "true", "7") or draw(st.booleans()) else key

    text = comment()
    for label in draw(st.lists(st.sampled_from(LABELS), unique=True)):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
        if draw(st.booleans()):
            inside = ", ".join(f"{quoted(name)}: {flow(draw(splits()))}" for name in names)
            text += comment() + f"{quoted(label)}: {{{inside}}}" + trailing()
            continue
        text += comment() + f"{quoted(label)}:" + trailing()
        for name in names:
            wanted = draw(splits())
            text += comment("  ")
            if "=" in wanted and draw(st.booleans()):
                text += f"  {quoted(name)}:" + trailing()
                for version, share in shares(wanted):
                    text += comment("    ") + f"    {version}: {share}" + trailing()
            else:
                text += f"  {quoted(name)}: {flow(wanted)}" + trailing()
        text += draw(st.sampled_from(("", "\n")))
    text += comment()
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n"))))


def flow(wanted: str) -> str:
    return (
        "{" + ", ".join(f"{version}: {share}" for version, share in shares(wanted)) + "}" if "=" in wanted else wanted
    )


def notes(text: str) -> set[str]:
    return {"#" + line.strip().partition("#")[2] for line in text.splitlines() if "#" in line}


@given(files(), st.lists(edits, max_size=5))
@example("production:\n  a: 1.0.0\n", [("production", "a", None), ("production", "a", "1.0.0=50 2.0.0=50")])
def test_the_text_says_what_was_asked_for_and_no_comment_of_others_is_lost(
    text: str, steps: list[tuple[str, str, str | None]]
) -> None:
    expected = table(text)
    for label, name, wanted in steps:
        before = text
        if wanted is None:
            if name not in expected.get(label, {}):
                continue
            text = drop(text, label, name)
            del expected[label][name]
            if not expected[label]:
                del expected[label]
        else:
            text = put(text, label, name, wanted)
            expected.setdefault(label, {})[name] = shares(wanted)
            assert notes(before) - notes(text) <= removed_share_notes(before, label, name)
        assert table(text) == expected
        assert ("\r\n" in text) <= ("\r\n" in before)
        assert "\r\n" not in text or "\n" not in text.replace("\r\n", "")


def removed_share_notes(text: str, label: str, name: str) -> set[str]:
    """The comments behind single percentages of this label: they go with a percentage that is taken out."""
    at = parse_labels(Source("labels.yaml", text)).table.get(label, {}).get(name)
    if at is None or at.only is not None:
        return set()
    lines = text.splitlines()[at.place.line :]
    return notes("\n".join(line for line in lines if line.startswith("    ") and line.strip()[0].isdigit()))


@given(files(), st.sampled_from(LABELS), st.sampled_from(NAMES), st.sampled_from(VERSIONS))
def test_a_moved_label_is_one_changed_line(text: str, label: str, name: str, version: str) -> None:
    at = parse_labels(Source("labels.yaml", text)).table.get(label, {}).get(name)
    if at is None or at.only is None or str(at.only) == version:
        return
    after = put(text, label, name, version)
    before, now = text.splitlines(keepends=True), after.splitlines(keepends=True)
    assert [number for number, pair in enumerate(zip(before, now, strict=True)) if pair[0] != pair[1]] in (
        [at.place.line - 1],
        [at.place.line],
    )


@given(files(), edits)
def test_setting_twice_is_setting_once(text: str, edit: tuple[str, str, str | None]) -> None:
    label, name, wanted = edit
    if wanted is not None:
        once = put(text, label, name, wanted)
        assert put(once, label, name, wanted) == once
