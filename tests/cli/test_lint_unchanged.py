"""The answer from a record: the same bytes while nothing changed, and never once anything did."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from promptreg.cli import unchanged
from promptreg.cli.lint_record import Watch, watch
from promptreg.lint.settings import Settings
from promptreg.registry.config import find_registry

TONE = "---\nkind: rule\nversion: 1.0.0\n---\n- Be {{ mood }}.\n"
RUN = "import sys\nfrom promptreg.cli.app import main\ncode = main()\nprint('click' in sys.modules)\nsys.exit(code)"
ARGS = ["lint", "prompts"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "outer" / "project"
    (folder / "prompts" / "rules").mkdir(parents=True)
    (folder / "prompts" / "rules" / "tone.md").write_text(TONE, encoding="utf-8")
    (folder / "prompts" / "notes.txt").write_text("x", encoding="utf-8")
    (folder / "rules").mkdir()
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("pass\n", encoding="utf-8")
    (folder / "promptreg.toml").write_text('[lint]\npython = ["src/**"]\nbaseline = "base.json"\n', encoding="utf-8")
    (folder / "base.json").write_text('{"schema": "promptreg/lint-baseline/1", "entries": []}\n', encoding="utf-8")
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(folder)
    time.sleep(0.12)  # younger files could change once more without a trace, and make no record
    return folder


def record(args: list[str] = ARGS, code: int = 0) -> Watch:
    """Watch what a run would look at, and write a record of it."""
    assert unchanged.answer(args) is None
    config = find_registry(os.getcwd())
    found = watch(config, Settings(python=("src/**",), baseline="base.json"), args[1:])
    assert found is not None
    found.out.append(b"said\n")
    found.keep(code)
    return found


@pytest.mark.parametrize("code", [0, 1])
def test_the_same_command_gets_the_same_answer(
    project: Path, capfdbinary: pytest.CaptureFixture[bytes], code: int
) -> None:
    record(code=code)
    assert unchanged.answer(ARGS) == code
    assert capfdbinary.readouterr() == (b"said\n", b"")
    assert unchanged.answer([*ARGS, "--pedantic"]) is None


def _same_times(path: str, text: str) -> None:
    info = os.stat(path)
    Path(path).write_text(text, encoding="utf-8")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


CHANGES: dict[str, Callable[[], object]] = {
    "a text of the same size and time": lambda: _same_times("prompts/rules/tone.md", TONE.replace("mood", "MOOD")),
    "touched": lambda: os.utime("prompts/rules/tone.md"),
    "permissions": lambda: os.chmod("prompts/rules/tone.md", 0o600),
    "a new component": lambda: Path("prompts/new.md").write_text(TONE, encoding="utf-8"),
    "a new folder": lambda: Path("prompts/.versions").mkdir(),
    "a component renamed": lambda: os.rename("prompts/rules/tone.md", "prompts/rules/mood.md"),
    "a component gone": lambda: os.unlink("prompts/rules/tone.md"),
    "a file beside components": lambda: Path("prompts/notes.txt").write_text("yz", encoding="utf-8"),
    "replaced by a copy": lambda: (shutil.copy2("prompts/notes.txt", "tmp"), os.replace("tmp", "prompts/notes.txt")),
    "settings": lambda: Path("promptreg.toml").write_text("[lint]\npedantic = true\n", encoding="utf-8"),
    "settings gone": lambda: os.unlink("promptreg.toml"),
    "other settings": lambda: Path("pyproject.toml").write_text("[tool.promptreg]\n", encoding="utf-8"),
    "settings further up": lambda: Path("../pyproject.toml").write_text("", encoding="utf-8"),
    "a team rule": lambda: Path("rules/ours.yaml").write_text("", encoding="utf-8"),
    "the baseline": lambda: Path("base.json").write_text("{}", encoding="utf-8"),
    "the baseline gone": lambda: os.unlink("base.json"),
    "code": lambda: Path("src/app.py").write_text("promptreg\n", encoding="utf-8"),
    "new code": lambda: Path("src/more.py").write_text("", encoding="utf-8"),
    "a repository": lambda: Path("../.git").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_no_change_is_ever_missed(project: Path, change: Callable[[], object]) -> None:
    record()
    change()
    assert unchanged.answer(ARGS) is None


STAGED = ["lint", "--staged"]


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


@pytest.fixture
def staged(project: Path) -> Path:
    git("init", "-q")
    git("add", "-A")
    time.sleep(0.12)
    assert unchanged.answer(STAGED) is None
    found = watch(find_registry(os.getcwd()), Settings(), (), staged=True)
    assert found is not None
    found.keep(0)
    assert unchanged.answer(STAGED) == 0
    return project


def test_of_what_is_staged_only_the_index_counts(staged: Path) -> None:
    Path("prompts/rules/tone.md").write_text(TONE.replace("mood", "MOOD"), encoding="utf-8")
    Path("prompts/rules/more.md").write_text(TONE, encoding="utf-8")
    assert unchanged.answer(STAGED) == 0
    git("add", "prompts/rules/tone.md")
    assert unchanged.answer(STAGED) is None


def test_another_index_is_another_question(staged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    assert unchanged.answer(STAGED) is None


def test_settings_count_for_what_is_staged(staged: Path) -> None:
    Path("promptreg.toml").write_text("[lint]\npedantic = true\n", encoding="utf-8")
    assert unchanged.answer(STAGED) is None


def test_a_target_outside_of_the_registry_is_watched(project: Path) -> None:
    Path("loose").mkdir()
    Path("loose/one.py").write_text("", encoding="utf-8")
    time.sleep(0.12)
    args = ["lint", "loose"]
    record(args)
    assert unchanged.answer(args) == 0
    Path("loose/two.py").write_text("", encoding="utf-8")
    assert unchanged.answer(args) is None


def test_what_is_too_young_to_be_told_apart_makes_no_record(project: Path) -> None:
    Path("prompts/rules/tone.md").write_text(TONE + "\n", encoding="utf-8")
    assert not record().is_settled
    assert unchanged.answer(ARGS) is None


def test_whole_seconds_must_be_older_for_the_clock_may_tick_slowly(project: Path) -> None:
    now = time.time_ns()
    young, old = now - 1_000_000_000, now - 3_000_000_000
    for time_ns, settled in ((young // 10**9 * 10**9, False), (old // 10**9 * 10**9, True), (young | 1, True)):
        assert Watch("", {"x": f"{time_ns},{old},1,1,1,1"}, now).is_settled is settled


@pytest.mark.parametrize("code", [2, 3, 4, 130])
def test_only_answers_are_kept(project: Path, code: int) -> None:
    record(code=code)
    assert unchanged.answer(ARGS) is None


@pytest.mark.parametrize("at", [0, 20, 60, 200, -3])
def test_a_damaged_record_is_no_record(project: Path, at: int) -> None:
    record(code=1)
    file = unchanged.record_file(ARGS)
    assert file is not None
    data = bytearray(Path(file).read_bytes())
    data[at] ^= 1
    Path(file).write_bytes(data)
    assert unchanged.answer(ARGS) is None
    Path(file).write_bytes(b"")
    assert unchanged.answer(ARGS) is None


def test_nothing_is_kept_without_a_cache(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", "off")
    assert unchanged.answer(ARGS) is None
    assert unchanged.record_file(ARGS) is None


def test_old_records_are_swept(project: Path) -> None:
    for number in range(70):
        record(["lint", "prompts", f"--x{number}"])
    assert len(list((project.parent.parent / "cache" / "lint").iterdir())) == 64


def test_a_process_answers_without_importing_the_command_line(project: Path) -> None:
    def run() -> tuple[int, bytes, bytes]:
        done = subprocess.run([sys.executable, "-c", RUN, *ARGS], capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    first, again = run(), run()
    assert first[0] == again[0] == 1
    assert b"undefined variable" in first[1]
    assert first[1].replace(b"True", b"False") == again[1]
    assert again[1].endswith(b"False\n")
    assert first[2] == again[2]
    (project / "prompts" / "rules" / "tone.md").write_text(TONE.replace("{{ mood }}", "kind"), encoding="utf-8")
    changed = run()
    assert changed[0] == 0
    assert changed[1].endswith(b"True\n")
