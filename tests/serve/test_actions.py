"""Fixes and suppressions as edits: each does what its title says and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.lint.edits import apply_edits
from promptreg.lint.finding import Edit, Finding, Fix, Place
from promptreg.lint.report import Report
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace
from promptreg.serve.lsp.actions import Action, actions
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.project import Snapshot
from promptreg.text import Source
from tests.serve.pages import project
from tests.support.registries import component


class Looked:
    """A registry that was linted, seen from one of its files."""

    def __init__(self, folder: Path, name: str, files: dict[str, str]) -> None:
        self.snapshot: Snapshot = project(folder, files).snapshot({})
        self.report: Report = lint(Workspace(self.snapshot.registry), None, Settings())
        self.path = f"prompts/{name}"
        self.text = (folder / "prompts" / name).read_bytes().decode()

    def finding(self, rule: str) -> Finding:
        return next(one for one in self.report.findings if one.rule == rule and one.place.path == self.path)

    def actions(self, rule: str) -> dict[str, Action]:
        one = self.finding(rule)
        found = actions(self.snapshot, Page(self.path, self.text), [one], one.place.start, one.place.start)
        return {action.title: action for action in found}

    def after(self, action: Action) -> tuple[str, Report]:
        """The text after an action, and what is found then."""
        text = apply_edits(self.text, action.edits)
        return text, lint(Workspace(self.snapshot.registry.with_texts({self.path: text})), None, Settings())


def rules(report: Report, path: str) -> list[str]:
    return [one.rule for one in report.findings if one.place.path == path]


PROMPT = """kind: prompt
version: 1.0.0
inputs:
  loud: {type: boolean}
messages:
  - role: system
    parts:
      - text: "Say {{ word }}."
      - text: |
          Be kind.

          Say {{ other }}.
samples: {one: {loud: true}}
"""
BODY = component("- Be kind.\n  - Say {{ word }}.\n- Be brief.\n", kind="rule")
FRONT = component("Hello.\n", "{loud: {type: boolean}}")


@pytest.mark.parametrize(
    ("name", "text", "rule", "expected"),
    [
        pytest.param("a.yaml", PROMPT, "unused-variable", "{type: boolean}  # promptreg: ignore[R]\n", id="YAML"),
        pytest.param(
            "a.yaml", PROMPT, "undefined-variable", '"Say {{ word }}."  # promptreg: ignore[R]\n', id="a quoted text"
        ),
        pytest.param("a.md", FRONT, "unused-variable", "boolean}}  # promptreg: ignore[R]\n---\n", id="front matter"),
        pytest.param("a.md", BODY, "undefined-variable", "  {# promptreg: ignore[R] #}\n  - Say {{", id="a body"),
        pytest.param(
            "a.md", BODY.replace("\n", "\r\n"), "undefined-variable", "  {# promptreg: ignore[R] #}\r\n", id="CR LF"
        ),
    ],
)
def test_a_finding_is_ignored_where_it_stands(tmp_path: Path, name: str, text: str, rule: str, expected: str) -> None:
    one = Looked(tmp_path, name, {name: text})
    before = rules(one.report, one.path)
    after, report = one.after(one.actions(rule)[f"Ignore {rule} here"])
    assert expected.replace("[R]", f"[{rule}]") in after
    before.remove(rule)
    assert rules(report, one.path) == before


def test_a_finding_inside_of_a_tag_of_several_lines_is_ignored_in_the_whole_file(tmp_path: Path) -> None:
    one = Looked(tmp_path, "a.md", {"a.md": component("Hi {{\n  word }}.\n")})
    found = one.actions("undefined-variable")
    assert "Ignore undefined-variable here" not in found
    after, report = one.after(found["Ignore undefined-variable in this file"])
    assert after.startswith("---\n# promptreg: ignore-file[undefined-variable]\nkind:")
    assert rules(report, one.path) == []


def test_a_suppression_changes_nothing_that_is_rendered(tmp_path: Path) -> None:
    chat = "kind: prompt\nversion: 1.0.0\nmessages: [{role: system, parts: [{use: a@1}]}]\nsamples: {one: {}}\n"
    body = component("- One.\n- Two {{ 1 + 1 }} two two.\n- Three.\n", kind="rule")
    one = Looked(tmp_path, "a.md", {"a.md": body, "chat.yaml": chat})
    before = one.snapshot.registry.render("chat", sample="one").messages
    text, report = one.after(one.actions("repeated-word")["Ignore repeated-word here"])
    assert rules(report, one.path) == []
    assert one.snapshot.registry.with_texts({one.path: text}).render("chat", sample="one").messages == before


def test_an_unsafe_fix_is_called_so_and_mends_its_finding(tmp_path: Path) -> None:
    one = Looked(tmp_path, "a.md", {"a.md": component("Say {{ wrd }}.\n", "{word: {type: string}}")})
    found = [action for title, action in one.actions("undefined-variable").items() if "(unsafe: " in title]
    assert [action.is_best for action in found] == [False]
    text, report = one.after(found[0])
    assert "{{ word }}" in text
    assert rules(report, one.path) == []


def test_a_safe_fix_is_the_best_one_where_it_is_proven(tmp_path: Path) -> None:
    body = component("Hello.\n", "{}  # promptreg: ignore[undefined-variable] why")
    one = Looked(tmp_path, "a.md", {"a.md": body})
    best = [action for action in one.actions("unused-suppression").values() if action.is_best]
    assert len(best) == 1
    text, report = one.after(best[0])
    assert text == component("Hello.\n")
    assert rules(report, one.path) == []


def test_a_suppression_in_a_folded_text_does_not_become_a_part_of_it(tmp_path: Path) -> None:
    text = PROMPT.replace("text: |", "text: >").replace("{{ word }}", "word")
    one = Looked(tmp_path, "a.yaml", {"a.yaml": text})
    after, report = one.after(one.actions("undefined-variable")["Ignore undefined-variable here"])
    assert "{# promptreg: ignore[undefined-variable] #}Say {{ other }}." in after
    assert "undefined-variable" not in rules(report, one.path)


def test_a_fix_is_not_offered_when_another_file_that_it_edits_has_changed(tmp_path: Path) -> None:
    one = Looked(tmp_path, "a.md", {"a.md": BODY, "b.md": component("New.\n")})
    place = one.finding("undefined-variable").place

    def titles(text: str) -> list[str]:
        edit = Edit(Place(Source("prompts/b.md", text), 0, 0), "")
        finding = one.finding("undefined-variable")._replace(fix=Fix("unsafe", "Mend b", (edit,)))
        found = actions(one.snapshot, Page(one.path, one.text), [finding], place.start, place.start)
        return [action.title.partition(" (")[0] for action in found if action.title.startswith("Mend")]

    assert titles(component("New.\n")) == ["Mend b"]
    assert titles(component("Old.\n")) == []


def test_findings_of_another_text_are_left_alone(tmp_path: Path) -> None:
    one = Looked(tmp_path, "a.md", {"a.md": BODY})
    finding = one.finding("undefined-variable")
    page = Page(one.path, "x" + one.text)
    assert actions(one.snapshot, page, [finding], 0, len(page.text)) == []
