"""`promptreg lint` as people and scripts see it."""

from __future__ import annotations

import json
import shlex
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from promptreg.lint import catalogue
from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head
from tests.cli.registries import Change, broken, copy_small, replaced, written
from tests.cli.running import Result, run
from tests.cli.schemas import valid
from tests.lint.fixing import FILES, replacing
from tests.support.frozen import history

BAD = written(
    "rules/bad.md", b"---\nkind: rule\nversion: 1.0.0\ninputs: {name: {type: string}}\n---\n- Be {{ mood }}.\n"
)
TEXT = """\
prompts/rules/bad.md:4:10: warning: the input "name" is declared and never used [unused-variable]
 4 | inputs: {name: {type: string}}
   |          ^^^^

prompts/rules/bad.md:6:9: error: undefined variable "mood": declare it under "inputs" [undefined-variable]
 6 | - Be {{ mood }}.
   |         ^^^^

"""


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return broken(tmp_path / "app", BAD)


def test_a_clean_registry_is_exit_0(tmp_path: Path) -> None:
    result = run("lint", folder=copy_small(tmp_path))
    assert (result.code, result.out, result.err) == (0, "nothing found in 8 files\n", "")


def test_findings_are_printed_with_their_line(bad: Path) -> None:
    result = run("lint", folder=bad)
    assert (result.code, result.err) == (1, "")
    assert result.out == TEXT + "1 error, 1 warning in 1 of 9 files\n"


def test_only_the_targets_and_what_is_made_with_them(bad: Path) -> None:
    assert run("lint", "prompts/rules/tone.md", folder=bad).code == 0
    assert run("lint", "prompts/rules", folder=bad).code == 1
    assert run("lint", "bad.md", "tone.md", folder=bad / "prompts" / "rules").code == 1
    assert run("lint", str(bad / "prompts/rules/bad.md"), folder=bad).code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--ignore", "undefined-variable"], 0),
        (["--ignore", "TPL002", "--fail-on", "warning"], 1),
        (["--ignore", "TPL"], 0),
        (["--select", "unused-variable"], 0),
        (["--select", "unused-variable", "--fail-on", "warning"], 1),
        (["--select", "REG,TPL002"], 1),
    ],
    ids=["name", "code", "group", "one", "one that fails", "several"],
)
def test_rules_are_chosen(options: list[str], code: int, bad: Path) -> None:
    assert run("lint", *options, folder=bad).code == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "undefined-varable"], 'did you mean "undefined-variable"?'),
        (["--ignore", "nothing-like-it"], 'there is no lint rule "nothing-like-it"'),
        (["prompts/rules/bda.md"], 'there is no file or folder "prompts/rules/bda.md"'),
        (["--format", "jsn"], 'did you mean "json"?'),
        (["--select", " ,"], "--select names no rule"),
        (["--fail-on", "warn"], 'did you mean "warning"?'),
        (["--registry", "nowhere"], "nowhere"),
    ],
    ids=["select", "ignore", "missing file", "format", "nothing", "severity", "registry"],
)
def test_what_makes_no_sense_is_exit_2(arguments: list[str], message: str, bad: Path) -> None:
    result = run("lint", *arguments, folder=bad)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_settings_that_make_no_sense_are_exit_2(bad: Path) -> None:
    (bad / "promptreg.toml").write_text('[lint]\nselect = ["undefined-varable"]\n', encoding="utf-8")
    result = run("lint", folder=bad)
    assert (result.code, result.out) == (2, "")
    assert "promptreg.toml:2:" in result.err


def test_settings_of_the_project_hold(bad: Path) -> None:
    (bad / "promptreg.toml").write_text('[lint]\nignore = ["undefined-variable"]\n', encoding="utf-8")
    assert run("lint", folder=bad).code == 0


# -- formats


def test_json(bad: Path) -> None:
    result = run("lint", "--format", "json", folder=bad)
    document = valid(result.out, "lint")
    assert result.code == 1
    assert [found["rule"] for found in document["findings"]] == ["unused-variable", "undefined-variable"]
    assert document["summary"]["files"] == 9


def test_errors_are_json_too(bad: Path) -> None:
    result = run("lint", "nowhere", "--format", "json", folder=bad)
    assert result.code == 2
    assert valid(result.out, "error")["errors"][0]["code"] == "usage"


def test_sarif_github_and_gitlab_count_from_the_top_of_the_repository(bad: Path) -> None:
    (bad.parent / ".git").mkdir()
    sarif = json.loads(run("lint", "--format", "sarif", folder=bad).out)
    location = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    path = "app/prompts/rules/bad.md"
    assert location["artifactLocation"]["uri"] == path
    assert [rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]] == [
        "undefined-variable",
        "unused-variable",
    ]
    assert f"::error file={path},line=6," in run("lint", "--format", "github", folder=bad).out
    assert json.loads(run("lint", "--format", "gitlab", folder=bad).out)[0]["location"]["path"] == path


def test_junit(bad: Path) -> None:
    suites = ElementTree.fromstring(run("lint", "--format", "junit", "--fail-on", "warning", folder=bad).raw)
    assert suites.attrib["failures"] == "2"


def test_a_file_gets_the_report_and_standard_error_the_summary(bad: Path) -> None:
    result = run("lint", "-o", "lint.txt", folder=bad)
    assert (result.code, result.out, result.err) == (1, "", "1 error, 1 warning in 1 of 9 files\n")
    assert (bad / "lint.txt").read_text(encoding="utf-8").startswith(TEXT)


@pytest.mark.parametrize(
    ("environment", "terminal", "painted"),
    [
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({}, False, False),
        ({"FORCE_COLOR": "1"}, False, True),
    ],
    ids=["terminal", "NO_COLOR", "pipe", "FORCE_COLOR"],
)
def test_colour(environment: Mapping[str, str], terminal: bool, painted: bool, bad: Path) -> None:
    result = run("lint", folder=bad, terminal=terminal, environment=environment)
    assert ("\x1b[" in result.out) == painted


# -- nothing is hidden


def rule(name: str, check: Any, **more: Any) -> Rule:
    return Rule(name=name, code="ZZZ001", summary="A test.", scope="head", check=check, **more)


def with_rule(found: Rule, folder: Path, *arguments: str) -> Result:
    """A run in which there is one rule more."""
    rules = (*catalogue.builtin_rules(), found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "builtin_rules", lambda: rules)
        return run("lint", *arguments, folder=folder)


def crashes(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    if head.name == "rules/tone":
        raise KeyError("boom")
    yield from ()


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_a_crashed_rule_is_exit_3_and_hides_no_other(form: str, bad: Path) -> None:
    result = with_rule(rule("crashing-rule", crashes), bad, "--format", form)
    assert result.code == 3
    assert "the rule crashing-rule crashed on rules/tone" in result.err
    assert "undefined-variable" in result.out


def tells(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    start = head.source.text.find("Bearer")
    if start >= 0:
        yield Hit("this looks like a token", Place(head.source, start, start + 20), secret=True)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_a_secret_is_in_no_output(form: str, tmp_path: Path) -> None:
    leak = b"---\nkind: rule\nversion: 1.0.0\n---\n- Send Bearer 0123456789abc and {{ nmae }}.\n"
    folder = broken(tmp_path, written("rules/leak.md", leak))
    result = with_rule(rule("leaked-token", tells, severity="error"), folder, "--format", form)
    assert result.code == 1
    assert "0123456789" not in result.out + result.err
    assert "leaked-token" in result.out


def quotes(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    start = head.source.text.find("AKIA")
    if start >= 0:
        raise ValueError(head.source.text[start : start + 40])
    yield from ()


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_a_crash_tells_no_secret(form: str, tmp_path: Path) -> None:
    key = "AKIA" + "IQ7LZ5XWBVPN3KDR"
    leak = f"---\nkind: rule\nversion: 1.0.0\n---\n- Use {key} here.\n"
    folder = broken(tmp_path, written("rules/leak.md", leak.encode()))
    result = with_rule(rule("crashing-rule", quotes), folder, "--select", "crashing-rule", "--format", form)
    assert result.code == 3
    assert key not in result.out + result.err


@pytest.mark.parametrize("options", [[], ["--ignore", "all"]], ids=["all rules", "no rule"])
def test_a_changed_release_is_exit_4_whatever_rules_are_off(options: list[str], tmp_path: Path) -> None:
    history(tmp_path)
    frozen = tmp_path / "prompts/.versions/rules/tone/1.1.0.md"
    frozen.write_text(frozen.read_text(encoding="utf-8") + "- And more.\n", encoding="utf-8")
    result = run("lint", *options, folder=tmp_path)
    assert result.code == 4
    assert "prompts/.versions/rules/tone/1.1.0.md" in result.err


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [("promptreg.lock", "{", 4), ("promptreg.lock", "<<<<<<< HEAD\n", 4), ("labels.yaml", "production: 5\n", 2)],
    ids=["lock", "lock in conflict", "labels"],
)
def test_what_vouches_for_releases_must_be_readable(file: str, text: str, code: int, tmp_path: Path) -> None:
    history(tmp_path)
    (tmp_path / "prompts" / file).write_text(text, encoding="utf-8")
    result = run("lint", folder=tmp_path)
    assert result.code == code
    assert f"prompts/{file}" in result.err


def test_an_unreadable_registry_is_no_clean_one(tmp_path: Path) -> None:
    assert run("lint", folder=tmp_path).code == 2
    (tmp_path / "prompts").write_text("no folder", encoding="utf-8")
    assert run("lint", folder=tmp_path).code == 2


CIRCLE = b"---\nkind: rule\nversion: 1.0.0\n---\n- {% include 'rules/circle' %}\n"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(replaced("support/reply.yaml", "agent@^1", "agnet@^1"), id="unknown name"),
        pytest.param(replaced("support/reply.yaml", "agent@^1", "agent@^9"), id="range that nothing fits"),
        pytest.param(written("rules/circle.md", CIRCLE), id="circle"),
        pytest.param(written("rules/bad.md", b"---\nkind: rul\n---\n"), id="front matter"),
        pytest.param(written("rules/bad.md", b"\xff\xfe"), id="no text"),
        pytest.param(written("rules/Tone.md", CIRCLE), id="names that differ by case"),
        pytest.param(written("rules/bad.yml", b""), id="suffix"),
        pytest.param(written("rules/bad.md", b"---\nkind: rule\nversion: 1.0.0\n---\n- {% if %}\n"), id="template"),
    ],
)
def test_what_makes_a_prompt_fail_makes_lint_fail(change: Change, tmp_path: Path) -> None:
    assert run("lint", folder=broken(tmp_path, change)).code == 1


# -- moments


def test_rules_are_listed_and_explained() -> None:
    assert run("rules", "list", "TPL002").out == (
        "undefined-variable  TPL002   error    on          A template reads a name that nothing declares or assigns.\n"
    )
    assert run("rules", "explain", "TPL002").out.startswith("# undefined-variable (TPL002)\n")
    listed = valid(run("rules", "list", "--format", "json").out, "rules")["rules"]
    assert [one["name"] for one in listed] == [one.name for one in catalogue.builtin_rules()]
    (explained,) = valid(run("rules", "explain", "unused-variable", "--format", "json").out, "rules")["rules"]
    assert explained["page"].startswith("# unused-variable")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "undefind-variable"], 'did you mean "undefined-variable"?'),
        (["explain", "undefind-variable"], 'did you mean "undefined-variable"?'),
        (["explain", "tpl002"], 'did you mean "TPL002"?'),
        (["list", "tpl"], 'did you mean "TPL"?'),
        (["list", "Undefined-Variable"], 'did you mean "undefined-variable"?'),
        (["explain", "TPL"], "choose one of"),
        (["explian"], 'did you mean "explain"?'),
    ],
    ids=["list", "explain", "small code", "small group", "capital name", "group", "action"],
)
def test_an_unknown_rule_is_exit_2(arguments: list[str], message: str) -> None:
    result = run("rules", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


# -- fixes


def registry_to_fix(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


COMMENT = replacing(r"\{# why not #\}", "", name="needless-comment")._replace(severity="error")
WORD = replacing("Speak", "Say", "unsafe", name="wrong-word")._replace(severity="error")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_fix_is_written_and_told(tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    result = with_rule(COMMENT, folder, "--select", "needless-comment", "--fix")
    assert (folder / "prompts/rules/tone.md").read_text(encoding="utf-8") == FILES["rules/tone.md"].replace(
        "{# why not #}", ""
    )
    assert result.code == 1  # of the other file, which no sample executes
    assert "fixed prompts/rules/tone.md: needless-comment\n" in result.err
    assert "prompts/rules/unused.md:5:6: the fix of needless-comment was not made: no sample" in result.err
    after = contents(folder)
    with_rule(COMMENT, folder, "--select", "needless-comment", "--fix")
    assert contents(folder) == after


def test_an_unsafe_fix_wants_its_option(tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    before = contents(folder)
    assert with_rule(WORD, folder, "--select", "wrong-word", "--fix").code == 1
    assert contents(folder) == before
    result = with_rule(WORD, folder, "--select", "wrong-word", "--unsafe-fixes")
    assert (result.code, result.err) == (0, "fixed prompts/rules/tone.md: wrong-word\n")
    assert contents(folder) != before


@pytest.mark.parametrize("end", ["\n", "\r\n", ""], ids=["LF", "CR LF", "no end"])
def test_a_diff_is_one_that_git_applies_and_nothing_is_written(end: str, tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    file = folder / "prompts/rules/tone.md"
    text = FILES["rules/tone.md"].rstrip("\n").replace("\n", end or "\n") + end
    file.write_bytes(text.encode())
    before = contents(folder)
    result = with_rule(WORD, folder, "--select", "wrong-word", "--unsafe-fixes", "--diff")
    assert result.code == 1
    assert contents(folder) == before
    subprocess.run(["git", "apply", "-"], input=result.raw, cwd=folder, check=True)
    assert file.read_bytes().decode() == text.replace("Speak", "Say")


def test_a_diff_of_nothing_says_how_much_stays(bad: Path) -> None:
    rule = ("--select", "unused-variable")
    result = run("lint", *rule, "--fail-on", "warning", "--unsafe-fixes", "--diff", folder=bad)
    assert (result.code, result.out, result.err) == (1, "", "nothing can be fixed: 1 finding stays\n")
    assert run("lint", *rule, "--diff", folder=bad).code == 0
    clean = run("lint", "--select", "repeated-word", "--diff", folder=bad)
    assert (clean.code, clean.out, clean.err) == (0, "", "")


def test_a_diff_of_no_safe_fix_points_to_the_unsafe_ones(tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    result = with_rule(WORD, folder, "--select", "wrong-word", "--diff")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "nothing can be fixed: 1 finding stays\n1 finding with an unsafe fix: see --unsafe-fixes --diff\n"
    )


def test_a_released_file_needs_a_new_version(tmp_path: Path) -> None:
    history(tmp_path)
    rule = replacing(r"(?<!Always\.)\n\Z", " Always.\n", "unsafe", name="missing-word")
    result = with_rule(rule, tmp_path, "prompts/rules/tone.md", "--select", "missing-word", "--unsafe-fixes")
    assert "rules/tone 2.0.0 is released with another text: release it as 2.0.1" in result.err
    assert "promptreg release" in result.err
    assert run("release", "rules/tone", "--bump", "auto", folder=tmp_path).code == 0


def test_a_file_that_is_changed_while_it_is_fixed_stays_as_it_is(tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    file = folder / "prompts/rules/tone.md"

    def check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
        file.write_text(FILES["rules/tone.md"] + "- Mine.\n", encoding="utf-8")
        yield from WORD.check(head, options)

    result = with_rule(WORD._replace(check=check), folder, "--select", "wrong-word", "--unsafe-fixes")
    assert result.code == 2
    assert "was changed while it was being fixed" in result.err
    assert "Mine" in file.read_text(encoding="utf-8")


def test_fixes_are_not_made_in_the_past(tmp_path: Path) -> None:
    result = run("lint", "--fix", "--at", "HEAD", folder=copy_small(tmp_path))
    assert result.code == 2
    assert "--fix goes without --at and --staged" in result.err
    assert run("lint", "--diff", "--format", "json", folder=copy_small(tmp_path)).code == 2


def test_only_targets_are_fixed(tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    before = contents(folder)
    options = ("--select", "needless-comment", "--fix")
    assert with_rule(COMMENT, folder, "prompts/chat.yaml", *options).code == 0
    assert with_rule(COMMENT, folder, "prompts/rules/unused.md", *options).code == 1
    assert contents(folder) == before
    assert with_rule(COMMENT, folder, "prompts/rules/", *options).code == 1
    assert [path for path, data in contents(folder).items() if data != before[path]] == [
        str(folder / "prompts/rules/tone.md")
    ]


def test_what_is_made_with_a_target_is_reported_and_not_fixed(tmp_path: Path) -> None:
    folder = registry_to_fix(tmp_path)
    before = contents(folder)
    rule = replacing("quiet", "calm", "unsafe", name="odd-sample")._replace(severity="error")
    result = with_rule(rule, folder, "prompts/rules/tone.md", "--select", "odd-sample", "--unsafe-fixes")
    assert result.code == 1
    assert "prompts/chat.yaml:5:11: error" in result.out
    assert contents(folder) == before


# -- baselines


def test_a_baseline_holds_what_was_there_and_only_shrinks(bad: Path) -> None:
    draw = ("--baseline", "old.json", "--update-baseline")
    first = run("lint", *draw, folder=bad)
    assert (first.code, first.err) == (0, "old.json: 2 taken in\n")
    valid((bad / "old.json").read_text(encoding="utf-8"), "lint-baseline")
    assert run("lint", "--baseline", "old.json", folder=bad).out == "nothing found in 9 files (2 in the baseline)\n"
    assert run("lint", "--baseline", "../../old.json", folder=bad / "prompts" / "rules").code == 0
    file = bad / "prompts/rules/bad.md"
    file.write_text(file.read_text(encoding="utf-8").replace("mood", "name") + "- {{ new }}\n", encoding="utf-8")
    again = run("lint", *draw, folder=bad)
    assert again.code == 1
    assert again.err == "old.json: 2 fewer\n"
    assert 'undefined variable "new"' in again.out
    assert run("lint", "--baseline", "old.json", folder=bad).code == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--baseline", "none.json"], "there is no baseline none.json"),
        (["--update-baseline"], "--baseline FILE"),
        (["--update-baseline", "--baseline", "a.json", "--diff"], "goes without --at, --staged and --diff"),
        (["--baseline", "promptreg.toml"], "promptreg.toml"),
    ],
    ids=["missing", "no file", "diff", "no baseline"],
)
def test_a_baseline_that_makes_no_sense_is_exit_2(options: list[str], message: str, bad: Path) -> None:
    (bad / "promptreg.toml").write_text('registry = "prompts"\n', encoding="utf-8")
    result = run("lint", *options, folder=bad)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_the_command_that_writes_a_baseline_is_one_that_works(bad: Path) -> None:
    inner = bad / "prompts" / "rules"
    for options, folder in ((["--baseline", "a b.json"], inner), (["--registry", "prompts", "--baseline", "c"], bad)):
        missing = run("lint", *options, folder=folder)
        assert missing.code == 2
        written_by = shlex.split(missing.err.split("`")[1])
        assert written_by == ["promptreg", "lint", *options, "--update-baseline"]
        assert run(*written_by[1:], folder=folder).code == 0
        file = bad / "prompts/rules/bad.md"
        before = file.read_bytes()
        file.write_bytes(before.replace(b"mood", b"name"))
        loose = run("lint", *options, folder=folder)
        assert loose.code == 0
        assert shlex.split(loose.err.split("`")[1]) == written_by
        assert "2 fewer" in run(*written_by[1:], folder=folder).err
        assert run("lint", *options, folder=folder).err == ""
        file.write_bytes(before)


def test_the_command_for_the_baseline_of_the_settings_is_short(bad: Path) -> None:
    (bad / "promptreg.toml").write_text('registry = "prompts"\n[lint]\nbaseline = "old.json"\n', encoding="utf-8")
    assert "`promptreg lint --update-baseline` writes one" in run("lint", folder=bad).err


# -- rules of the team

RULE = """\
kind: existence
message: '"{match}" is slang'
severity: error
patterns: [gonna]
tests:
  pass: [We are going to.]
  fail: [We are gonna.]
"""


@pytest.fixture
def team(tmp_path: Path) -> Path:
    slang = b"---\nkind: rule\nversion: 1.0.0\n---\n- You are gonna be kind.\n"
    folder = broken(tmp_path / "app", written("rules/slang.md", slang))
    (folder / "rules").mkdir()
    (folder / "rules/no-slang.yaml").write_text(RULE, encoding="utf-8")
    return folder


def test_rules_of_the_team_are_used_listed_explained_and_tested(team: Path) -> None:
    result = run("lint", folder=team)
    assert result.code == 1
    assert 'error: "gonna" is slang [no-slang]' in result.out
    assert "no-slang" in run("rules", "list", "TEAM", folder=team).out
    assert "patterns: [gonna]" in run("rules", "explain", "no-slang", folder=team).out
    tested = run("rules", "test", folder=team)
    assert (tested.code, tested.out) == (0, "2 tests of 1 rule: all as they should be\n")
    assert valid(run("rules", "test", "--format", "json", folder=team).out, "rules-test")["failures"] == []


def test_a_rule_of_the_team_that_fails_its_tests_is_exit_1(team: Path) -> None:
    file = team / "rules/no-slang.yaml"
    file.write_text(RULE.replace("fail: [We are gonna.]", "fail: [We are.]"), encoding="utf-8")
    result = run("rules", "test", folder=team)
    assert result.code == 1
    assert "rules/no-slang.yaml:" in result.out
    document = valid(run("rules", "test", "no-slang", "--format", "json", folder=team).out, "rules-test")
    assert document["failures"][0]["rule"] == "no-slang"


def test_a_file_that_is_no_rule_is_exit_2(team: Path) -> None:
    (team / "rules/broken.yaml").write_text("kind: existance\n", encoding="utf-8")
    for arguments in (["lint"], ["rules", "list"], ["rules", "test"]):
        result = run(*arguments, folder=team)
        assert result.code == 2
        assert "rules/broken.yaml:1:7" in result.err


def test_a_broken_rule_that_is_named_says_what_is_wrong_with_its_file(team: Path) -> None:
    (team / "rules/broken.yaml").write_text("kind: existance\n", encoding="utf-8")
    (team / "rules/other.yaml").write_text("kind: nothing\n", encoding="utf-8")
    result = run("rules", "test", "broken", folder=team)
    assert (result.code, result.out) == (2, "")
    assert "rules/broken.yaml:1:7" in result.err
    assert "no rule" not in result.err
    assert "other.yaml" not in result.err
    both = run("rules", "test", "no-slang", "broken", folder=team)
    assert (both.code, both.out) == (2, "2 tests of 1 rule: all as they should be\n")
    assert "rules/broken.yaml:1:7" in both.err
    assert 'did you mean "broken"?' in run("rules", "test", "brokne", folder=team).err


def test_a_team_without_rules_has_nothing_to_test(bad: Path) -> None:
    result = run("rules", "test", folder=bad)
    assert (result.code, result.out) == (2, "")
    assert run("rules", "test", "no-slnag", folder=bad).code == 2
