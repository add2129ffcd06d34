"""`promptreg bundle`, and `--bundle` on the commands that read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.registries import copy_small
from tests.cli.running import permissions_bind, run
from tests.cli.schemas import valid
from tests.cli.test_completion import complete
from tests.support.bundles import release_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small registry, all released, with a label."""
    top = copy_small(tmp_path / "project")
    release_all(top / "prompts")
    (top / "prompts/labels.yaml").write_text("production: {support/reply: 2.0.0}\n")
    return top


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder without a registry."""
    place = tmp_path / "empty"
    place.mkdir()
    return place


def bundle(folder: Path, *arguments: str) -> Path:
    file = folder.parent / "b.json"
    assert run("bundle", "-o", str(file), *arguments, folder=folder).code == 0
    return file


def test_it_writes_a_bundle_and_says_what_is_inside(folder: Path) -> None:
    done = run("bundle", "support/reply@production", "-o", "b.json", folder=folder)
    data = (folder / "b.json").read_bytes()
    found = valid(data.decode(), "bundle")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "support/reply@2.0.0  production",
        f"b.json: 1 entry, {len(found['releases']) - 1} parts, {len(data):,} bytes",
        found["digest"],
    ]


def test_labels_that_split_are_shown_with_their_share(folder: Path) -> None:
    (folder / "prompts/labels.yaml").write_text("production: {support/reply: {2.0.0: 90, 2.0.1: 10}}\n")
    file = folder / "prompts/support/reply.yaml"
    file.write_text(file.read_text().replace("version: 2.0.0", "version: 2.0.1"))
    release_all(folder / "prompts")
    done = run("bundle", "--label", "production", "-o", "b.json", folder=folder)
    assert done.out.splitlines()[:2] == [
        "support/reply@2.0.0  production (90 %)",
        "support/reply@2.0.1  production (10 %)",
    ]


def test_the_report_is_a_document(folder: Path) -> None:
    done = run("bundle", "-o", "b.json", "--format", "json", folder=folder)
    found = valid(done.out, "bundle-report")
    data = (folder / "b.json").read_bytes()
    assert (found["path"], found["bytes"]) == ("b.json", len(data))
    assert found["digest"] == json.loads(data)["digest"]
    assert [f"{entry['name']}@{entry['version']}" for entry in found["entries"]] == json.loads(data)["entries"]
    assert found["releases"] == list(json.loads(data)["releases"])
    assert found["labels"] == {"production": {"support/reply": {"2.0.0": 100}}}


def test_a_bundle_can_go_to_standard_output(folder: Path) -> None:
    assert run("bundle", "-o", "-", folder=folder).raw == bundle(folder).read_bytes()
    assert run("bundle", "-o", "-", "--format", "json", folder=folder).code == 2


def test_drafts_and_samples_that_stay_outside_are_told_on_standard_error(folder: Path) -> None:
    (folder / "prompts/draft.yaml").write_text(
        "kind: prompt\nversion: 1.0.0\nsamples: {a: {file: a.json}}\nmessages: [{role: user, parts: [text: x]}]\n"
    )
    done = run("bundle", "-o", "b.json", folder=folder)
    assert (done.code, done.err) == (0, "warning: not released, so not in the bundle: draft\n")
    release_all(folder / "prompts")
    done = run("bundle", "draft", "-o", "b.json", folder=folder)
    assert done.code == 0
    assert done.err.startswith("warning: a.json: the sample is not in the bundle: ")


def test_a_changed_head_is_refused_and_nothing_is_written(folder: Path) -> None:
    file = folder / "prompts/support/reply.yaml"
    file.write_text(file.read_text() + "# changed\n")
    (folder / "b.json").write_text("before")
    done = run("bundle", "-o", "b.json", folder=folder)
    assert (done.code, done.out) == (2, "")
    assert "support/reply is 2.0.0+head, which is not released" in done.err
    assert (folder / "b.json").read_text() == "before"
    assert run("bundle", "-o", "b.json", "--locked", folder=folder).code == 0


def test_a_damaged_release_is_exit_code_4_and_nothing_is_written(folder: Path) -> None:
    frozen = folder / "prompts/.versions/support/reply/2.0.0.yaml"
    frozen.write_text(frozen.read_text() + "# changed\n")
    done = run("bundle", "-o", "b.json", "--locked", folder=folder)
    assert (done.code, done.out) == (4, "")
    assert not (folder / "b.json").exists()
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param(("-o", "b.json", "support/repli"), 'did you mean "support/reply"?', id="unknown name"),
        pytest.param(("-o", "b.json", "--label", "prod"), 'there is no label "prod"', id="unknown label"),
        pytest.param(("-o", "b.json", "support/reply@9"), "no version of support/reply fits", id="unknown version"),
        pytest.param((), "missing option", id="no file"),
        pytest.param(("-o", "prompts"), "is a folder", id="a folder"),
        pytest.param(("-o", "no/such/b.json"), "no such file", id="no such folder"),
    ],
)
def test_bad_input_is_exit_code_2(folder: Path, arguments: tuple[str, ...], reason: str) -> None:
    done = run("bundle", *arguments, folder=folder)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err


@pytest.mark.skipif(not permissions_bind(), reason="this user may write everywhere")
def test_a_folder_that_refuses_is_exit_code_2(folder: Path, empty: Path) -> None:
    os.chmod(empty, 0o555)
    done = run("bundle", "-o", str(empty / "b.json"), folder=folder)
    os.chmod(empty, 0o755)
    assert (done.code, os.listdir(empty)) == (2, [])


READING = {
    "list": ("list",),
    "list as json": ("list", "--format", "json"),
    "list one kind": ("list", "--kind", "rule"),
    "show": ("show", "support/reply"),
    "show a version": ("show", "support/reply@2.0.0", "--format", "json"),
    "show a part": ("show", "rules/tone"),
    "tree": ("tree",),
    "tree of one": ("tree", "support/reply", "--format", "json"),
    "users": ("tree", "rules/tone", "--dependants"),
    "render": ("render", "support/reply", "--sample", "with-history"),
    "render a label": ("render", "support/reply@production", "--sample", "with-history", "--format", "json"),
    "why": ("why", "support/reply", "--sample", "with-history", "--text", "refund"),
    "unknown name": ("render", "support/repli"),
    "unknown label": ("render", "support/reply@prod", "--format", "json"),
    "no inputs": ("render", "support/reply"),
}


@pytest.mark.parametrize("name", READING)
def test_a_bundle_reads_like_the_folder_in_locked_mode(folder: Path, empty: Path, name: str) -> None:
    file = bundle(folder, "--locked")
    assert run(*READING[name], "--bundle", str(file), folder=empty) == run(*READING[name], "--locked", folder=folder)


def test_a_damaged_bundle_is_exit_code_4(folder: Path, empty: Path) -> None:
    file = bundle(folder)
    data = file.read_bytes()
    file.write_bytes(data.replace(b"refund", b"Refund", 1))
    for arguments in READING.values():
        done = run(*arguments, "--bundle", str(file), folder=empty)
        assert done.code == 4
        assert "is not the bundle that was written" in done.err + done.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param(("--bundle", "b.json", "--registry", "prompts"), "choose one", id="a folder too"),
        pytest.param(("--bundle", "b.json", "--at", "HEAD"), "choose one", id="a revision too"),
        pytest.param(("--bundle", "nope.json"), "nope.json: cannot be read: no such file", id="missing"),
        pytest.param(("--bundle", "prompts"), "prompts: is not a regular file", id="folder"),
        pytest.param(("--bundle", "prompts/labels.yaml"), "is not a bundle of promptreg", id="another file"),
    ],
)
def test_a_bundle_that_cannot_be_is_exit_code_2(folder: Path, arguments: tuple[str, ...], reason: str) -> None:
    done = run("list", *arguments, folder=folder)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err


def test_the_counter_of_the_configuration_counts_for_bundles_too(folder: Path, empty: Path) -> None:
    file = bundle(folder)
    (empty / "promptreg.toml").write_text('counter = "approximate"\n')
    name = "notes"
    sample = json.loads(run("show", name, "--format", "json", "--bundle", str(file), folder=empty).out)["samples"][0]
    done = run("render", name, "--sample", sample, "--format", "json", "--bundle", str(file), folder=empty)
    assert json.loads(done.out)["tokens"]["exact"] is False


def test_names_of_the_folder_are_not_offered_for_a_bundle(folder: Path) -> None:
    assert complete("show --registry prompts supp", folder) == ["support/reply"]
    assert complete("show --bundle b.json supp", folder) == []
