"""What the shell is offered at the cursor."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptreg.cli import group
from promptreg.cli.boundary import answer_shell
from tests.cli.running import SMALL, run


def complete(line: str, folder: Path = SMALL) -> list[str]:
    """The words offered after `line` in bash."""
    words = f"promptreg {line}"
    cursor = len(shlex.split(words)) - (not words.endswith(" "))
    environment = {"COMP_WORDS": words, "COMP_CWORD": str(cursor)}
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        for name, value in environment.items():
            patch.setenv(name, value)
        with _captured() as lines:
            assert answer_shell(group.cli, "_PROMPTREG_COMPLETE", "bash_complete") == 0
    return [entry.partition(",")[2] for entry in lines if entry]


@contextlib.contextmanager
def _captured() -> Iterator[list[str]]:
    lines: list[str] = []
    buffer = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(buffer):
        yield lines
    buffer.flush()
    assert isinstance(buffer.buffer, io.BytesIO)
    lines.extend(buffer.buffer.getvalue().decode().split("\n"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rend", ["render"]),
        ("render ", ["hello", "notes", "support/reply"]),
        ("render s", ["support/reply"]),
        ("show rules/", ["rules/refund-limits", "rules/tone"]),
        ("render support/reply --sample ", ["small-claim", "with-history"]),
        ("why support/reply --sample w", ["with-history"]),
        ("render hello --sample ", []),
        ("render x --format op", ["openai", "openai-responses"]),
        ("list --kind ex", ["examples"]),
        ("init --template r", ["router", "review"]),
        ("lint --select undefined-", ["undefined-variable"]),
        ("lint --ignore TP", ["TPL"]),
        ("lint --format git", ["github", "gitlab"]),
        ("rules explain unused-v", ["unused-variable"]),
        ("schema t", ["team-rule", "tokens", "tree"]),
        ("extract --dr", ["--drop-line-ends"]),
        ("schema e", ["error", "extract"]),
        ("tokens hello --counter o", ["o200k_base", "o200k_harmony"]),
        ("completion z", ["zsh"]),
        ("render hello --counter o200k_b", ["o200k_base"]),
        ("why hello --counter cl", ["cl100k_base"]),
    ],
)
def test_the_words_that_fit_are_offered(line: str, words: list[str]) -> None:
    assert complete(line) == words


def test_the_registry_option_holds_for_what_follows(tmp_path: Path) -> None:
    registry = shlex.quote(str(SMALL / "prompts"))
    assert complete(f"render --registry {registry} h", tmp_path) == ["hello"]
    assert complete(f"render --registry {registry} support/reply --sample s", tmp_path) == ["small-claim"]


def test_options_are_offered() -> None:
    assert {"--sample", "--inputs", "--format", "--registry"} <= set(complete("render hello --"))


def test_completion_is_silent_where_there_is_nothing(tmp_path: Path) -> None:
    assert complete("render ", tmp_path) == []
    (tmp_path / "promptreg.toml").write_text("registry = [")
    assert complete("render ", tmp_path) == []
    assert complete("render x --sample ", tmp_path) == []


def test_a_broken_prompt_offers_no_samples(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "bad.yaml").write_text("kind: prompt\nsamples: {a\n")
    assert complete("render ", tmp_path) == ["bad"]
    assert complete("render bad --sample ", tmp_path) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_our_variable(shell: str) -> None:
    result = run("completion", shell)
    assert result.code == 0
    assert "_PROMPTREG_COMPLETE" in result.out


def test_a_real_shell_request_is_answered_without_the_yaml_library() -> None:
    environment = {
        **os.environ,
        "_PROMPTREG_COMPLETE": "bash_complete",
        "COMP_WORDS": "promptreg render ",
        "COMP_CWORD": "2",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
    }
    code = (
        "import sys; from promptreg.cli.app import main; code = main();"
        "sys.exit(code or 'yaml' in sys.modules or 'jinja2' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SMALL, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["plain,hello", "plain,notes", "plain,support/reply"]
