"""`promptreg label` as people and scripts see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.schemas import valid
from tests.support.frozen import history


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    history(tmp_path)
    return tmp_path


def labels_file(folder: Path) -> str:
    return (folder / "prompts/labels.yaml").read_text(encoding="utf-8")


def test_labels_are_listed(folder: Path) -> None:
    result = run("label", "list", folder=folder)
    assert (result.code, result.err) == (0, "")
    assert result.out == "production  chat/reply  1.0.0\nproduction  chat/close  1.0.0 90 %, 1.1.0 10 %\n"


def test_labels_as_json(folder: Path) -> None:
    document = valid(run("label", "list", "--format", "json", folder=folder).out, "label")
    assert document["changes"] == []
    assert document["labels"][1] == {
        "label": "production",
        "name": "chat/close",
        "versions": [{"version": "1.0.0", "share": 90}, {"version": "1.1.0", "share": 10}],
        "path": "prompts/labels.yaml",
        "line": 3,
    }


@pytest.mark.parametrize(
    ("arguments", "out", "line"),
    [
        pytest.param(
            ("set", "beta", "chat/reply", "2.0.0"), "beta  chat/reply  new -> 2.0.0\n", "  chat/reply: 2.0.0", id="set"
        ),
        pytest.param(
            ("set", "beta", "chat/reply@2.0.0"),
            "beta  chat/reply  new -> 2.0.0\n",
            "  chat/reply: 2.0.0",
            id="as a ref",
        ),
        pytest.param(
            ("move", "production", "chat/reply", "2.0.0"),
            "production  chat/reply  1.0.0 -> 2.0.0\n",
            "  chat/reply: 2.0.0",
            id="move",
        ),
        pytest.param(
            ("set", "production", "chat/reply", "2.0.0=10", "1.0.0=90"),
            "production  chat/reply  1.0.0 -> 1.0.0 90 %, 2.0.0 10 %\n",
            "  chat/reply: {1.0.0: 90, 2.0.0: 10}",
            id="percentages",
        ),
        pytest.param(
            ("move", "production", "chat/close", "1.0.0=80", "1.1.0=20"),
            "production  chat/close  1.0.0 90 %, 1.1.0 10 % -> 1.0.0 80 %, 1.1.0 20 %\n",
            "  chat/close: {1.0.0: 80, 1.1.0: 20}",
            id="other percentages",
        ),
        pytest.param(
            ("set", "production", "chat/reply", "1.0.0"),
            "production  chat/reply  1.0.0 already\n",
            "  chat/reply: 1.0.0",
            id="nothing to do",
        ),
    ],
)
def test_what_changed_is_printed_and_written(arguments: tuple[str, ...], out: str, line: str, folder: Path) -> None:
    result = run("label", *arguments, folder=folder)
    assert (result.code, result.out, result.err) == (0, out, "")
    assert line in labels_file(folder).split("\n")


def test_labels_are_removed(folder: Path) -> None:
    result = run("label", "remove", "production", "chat/reply", folder=folder)
    assert (result.code, result.out) == (0, "production  chat/reply  1.0.0 -> removed\n")
    result = run("label", "remove", "production", folder=folder)
    assert (result.code, result.out) == (0, "production  chat/close  1.0.0 90 %, 1.1.0 10 % -> removed\n")
    assert labels_file(folder) == ""
    assert run("label", "list", folder=folder).out == ""


def test_a_change_as_json(folder: Path) -> None:
    result = run("label", "move", "production", "chat/reply", "2.0.0", "--format", "json", folder=folder)
    document = valid(result.out, "label")
    assert document["changes"] == [
        {
            "label": "production",
            "name": "chat/reply",
            "before": [{"version": "1.0.0", "share": 100}],
            "after": [{"version": "2.0.0", "share": 100}],
        }
    ]
    assert document["labels"][0]["versions"] == [{"version": "2.0.0", "share": 100}]


def test_a_moved_label_takes_effect(folder: Path) -> None:
    assert run("render", "chat/reply@production", folder=folder).out.endswith("Hi Ana.")
    run("label", "move", "production", "chat/reply", "2.0.0", folder=folder)
    assert run("render", "chat/reply@production", folder=folder).out.endswith("Dear Ana.")
    assert run("verify", folder=folder).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((), "say what to do: label list | set | move | remove", id="nothing"),
        pytest.param(("mov",), '(did you mean "move"?)', id="no action"),
        pytest.param(("set", "beta"), "missing argument NAME VERSION...", id="no name"),
        pytest.param(
            ("set", "beta", "chat/reply"), "which version? label set beta chat/reply VERSION", id="no version"
        ),
        pytest.param(("set", "beta", "chat/reply", "9.0.0"), "chat/reply@9.0.0 is not released", id="not released"),
        pytest.param(("set", "beta", "chat/reply", "2"), '"2" is not a version', id="no version number"),
        pytest.param(
            ("set", "beta", "chat/reply", "1.0.0", "2.0.0"), "several versions need percentages", id="two versions"
        ),
        pytest.param(
            ("set", "beta", "chat/reply", "1.0.0=50", "2.0.0=40"), "the percentages sum to 90, not to 100", id="sum"
        ),
        pytest.param(("set", "1st", "chat/reply", "1.0.0"), '"1st" is not a label', id="bad label"),
        pytest.param(("move", "beta", "chat/reply", "2.0.0"), 'there is no label "beta"', id="nothing to move"),
        pytest.param(("remove", "beta"), 'there is no label "beta"', id="nothing to remove"),
    ],
)
def test_bad_input_is_exit_2_and_writes_nothing(arguments: tuple[str, ...], message: str, folder: Path) -> None:
    before = labels_file(folder)
    result = run("label", *arguments, folder=folder)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert labels_file(folder) == before


def test_a_lock_in_conflict_is_exit_4(folder: Path) -> None:
    before = labels_file(folder)
    (folder / "prompts/promptreg.lock").write_text("<<<<<<< ours\n")
    assert run("label", "set", "beta", "chat/reply", "2.0.0", folder=folder).code == 4
    assert labels_file(folder) == before


def test_errors_as_json(folder: Path) -> None:
    result = run("label", "set", "beta", "chat/reply", "9.0.0", "--format", "json", folder=folder)
    assert result.code == 2
    assert valid(result.out, "error")["errors"][0]["code"] == "unsatisfiable"


@pytest.mark.parametrize("action", ["list", "set", "move", "remove"])
def test_every_action_explains_itself_with_examples(action: str) -> None:
    result = run("label", action, "--help", environment={"COLUMNS": "80"})
    assert (result.code, result.err) == (0, "")
    assert "Example" in result.out
