"""Which registry a folder belongs to, and what is said about a broken configuration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promptreg.errors import InvalidFile, UsageError
from promptreg.registry.config import Config, blamed_on_counter, find_registry


def write(folder: Path, name: str, text: str = "") -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


def config(root: Path, registry: Path, counter: str = "o200k_base", *, given: str | None = None) -> Config:
    """The configuration of these folders."""
    return Config(str(root), str(registry), counter, given=given)


def said(folder: Path) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        find_registry(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_prompts_folder_is_a_registry_without_any_configuration(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    assert find_registry(tmp_path) == config(tmp_path, tmp_path / "prompts")


@pytest.mark.parametrize("make", [None, "file"], ids=["nothing", "a file named prompts"])
def test_without_a_registry_the_message_says_what_makes_one(tmp_path: Path, make: str | None) -> None:
    if make:
        write(tmp_path, "prompts")
    with pytest.raises(UsageError, match=r"no registry here: .*`promptreg init` makes one"):
        find_registry(tmp_path)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("promptreg.toml", 'registry = "p"\ncounter = "cl100k_base"\nranks = "r"\n'),
        ("pyproject.toml", '[tool.promptreg]\nregistry = "p"\ncounter = "cl100k_base"\nranks = "r"\n'),
        ("pyproject.toml",
         '[project]\n\n  [ tool . "promptreg" ]\r\nregistry = "p"\r\ncounter = "cl100k_base"\nranks = "r"'),
        ("pyproject.toml", '[tool]\npromptreg = {registry = "p", counter = "cl100k_base", ranks = "r"}\n'),
        ("pyproject.toml", 'tool.promptreg.registry = "p"\n'
         'tool.promptreg.counter = "cl100k_base"\ntool.promptreg.ranks = "r"\n'),
        ("pyproject.toml", '"tool" = {promptreg = {registry = "p", counter = "cl100k_base", ranks = "r"}}\n'),
        ("pyproject.toml", "['tool'.'promptreg']\nregistry = 'p'\n'counter' = 'cl100k_base'\n\"ranks\" = 'r'\n"),
    ],
    ids=["own file", "table", "spaces and CR LF", "inline table", "dotted keys", "all inline", "quotes"],
)  # fmt: skip
def test_settings_are_found_however_toml_writes_them(tmp_path: Path, file: str, text: str) -> None:
    write(tmp_path, file, text)
    (tmp_path / "a/b").mkdir(parents=True)
    wanted = config(tmp_path, tmp_path / "p", "cl100k_base")._replace(ranks=str(tmp_path / "r"))
    assert find_registry(tmp_path) == wanted
    assert find_registry(tmp_path / "a/b") == wanted


@pytest.mark.parametrize(
    "text",
    ["", "[project]\nname = 'promptreg'\n", "[tool.ruff]\nx = 1\n", "# [tool.promptreg]\n", "[tool]\n",
     "[tool]\nother = {}\n",
     "[tool.promptreg-other]\nx = 1\n"],
)  # fmt: skip
def test_a_pyproject_without_our_table_is_passed_by(tmp_path: Path, text: str) -> None:
    write(tmp_path, "pyproject.toml", 'tool.promptreg.registry = "outer"')
    write(tmp_path, "inner/pyproject.toml", text)
    assert find_registry(tmp_path / "inner") == config(tmp_path, tmp_path / "outer")


def test_an_empty_promptreg_toml_marks_the_project(tmp_path: Path) -> None:
    write(tmp_path, "promptreg.toml")
    assert find_registry(tmp_path / "x/y") == config(tmp_path, tmp_path / "prompts")


def test_the_nearest_configuration_wins_and_our_own_file_before_pyproject(tmp_path: Path) -> None:
    write(tmp_path, "promptreg.toml", 'registry = "outer"')
    write(tmp_path, "a/pyproject.toml", 'tool.promptreg.registry = "inner"')
    write(tmp_path, "a/b/pyproject.toml", 'tool.promptreg.registry = "second"')
    write(tmp_path, "a/b/promptreg.toml", 'registry = "first"')
    assert find_registry(tmp_path).registry == str(tmp_path / "outer")
    assert find_registry(tmp_path / "a/x") == config(tmp_path / "a", tmp_path / "a/inner")
    assert find_registry(tmp_path / "a/b") == config(tmp_path / "a/b", tmp_path / "a/b/first")


def test_a_prompts_folder_further_up_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "a").mkdir()
    with pytest.raises(UsageError):
        find_registry(tmp_path / "a")


def test_an_explicit_registry_wins_and_keeps_the_other_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "promptreg.toml", 'registry = "p"\ncounter = "cl100k_base"\n')
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert find_registry(tmp_path / "a", "../q") == config(tmp_path, tmp_path / "q", "cl100k_base", given="../q")


def test_an_explicit_registry_outside_of_the_project_has_a_root_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "a/promptreg.toml", 'counter = "cl100k_base"\n')
    write(tmp_path, "b/pyproject.toml")
    other = tmp_path / "b/c/prompts"
    assert find_registry(tmp_path / "a", str(other)) == config(tmp_path / "b", other, "cl100k_base", given=str(other))


def test_an_explicit_registry_needs_no_configuration(tmp_path: Path) -> None:
    assert find_registry(tmp_path, str(tmp_path / "x/prompts")).registry == str(tmp_path / "x/prompts")


def test_a_registry_setting_may_climb_and_is_normal(tmp_path: Path) -> None:
    write(tmp_path, "a/promptreg.toml", 'registry = "../shared/./prompts"')
    assert find_registry(tmp_path / "a").registry == str(tmp_path / "shared/prompts")


@pytest.mark.parametrize(
    ("file", "text", "lines"),
    [
        ("promptreg.toml", "registry = \n", ["promptreg.toml:1:12: is not TOML: "]),
        ("promptreg.toml", "registry = 'a'\n\nregistry = 'b'\n",
         ["promptreg.toml:3:15: is not TOML: "]),
        ("promptreg.toml", "registry = 'a", ["promptreg.toml:1:14: is not TOML: "]),
        ("promptreg.toml", "a\nb", ["promptreg.toml:1:2: is not TOML: "]),
        ("pyproject.toml", "[tool.promptreg]\nregistry = [\n",
         ["pyproject.toml:3:1: is not TOML: "]),
        ("promptreg.toml", "regisry = 'a'\n",
         ['promptreg.toml:1:1: unknown setting "regisry" (did you mean "registry"?)']),
        ("promptreg.toml", "# registry\n  'zzz' = 3\n",
         ['promptreg.toml:2:4: unknown setting "zzz"; known here: registry, counter, ranks, lint']),
        ("promptreg.toml", "registry = 3\ncounter = ['a']\nranks = ''\n",
         ['promptreg.toml:1:1: the setting "registry" must be text',
          'promptreg.toml:2:1: the setting "counter" must be text',
          'promptreg.toml:3:1: the setting "ranks" must be text']),
        ("pyproject.toml", "[project]\ncuonter = 1\n[tool.promptreg]\nx.y = 1\ncuonter = 'a'\n",
         ['pyproject.toml:4:1: unknown setting "x"; known here: registry, counter, ranks, lint',
          'pyproject.toml:5:1: unknown setting "cuonter" (did you mean "counter"?)']),
        ("pyproject.toml", "tool.promptreg = {regstry = 'a'}\n",
         ['pyproject.toml:1:19: unknown setting "regstry" (did you mean "registry"?)']),
        ("pyproject.toml", "tool.promptreg.regstry = 'a'\n",
         ['pyproject.toml:1:16: unknown setting "regstry" (did you mean "registry"?)']),
        ("pyproject.toml", "[tool]\npromptreg = 3\n", ["pyproject.toml: tool.promptreg must be a table"]),
        ("pyproject.toml", "[[tool.promptreg]]\n", ["pyproject.toml: tool.promptreg must be a table"]),
        ("pyproject.toml", "tool = 3\n", ["pyproject.toml: tool must be a table"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_broken_configuration_is_told_with_its_place(tmp_path: Path, file: str, text: str, lines: list[str]) -> None:
    write(tmp_path, file, text)
    found = said(tmp_path)
    assert len(found) == len(lines)
    for line, expected in zip(found, lines, strict=True):  # the words of a TOML error are those of Python
        assert line.startswith(expected) if expected.endswith("TOML: ") else line == expected


def test_a_configuration_that_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "promptreg.toml").write_bytes(b"registry = 'a'\nranks = '\xff'\n")
    assert said(tmp_path) == ["promptreg.toml:2:10: is not UTF-8 (byte 0xff): save it as UTF-8"]


@pytest.mark.parametrize("make", ["folder", "fifo", "dangling link"])
def test_a_configuration_that_is_no_file_is_told(tmp_path: Path, make: str) -> None:
    file = tmp_path / "promptreg.toml"
    if make == "folder":
        file.mkdir()
    elif make == "fifo":
        os.mkfifo(file)
    else:
        file.symlink_to("gone")
    (line,) = said(tmp_path)
    assert line.startswith(("promptreg.toml: is not a regular file", "promptreg.toml: cannot be read: no such file"))


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("promptreg.toml", '# ours\ncounter = "o200k"\n', ("promptreg.toml", 2, 1)),
        ("pyproject.toml", '[project]\nname = "x"\n[tool.promptreg]\n  counter = "o200k"\n', ("pyproject.toml", 4, 3)),
        ("promptreg.toml", 'counter = "another"\n', (None, None, None)),
        ("promptreg.toml", "counter = \n", (None, None, None)),
        ("README", "", (None, None, None)),
    ],
    ids=["own file", "pyproject", "set elsewhere", "broken meanwhile", "no file"],
)
def test_an_error_about_the_counter_names_the_setting(
    file: str, text: str, place: tuple[object, ...], tmp_path: Path
) -> None:
    (tmp_path / file).write_text(text)
    config = Config(str(tmp_path), str(tmp_path / "prompts"), "o200k")
    (problem,) = blamed_on_counter(UsageError("no such counter"), config).problems
    assert (problem.path, problem.line, problem.column) == place
    assert problem.message == "no such counter"
