"""A run: which files are looked at, and which rules hold there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import promptreg
from promptreg.errors import InvalidFile, PromptregError, UsageError
from promptreg.lint.finding import Hit
from promptreg.lint.report import Report
from promptreg.lint.rule import Option, Rule
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings, read_settings
from promptreg.lint.subjects import Head
from promptreg.lint.workspace import Workspace
from promptreg.registry.config import find_registry

FILES = {
    "rules/tone.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Be {{ mood }}.\n",
    "rules/other.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Be {{ kind }}.\n",
    "chat.yaml": """kind: prompt
version: 1.0.0
inputs: {loud: {type: boolean}}
messages: [{role: system, parts: [{use: rules/tone}]}]
samples: {one: {file: samples/one.json}}
""",
    "samples/one.json": '{"loud": true}',
    "rules/broken.md": "---\nkind: rul\nversion: 1.0.0\n---\n- {{ x\n",
}


def workspace(folder: Path, files: Mapping[str, str] = FILES) -> Workspace:
    for name, text in files.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Workspace(promptreg.load(folder / "prompts"))


def shown(report: Report) -> list[str]:
    return [f"{one.rule} {one.place.source.location(one.place.start)}" for one in report.findings]


EVERYTHING = [
    "unused-variable prompts/chat.yaml:3:10",
    "invalid-front-matter prompts/rules/broken.md:2:7",
    "undefined-variable prompts/rules/other.md:5:9",
    "undefined-variable prompts/rules/tone.md:5:9",
]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        pytest.param(None, EVERYTHING, id="no target"),
        pytest.param(["."], EVERYTHING, id="the project"),
        pytest.param(["prompts/rules/tone.md"], [EVERYTHING[0], EVERYTHING[3]], id="a part of a prompt"),
        pytest.param(["prompts/rules/other.md"], [EVERYTHING[2]], id="a file that nothing uses"),
        pytest.param(["prompts/chat.yaml"], [EVERYTHING[0]], id="a prompt, without its parts"),
        pytest.param(["prompts/rules/broken.md"], [EVERYTHING[1]], id="a broken file"),
        pytest.param(["prompts/rules"], EVERYTHING, id="a folder"),
        pytest.param(["prompts/samples/one.json"], [EVERYTHING[0]], id="a file of samples"),
        pytest.param(["prompts/samples"], [EVERYTHING[0]], id="a folder of samples"),
    ],
)
def test_named_files_and_what_is_made_with_them_are_looked_at(
    tmp_path: Path, targets: list[str] | None, expected: list[str]
) -> None:
    found = workspace(tmp_path)
    assert shown(lint(found, targets, Settings())) == expected
    absolute = None if targets is None else [str(tmp_path / target) for target in targets]
    assert shown(lint(found, absolute, Settings())) == expected


def test_every_missing_target_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        lint(workspace(tmp_path), ["prompts/rules/tonne.md", "prompts", "nowhere"], Settings())
    assert [str(problem) for problem in caught.value.problems] == [
        'there is no file or folder "prompts/rules/tonne.md" (did you mean "prompts/rules/tone.md"?)',
        'there is no file or folder "nowhere"',
    ]


def test_a_file_that_is_not_of_the_registry_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    report = lint(workspace(tmp_path), ["notes.txt"], Settings())
    assert (report.files, report.notices) == (0, ("notes.txt is no file of the registry: nothing was looked at there",))


def test_counts_and_document(tmp_path: Path) -> None:
    report = lint(workspace(tmp_path), None, Settings())
    document = report.as_dict()
    assert document["summary"] == {
        "files": 4, "components": 2, "prompts": 1, "errors": 3, "warnings": 1, "notes": 0, "fixable": 0,
        "suppressed": 0, "baselined": 0,
    }  # fmt: skip
    assert (report.exit_code(), Report().exit_code()) == (1, 0)
    warned = lint(workspace(tmp_path), ["prompts/samples"], Settings())
    assert (warned.exit_code(), warned.exit_code("warning")) == (0, 1)


# -- settings


def settings(folder: Path, text: str) -> Settings:
    (folder / "promptreg.toml").write_text(text, encoding="utf-8")
    return read_settings(find_registry(folder))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('select = ["REG"]', [EVERYTHING[1]]),
        ('select = ["TPL003", "invalid-front-matter"]', EVERYTHING[:2]),
        ('ignore = ["TPL"]', [EVERYTHING[1]]),
        ('[lint.folders."prompts/rules"]\nignore = ["TPL002"]', EVERYTHING[:2]),
        ('[lint.folders."prompts/**/to*.md"]\nignore = ["TPL002"]', EVERYTHING[:3]),
        ('ignore = ["all"]\n[lint.folders.prompts]\nselect = ["all"]', []),
        (
            'select = ["REG006"]\n[lint.folders."prompts/rules/tone.md"]\nselect = ["all"]',
            [EVERYTHING[1], EVERYTHING[3]],
        ),
    ],
)
def test_rules_are_selected_for_the_project_and_for_folders(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert shown(lint(workspace(tmp_path), None, settings(tmp_path, f"[lint]\n{text}\n"))) == expected


def test_severities_of_what_names_fewer_rules_and_of_folders_win(tmp_path: Path) -> None:
    text = '[lint.severity]\nall = "note"\nTPL = "warning"\nunused-variable = "error"\n'
    text += '[lint.folders."prompts/rules/tone.md".severity]\nTPL = "error"\n'
    report = lint(workspace(tmp_path), None, settings(tmp_path, text))
    assert [one.severity for one in report.findings] == ["error", "note", "warning", "error"]


def rule(name: str, code: str, **more: Any) -> Rule:
    def check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
        yield Hit(f"{dict(options)}", head.place(("version",)))

    return Rule(name=name, code=code, summary=".", scope="head", check=check, **more)


RULES = [
    rule("plain-one", "AAA001", options={"words": Option(("x",), ""), "most": Option(3, "")}),
    rule("off-one", "AAA002", standing="off"),
    rule("disputed-one", "AAA003", standing="pedantic"),
    rule("early-one", "AAA004", stage="preview"),
    rule("late-one", "AAA005", since="0.2.0"),
    rule("old-one", "AAA006", stage="deprecated", reason="nobody needs it"),
]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Settings(), ["plain-one", "late-one"]),
        (Settings(select=("all",)), ["plain-one", "off-one", "late-one"]),
        (Settings(select=("AAA",), pedantic=True, preview=True),
         ["plain-one", "off-one", "disputed-one", "early-one", "late-one"]),
        (Settings(pedantic=True), ["plain-one", "disputed-one", "late-one"]),
        (Settings(version=(0, 1)), ["plain-one"]),
        (Settings(version=(0, 2)), ["plain-one", "late-one"]),
        (Settings(version=(0, 1), select=("late-one", "old-one", "AAA003")), ["disputed-one", "late-one", "old-one"]),
        (Settings().chosen(("all",), ("off-one",)), ["plain-one", "late-one"]),
    ],
)  # fmt: skip
def test_life_cycle_and_standing_decide_what_wide_selectors_mean(
    tmp_path: Path, chosen: Settings, expected: list[str]
) -> None:
    report = lint(workspace(tmp_path), ["prompts/rules/other.md"], chosen, rules=RULES)
    assert [one.rule for one in report.findings] == expected
    said = ("the rule old-one is deprecated: nobody needs it",) if "old-one" in expected else ()
    assert report.notices == said


def test_options_reach_the_rule(tmp_path: Path) -> None:
    chosen = settings(tmp_path, '[lint.options.plain-one]\nwords = ["a", "b"]\n')
    (finding,) = lint(workspace(tmp_path), ["prompts/rules/other.md"], chosen, rules=RULES[:1]).findings
    assert finding.message == "{'words': ('a', 'b'), 'most': 3}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[lint]\nselct = []\n",
                     ['promptreg.toml:2:1: lint: unknown setting "selct" (did you mean "select"?)'], id="unknown key"),
        pytest.param("[lint]\nselect = 'all'\npedantic = 1\nversion = 'x'\nbaseline = ''\n",
                     ["promptreg.toml:2:1: lint.select: must be a list of texts",
                      "promptreg.toml:3:1: lint.pedantic: must be true or false",
                      'promptreg.toml:4:1: lint.version: must be a version of promptreg as text, such as "0.1"',
                      "promptreg.toml:5:1: lint.baseline: must be a path from the project root"], id="types"),
        pytest.param("[lint.severity]\nTPL = 'eror'\n[lint.folders.x]\nselct = []\n[lint.options]\na = 1\n",
                     ["promptreg.toml:2:1: lint.severity.TPL: must be one of error, warning, note"
                      ' (did you mean "error"?)',
                      'promptreg.toml:4:1: lint.folders.x: unknown setting "selct" (did you mean "select"?)',
                      "promptreg.toml:6:1: lint.options.a: must be a table"], id="tables"),
        pytest.param("lint = 1\n", ["promptreg.toml:1:1: lint must be a table"], id="no table"),
        pytest.param("[lint]\nselect = ['plain-onne', 'zzz']\n[lint.options.plain-one]\nmust = 2\nmost = 'x'\n"
                     "[lint.options.off-ome]\n",
                     ['promptreg.toml:2:12: there is no lint rule "plain-onne" (did you mean "plain-one"?)',
                      'promptreg.toml:2:26: there is no lint rule "zzz"',
                      'promptreg.toml:4:1: the rule "plain-one" has no option "must" (did you mean "most"?)',
                      'promptreg.toml:5:1: the option "most" of "plain-one" must be a whole number',
                      'promptreg.toml:6:15: there is no lint rule "off-ome" (did you mean "off-one"?)'], id="rules"),
    ],
)  # fmt: skip
def test_everything_wrong_is_told_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = workspace(tmp_path)
    with pytest.raises(PromptregError) as caught:
        lint(found, None, settings(tmp_path, text), rules=RULES)
    assert isinstance(caught.value, InvalidFile)
    assert [str(problem) for problem in caught.value.problems] == expected


def test_a_selector_of_the_caller_that_names_nothing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='there is no lint rule "plain" \\(did you mean "plain-one"\\?\\)'):
        lint(workspace(tmp_path), None, Settings().chosen(("plain",)), rules=RULES)
