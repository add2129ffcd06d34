"""The commands for the first minutes: init and demo."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import promptreg
from promptreg.cli.starter import STARTERS
from tests.cli.running import run
from tests.cli.schemas import valid


def _tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", STARTERS)
def test_every_starter_loads_without_problems_and_renders_with_its_samples(name: str, tmp_path: Path) -> None:
    result = run("init", "--template", name, folder=tmp_path)
    assert result.code == 0
    assert set(result.out.splitlines()) == set(_tree(tmp_path))
    registry = promptreg.load(tmp_path / "prompts")
    assert registry.problems == ()
    items = registry.items()
    prompts = [item for item in items if item.kind == "prompt"]
    assert len(prompts) == 1
    assert 3 <= len(items) - 1 <= 5
    assert len(prompts[0].samples) >= 2
    for sample in prompts[0].samples:
        shown = run("render", prompts[0].name, "--sample", sample, "--format", "json", folder=tmp_path)
        assert (shown.code, shown.err) == (0, "")
        document = valid(shown.out, "render")
        assert {part["component"] for part in document["parts"]} == {item.name for item in items}


@pytest.mark.parametrize("name", STARTERS)
def test_the_text_of_every_starter_reads_well(name: str, tmp_path: Path) -> None:
    run("init", "--template", name, folder=tmp_path)
    registry = promptreg.load(tmp_path / "prompts")
    prompt = next(item for item in registry.items() if item.kind == "prompt")
    for sample in prompt.samples:
        for message in registry.render(prompt.name, sample=sample).messages[:1]:
            assert "\n\n\n" not in message["content"]
            assert all(line == line.rstrip() for line in message["content"].splitlines())


def test_init_says_what_to_do_next(tmp_path: Path) -> None:
    result = run("init", "new", "--template", "qa", folder=tmp_path)
    assert result.err == "Next: cd new && promptreg render qa/answer --sample shipping\n"
    assert run("render", "qa/answer", "--sample", "shipping", folder=tmp_path / "new").code == 0


def test_a_hostile_folder_name_does_not_control_the_terminal(tmp_path: Path) -> None:
    result = run("init", "a\x1b[2Jb", folder=tmp_path, terminal=True)
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    assert "a\\u{1b}[2Jb/promptreg.toml" in result.out


def test_init_twice_changes_nothing_and_names_every_file(tmp_path: Path) -> None:
    first = run("init", folder=tmp_path)
    (tmp_path / "prompts" / "rules" / "conduct.md").write_text("mine")
    before = _tree(tmp_path)
    second = run("init", folder=tmp_path)
    assert (second.code, second.out) == (2, "")
    assert _tree(tmp_path) == before
    for path in first.out.splitlines():
        assert f"error: {path}: exists; nothing was written" in second.err


def test_init_writes_nothing_when_one_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "prompts" / "rules").mkdir(parents=True)
    (tmp_path / "prompts" / "rules" / "conduct.md").write_text("mine")
    result = run("init", folder=tmp_path)
    assert result.code == 2
    assert result.err == "error: prompts/rules/conduct.md: exists; nothing was written\n"
    assert list(_tree(tmp_path)) == ["prompts/rules/conduct.md"]


def test_init_beside_other_files_leaves_them_alone(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "mine.md").write_text("mine")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert run("init", folder=tmp_path).code == 0
    assert (tmp_path / "prompts" / "mine.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: (folder / "prompts").write_text("x"), "prompts: is in the way: a folder is needed here"),
        (lambda folder: (folder / "pyproject.toml").write_text("[tool.promptreg]\n"), "holds [tool.promptreg] already"),
        (lambda folder: (folder / "promptreg.toml").symlink_to("nowhere"), "promptreg.toml: exists"),
        (
            lambda folder: _put(folder / "prompts/rules/conduct.yaml"),
            "has the component name of prompts/rules/conduct.md",
        ),
        (lambda folder: (folder / "prompts").symlink_to(folder.parent), "outside of the folder, through a link"),
    ],
    ids=["file as folder", "configured", "dangling link", "namesake", "link out"],
)
def test_init_refuses_what_would_break_the_folder(make: object, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    make(folder)  # type: ignore[operator]
    before = sorted(path.name for path in tmp_path.rglob("*"))
    result = run("init", folder=folder)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def _put(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("x")


def test_init_suggests_the_nearest_template(tmp_path: Path) -> None:
    result = run("init", "--template", "reviews", folder=tmp_path)
    assert result.code == 2
    assert 'did you mean "review"?' in result.err
    assert os.listdir(tmp_path) == []


def test_demo_shows_commands_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = run("demo", folder=tmp_path)
    assert (result.code, result.err) == (0, "")
    for command in ("list", "tree chat/reply", "render chat/reply", "why chat/reply", "tree rules/conduct"):
        assert f"$ promptreg {command}" in result.out
    assert "input    user.open_page" in result.out
    assert os.listdir(tmp_path) == []


def test_demo_keeps_the_registry_where_it_is_told(tmp_path: Path) -> None:
    result = run("demo", "--keep", "mine", folder=tmp_path)
    assert result.code == 0
    assert "The registry is in mine" in result.err
    assert (tmp_path / "mine" / "promptreg.toml").is_file()
    again = run("demo", "--keep", "mine", folder=tmp_path)
    assert again.code == 2
    assert "exists; nothing was written" in again.err


def test_starter_sample_files_are_json() -> None:
    folder = Path(promptreg.__file__).parent / "cli" / "starters"
    for file in folder.rglob("*.json"):
        json.loads(file.read_text(encoding="utf-8"))
