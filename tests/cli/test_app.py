"""The frame of the command line: parsing, help, errors as text and as JSON, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from promptreg.cli import group
from promptreg.cli.boundary import guarded
from promptreg.errors import (
    IntegrityError,
    MatcherLost,
    OutputInvalid,
    PatternStopped,
    PluginFailed,
    PluginInvalid,
    Problem,
    PromptregError,
    TokenizerMissing,
    UsageError,
)
from tests.cli.running import run


def test_no_arguments_are_a_usage_error_that_prints_the_help_on_standard_error() -> None:
    result = run()
    assert (result.code, result.out) == (2, "")
    assert result.err == run("--help").out


@pytest.mark.parametrize("name", group.COMMANDS)
def test_every_command_explains_itself_with_examples(name: str) -> None:
    result = run(name, "--help", environment={"COLUMNS": "80"})
    assert result.code == 0
    assert result.err == ""
    assert "Example" in result.out
    assert all(len(line) <= 88 for line in result.out.splitlines())


def test_the_command_table_names_modules_with_a_command() -> None:
    context = click.Context(group.cli)
    assert {name for name in group.COMMANDS if group.cli.get_command(context, name) is None} == set()


def test_help_imports_no_template_or_yaml_library() -> None:
    code = (
        "import sys; from promptreg.cli.app import main; main(['--help']);"
        "sys.exit(any(m in sys.modules for m in ('jinja2', 'yaml', 'dataclasses', 'promptreg.api')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("option", ["--version", "--help", "-h"])
def test_asking_for_the_version_or_help_is_no_error(option: str) -> None:
    result = run(option)
    assert (result.code, result.err) == (0, "")
    assert "promptreg" in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rendr"], 'error: no command "rendr" (did you mean "render"?)'),
        (["xyzzy"], 'error: no command "xyzzy" (see "promptreg --help")'),
        (["list", "--formt", "json"], 'error: no option --formt (did you mean "--format"?)'),
        (["list", "--format", "jsn"], 'error: --format: "jsn" is not one of text, json (did you mean "json"?)'),
        (["list", "--kind", "rules"], '(did you mean "rule"?)'),
        (["render"], 'error: missing argument NAME (see "promptreg render --help")'),
        (["render", "a", "b"], "got unexpected extra argument (b)"),
        (["tree", "--depth", "-1"], "invalid value for '--depth'"),
        (["render", "hello", "-o"], "option '-o' requires an argument"),
    ],
    ids=[
        "misspelt command",
        "unknown command",
        "option",
        "format",
        "kind",
        "missing",
        "extra",
        "range",
        "no value",
    ],
)
def test_usage_errors_are_one_line_on_stderr(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_usage_errors_are_json_when_json_was_asked_for() -> None:
    for arguments in (["list", "--kind", "x", "--format", "json"], ["list", "--format=json", "--nope"]):
        result = run(*arguments)
        assert (result.code, result.err) == (2, "")
        document = json.loads(result.out)
        assert document["schema"] == "promptreg/error/1"
        assert document["errors"][0]["code"] == "usage"


def test_json_after_a_double_dash_is_no_option() -> None:
    assert run("rendr", "--", "--format", "json").out == ""


_CODES = [
    (UsageError("x"), 2),
    (PromptregError("x"), 2),
    (OutputInvalid("x"), 1),
    (TokenizerMissing("x"), 2),
    (PluginInvalid("x"), 2),
    (PluginFailed("x"), 3),
    (PatternStopped("x"), 3),
    (MatcherLost("x"), 3),
    (IntegrityError("x"), 4),
    (PermissionError(13, "Permission denied", "file"), 2),
    (OSError(28, "No space left on device"), 3),
    (KeyboardInterrupt(), 130),
    (ZeroDivisionError("x"), 3),
    (RecursionError("x"), 3),
    (MemoryError(), 3),
]


@pytest.mark.parametrize(("error", "code"), _CODES, ids=[type(error).__name__ for error, _ in _CODES])
def test_every_exception_becomes_an_exit_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(_raiser(error), as_json=False) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert shown.err.count("\n") == 1


def test_five_problems_are_five_lines(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem("x", f"m{n}", "a.md", n, 2, "k", "s") for n in range(1, 6)]
    guarded(_raiser(UsageError(problems)), as_json=False)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5
    assert lines[0] == 'error: a.md:1:2: k: m1 (did you mean "s"?)'


def test_an_unexpected_error_shows_its_place_only_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded(_raiser(ZeroDivisionError("oops")), as_json=False)
    assert capsys.readouterr().err == ("error: unexpected ZeroDivisionError: oops (PROMPTREG_DEBUG=1 shows where)\n")
    monkeypatch.setenv("PROMPTREG_DEBUG", "1")
    guarded(_raiser(ZeroDivisionError("oops")), as_json=False)
    assert "Traceback" in capsys.readouterr().err


def test_hostile_messages_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(_raiser(UsageError([Problem("x", "a\x1b[2J\nb\u202e", "\x9b1m.md")])), as_json=False)
    assert capsys.readouterr().err == "error: \\u{9b}1m.md: a\\u{1b}[2J\\u{a}b\\u{202e}\n"


def _raiser(error: BaseException) -> Callable[[], int]:
    def action() -> int:
        raise error

    return action
