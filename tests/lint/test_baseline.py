"""Baselines: they hold what was there, never anything new, and only shrink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import promptreg
from promptreg.errors import InvalidFile, PromptregError, UsageError
from promptreg.lint.baseline import draw, read_baseline, tightened, write_baseline
from promptreg.lint.finding import Hit, Place
from promptreg.lint.report import Report
from promptreg.lint.rule import Rule
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.subjects import Head, Template
from promptreg.lint.workspace import Workspace

FILE = "lint-baseline.json"


def run(folder: Path, bodies: Mapping[str, str], rules: list[Rule] | None = None, **settings: Any) -> Report:
    for name, body in bodies.items():
        path = folder / "prompts" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\nkind: rule\nversion: 1.0.0\n---\n{body}", encoding="utf-8")
    targets = settings.pop("targets", None)
    return lint(Workspace(promptreg.load(folder / "prompts")), targets, Settings(**settings), rules=rules)


def texts(findings: Any) -> list[str]:
    return [one.place.text for one in findings]


def drawn(folder: Path, report: Report) -> None:
    write_baseline(str(folder / FILE), draw(report.findings))


def test_a_baseline_holds_what_was_there_wherever_it_moves(tmp_path: Path) -> None:
    drawn(tmp_path, run(tmp_path, {"one": "- {{ a }}\n- {{ b }}\n", "two": "- {{ a }}\n"}))
    report = run(tmp_path, {"one": "Text before.\n\n- {{ b }}\n-   {{ a }}\n"}, baseline=FILE)
    assert (texts(report.findings), texts(report.baselined)) == ([], ["b", "a", "a"])
    assert report.notices == ()
    assert report.as_dict()["summary"]["baselined"] == 3


def test_the_same_text_in_another_component_or_once_more_is_new(tmp_path: Path) -> None:
    drawn(tmp_path, run(tmp_path, {"one": "- {{ a }}\n"}))
    report = run(tmp_path, {"one": "- {{ a }}\n- {{ a }}\n", "two": "- {{ a }}\n"}, baseline=FILE)
    assert [(one.component, one.place.source.location(one.place.start).line) for one in report.findings] == [
        ("one", 6),
        ("two", 5),
    ]


def test_a_renamed_component_is_another_one(tmp_path: Path) -> None:
    drawn(tmp_path, run(tmp_path, {"one": "- {{ a }}\n"}))
    (tmp_path / "prompts" / "one.md").rename(tmp_path / "prompts" / "two.md")
    report = run(tmp_path, {}, baseline=FILE)
    assert (texts(report.findings), texts(report.baselined)) == (["a"], [])
    assert len(report.notices) == 1


def test_what_is_gone_is_told_and_taken_out_and_never_put_in_again(tmp_path: Path) -> None:
    drawn(tmp_path, run(tmp_path, {"one": "- {{ a }}\n- {{ b }}\n", "two": "- {{ c }}\n"}))
    report = run(tmp_path, {"one": "- {{ b }}\n- {{ new }}\n"}, baseline=FILE)
    assert report.notices == (f"an entry of {FILE} can be tightened: `promptreg lint --update-baseline` does it",)
    old = read_baseline(str(tmp_path / FILE), FILE)
    new = tightened(old, report.baselined, report.covered)
    assert sorted(entry.message.split('"')[1] for entry in new.values()) == ["b", "c"]
    write_baseline(str(tmp_path / FILE), new)
    again = run(tmp_path, {"one": "- {{ b }}\n- {{ a }}\n"}, baseline=FILE)
    assert texts(again.findings) == ["a"]


def test_a_run_of_some_files_or_rules_does_not_judge_the_entries_of_others(tmp_path: Path) -> None:
    drawn(tmp_path, run(tmp_path, {"one": "- {{ a }}\n", "two": "- {{ c }}\n"}))
    bodies = {"one": "- {{ a }}\n", "two": "- Fine.\n"}
    assert run(tmp_path, bodies, baseline=FILE, targets=["prompts/one.md"]).notices == ()
    assert run(tmp_path, bodies, baseline=FILE, select=("TPL003",)).notices == ()
    assert len(run(tmp_path, bodies, baseline=FILE).notices) == 1
    (tmp_path / "prompts" / "two.md").unlink()
    assert len(run(tmp_path, {}, baseline=FILE).notices) == 1


def _count(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    amount = head.source.text.count("!")
    if amount:
        yield Hit(f"{amount} marks", Place(head.source, 0, 0), amount=amount)


COUNTING = [Rule(name="many-marks", code="AAA001", summary=".", scope="head", check=_count)]


@pytest.mark.parametrize(("now", "reported"), [("!!!!", True), ("!!!", False), ("!", False)])
def test_amounts_may_fall_and_never_rise(tmp_path: Path, now: str, reported: bool) -> None:
    drawn(tmp_path, run(tmp_path, {"one": "Text!!!\n"}, COUNTING))
    report = run(tmp_path, {"one": f"Other text{now}\n"}, COUNTING, baseline=FILE)
    assert bool(report.findings) is reported
    assert bool(report.notices) is (now != "!!!" and not reported) or reported
    if now == "!":
        tight = tightened(read_baseline(str(tmp_path / FILE), FILE), report.baselined, report.covered)
        write_baseline(str(tmp_path / FILE), tight)
        assert run(tmp_path, {"one": "Text!!\n"}, COUNTING, baseline=FILE).findings


def _secret(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    yield Hit("a secret", template.place(0, 4), secret=True)


def test_secrets_are_never_in_a_baseline(tmp_path: Path) -> None:
    rules = [Rule(name="any-secret", code="AAA002", summary=".", scope="template", check=_secret)]
    drawn(tmp_path, run(tmp_path, {"one": "Text\n"}, rules))
    assert len(run(tmp_path, {}, rules, baseline=FILE).findings) == 1
    assert "Text" not in (tmp_path / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (None, UsageError, "there is no baseline lint-baseline.json"),
        ("[]", InvalidFile, 'is no baseline: "schema" must be'),
        ('{"schema": "promptreg/lint-baseline/1"}', InvalidFile, "is no baseline"),
        ('{"schema": "promptreg/lint-baseline/1", "entries": [3]}', InvalidFile, "is no baseline"),
        ("<<<<<<< HEAD\n", InvalidFile, "lint-baseline.json"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_an_error(
    tmp_path: Path, text: str | None, error: type[PromptregError], message: str
) -> None:
    if text is not None:
        (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        run(tmp_path, {"one": "- {{ a }}\n"}, baseline=FILE)


LINES = st.lists(st.sampled_from(["- {{ a }}", "- {{ b }}", "- {{ a }} and {{ b }}", "- None", ""]), max_size=6)


@given(LINES, LINES)
def test_a_baseline_never_hides_a_new_finding(before: list[str], after: list[str]) -> None:
    """Of findings that read the same, as many are held as there were, and every other one is reported."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        drawn(folder, run(folder, {"one": "\n".join(before) + "\n"}))
        report = run(folder, {"one": "\n".join(after) + "\n"}, baseline=FILE)

    def count(lines: list[str]) -> Counter[tuple[str, str]]:
        return Counter((word, line) for line in lines for word in "ab" if f"{{{{ {word} }}}}" in line)

    assert Counter((one.place.text, line_of(one)) for one in report.findings) == count(after) - count(before)
    assert Counter((one.place.text, line_of(one)) for one in report.baselined) == count(after) & count(before)


def line_of(finding: Any) -> str:
    place = finding.place
    line: str = place.source.text.split("\n")[place.source.location(place.start).line - 1]
    return line
