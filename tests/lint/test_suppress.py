"""Suppressions at work: what they silence, what they never silence, and that they leave no trace in the text."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import promptreg
from promptreg.lint.report import Report
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace

HEAD = "---\nkind: rule\nversion: 1.0.0\n---\n"
PROMPT = "kind: prompt\nversion: 1.0.0\nmessages: [{role: system, parts: [{use: one}]}]\nsamples: {s: {}}\n"


def run(folder: Path, body: str, settings: Settings = Settings(), targets: list[str] | None = None) -> Report:  # noqa: B008
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "one.md").write_text(HEAD + body, encoding="utf-8")
    (folder / "prompts" / "chat.yaml").write_text(PROMPT, encoding="utf-8")
    return lint(Workspace(promptreg.load(folder / "prompts")), targets, settings)


def lines(report: Report) -> list[tuple[str, int]]:
    found = [(one.rule, one.place.source.location(one.place.start).line - 4) for one in report.findings]
    return [one for one in found if one[0] != "invalid-front-matter"]


BODY = "{# promptreg: ignore[RULES] why #}\n- Be {{ mood }}.\n- Be {{ kind }}.\n"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("undefined-variable", [3]),
        ("TPL002", [3]),
        ("TPL", [3]),
        ("all", [3]),
        ("unused-variable, TPL002", [1, 3]),
        ("unused-variable", [1, 2, 3]),
    ],
)
def test_a_rule_is_silenced_on_the_next_line_and_nowhere_else(tmp_path: Path, rules: str, expected: list[int]) -> None:
    report = run(tmp_path, BODY.replace("RULES", rules))
    assert [line for _, line in lines(report)] == expected
    assert [one.place.text for one in report.suppressed] == ([] if 2 in expected else ["mood"])


def test_a_suppression_is_not_called_unused_when_its_rule_was_not_run(tmp_path: Path) -> None:
    body = "{# promptreg: ignore[unused-variable, STR] why #}\n- Be kind.\n"
    assert ("unused-suppression", 1) in lines(run(tmp_path, body))
    chosen = Settings(select=("undefined-variable", "unused-suppression"))
    assert lines(run(tmp_path, body, chosen)) == []


@pytest.mark.parametrize(("body", "expected"), [("- Be kind.\n", True), ("- Be {{ kind.\n", False)])
def test_nor_when_the_file_cannot_be_read(tmp_path: Path, body: str, expected: bool) -> None:
    run(tmp_path, "")
    text = HEAD.replace("kind: rule", "kind: rule # promptreg: ignore[unused-variable] why") + body
    (tmp_path / "prompts" / "one.md").write_text(text, encoding="utf-8")
    report = lint(Workspace(promptreg.load(tmp_path / "prompts")), None, Settings())
    assert ("unused-suppression" in {one.rule for one in report.findings}) is expected


def test_a_part_of_the_registry_judges_suppressions_alike(tmp_path: Path) -> None:
    body = BODY.replace("RULES", "TPL002, unused-variable")
    whole = run(tmp_path, body)
    assert lines(whole) == lines(run(tmp_path, body, targets=["prompts/one.md"])) != []


def test_reasons_can_be_required(tmp_path: Path) -> None:
    body = BODY.replace("RULES] why", "TPL002]")
    assert ("malformed-suppression", 1) not in lines(run(tmp_path, body))
    assert ("malformed-suppression", 1) in lines(run(tmp_path, body, Settings(require_reasons=True)))


LINE = st.sampled_from(["- Be {{ mood }}.", "- Be {{ kind }} and {{ mood }}.", "- Be calm.", "", "  - {{ other }}"])
COMMENT = st.sampled_from(["TPL002", "TPL", "unused-variable", "REG", "TPL002, REG006"])


@given(st.lists(LINE, min_size=1, max_size=6), st.integers(0, 5), COMMENT)
def test_a_suppression_never_silences_another_line(body: list[str], at: int, rules: str) -> None:
    at = min(at, len(body) - 1)
    with TemporaryDirectory() as folder:
        bare = lines(run(Path(folder), "\n".join(body) + "\n"))
        written = [*body[:at], f"{{# promptreg: ignore[{rules}] why #}}", *body[at:]]
        after = lines(run(Path(folder), "\n".join(written) + "\n"))
    kept = [(rule, line - (line > at)) for rule, line in after if not rule.endswith("-suppression")]
    hidden = next((number for number in range(at, len(body)) if body[number].strip()), at) + 1
    assert [one for one in bare if one[1] != hidden] == [one for one in kept if one[1] != hidden]


@given(st.lists(LINE, min_size=1, max_size=6), st.integers(0, 5), st.sampled_from(["alone", "behind"]))
def test_neither_a_suppression_nor_its_removal_leaves_a_trace(body: list[str], at: int, where: str) -> None:
    body = [line.replace("{{", "").replace("}}", "") for line in body]
    at = min(at, len(body) - 1)
    comment = "{# promptreg: ignore[TPL002] why "
    if where == "alone":
        written = [*body[:at], comment + "#}", *body[at:]]
    else:
        written = [*body[:at], body[at] + comment + "+#}", *body[at + 1 :]]
    with TemporaryDirectory() as name:
        folder = Path(name)
        run(folder, "\n".join(body) + "\n")
        text = promptreg.load(folder / "prompts").render("chat", {}).text
        report = run(folder, "\n".join(written) + "\n")
        assert promptreg.load(folder / "prompts").render("chat", {}).text == text
        (finding,) = (one for one in report.findings if one.rule == "unused-suppression")
        assert finding.fix is not None
        (edit,) = finding.fix.edits
        source = edit.place.source.text
        fixed = source[: edit.place.start] + edit.text + source[edit.place.end :]
        run(folder, fixed.removeprefix(HEAD))
        assert promptreg.load(folder / "prompts").render("chat", {}).text == text
