"""`./bootstrap` with a scripted pip: when it installs, when it does nothing, what it says when it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

REAL = getattr(sys, "_base_executable", sys.executable)
# Stands for a Debian python3 with pip and without python3-venv: installs nothing but a command that does nothing.
PYTHON = f"""#!/bin/sh
case "$*" in
    *_base_executable*) echo "$0" ;;
    *"import ensurepip"*) [ -n "$REMAINS" ] || exit 1; PYTHONPATH=$REMAINS exec '{REAL}' "$@" ;;
    *"import pip"*) exit "${{PIP_MISSING:-0}}" ;;
    *"-m pip"*)
        echo "$*" >>"$PIP_LOG"
        printf '#!/bin/sh\\n' >.venv/bin/promptreg
        chmod +x .venv/bin/promptreg ;;
    *) exec '{REAL}' "$@" ;;
esac
"""


class Checkout:
    """A folder with the script and the metadata, and the log of what pip was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "check out ü"
        self.folder.mkdir()
        for name in ("bootstrap", "pyproject.toml"):
            shutil.copy(ROOT / name, self.folder)
        self.log = folder / "pip.log"
        self.python = folder / "python3"
        self.python.write_text(PYTHON, encoding="utf-8")
        self.python.chmod(0o755)

    def run(self, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / "bootstrap"), *options],
            cwd=self.log.parent,
            env=os.environ | {"PYTHON": str(self.python), "PIP_LOG": str(self.log)} | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def installs(self) -> list[str]:
        """What each call of pip was to install."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [line.rpartition(" ")[2] for line in lines]

    def files(self) -> dict[str, int]:
        return {str(path): path.lstat().st_mtime_ns for path in self.folder.rglob("*")}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_second_run_changes_nothing(checkout: Checkout) -> None:
    assert checkout.run().returncode == 0
    before = checkout.files()
    second = checkout.run()
    assert (second.returncode, second.stdout) == (0, "")
    assert checkout.files() == before
    assert checkout.installs == ["."]


def test_dev_installs_on_top_and_stays(checkout: Checkout) -> None:
    for options in ([], ["--dev"], [], ["--dev"]):
        assert checkout.run(*options).returncode == 0
    assert checkout.installs == [".", ".[dev]"]


def test_changed_dependencies_are_installed_again(checkout: Checkout) -> None:
    checkout.run("--dev")
    with (checkout.folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    checkout.run()
    assert checkout.installs == [".[dev]", ".[dev]"]


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.run()
    (checkout.folder / ".venv/left-over").touch()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert checkout.run().returncode == 0
    assert not (checkout.folder / ".venv/left-over").exists()
    assert checkout.installs == [".", "."]


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Checkout) -> None:
    (checkout.folder / ".venv").mkdir()
    (checkout.folder / ".venv/notes").write_text("mine", encoding="utf-8")
    refused = checkout.run()
    assert refused.returncode == 1
    assert "no virtual environment" in refused.stderr
    assert [path.name for path in (checkout.folder / ".venv").iterdir()] == ["notes"]


def test_without_pip_one_line_names_the_package(checkout: Checkout) -> None:
    refused = checkout.run(PIP_MISSING="1")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "apt install python3-venv" in refused.stderr
    assert not (checkout.folder / ".venv").exists()


def test_what_a_removed_package_left_behind_is_not_taken_for_it(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "remains").mkdir()
    (tmp_path / "remains/ensurepip.py").touch()
    assert checkout.run(REMAINS=str(tmp_path / "remains")).returncode == 0
    assert checkout.installs == ["."]
    assert "--python" in checkout.log.read_text(encoding="utf-8")


def test_unknown_option_is_refused(checkout: Checkout) -> None:
    refused = checkout.run("--prod")
    assert refused.returncode == 2
    assert "--prod" in refused.stderr
    assert checkout.installs == []
