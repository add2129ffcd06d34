"""Running the command line inside the test process, on streams that the test can read."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from promptreg.cli.app import main

FIXTURES = Path(__file__).parent.parent / "fixtures"
SMALL = FIXTURES / "small"


def permissions_bind() -> bool:
    """Whether this process must obey file permissions; root usually need not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        return not os.access(folder, os.W_OK)


class Result(NamedTuple):
    """What one run did: exit code, and what it wrote."""

    code: int
    out: str
    err: str
    raw: bytes


class _Stream(io.TextIOWrapper):
    """A standard stream over memory that may claim to be a terminal."""

    def __init__(self, data: bytes = b"", *, terminal: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(data), encoding=encoding, newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def written(self) -> bytes:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue()


def run(
    *arguments: str,
    folder: Path = SMALL,
    stdin: bytes = b"",
    terminal: bool = False,
    encoding: str = "utf-8",
    environment: Mapping[str, str] | None = None,
) -> Result:
    """Run `promptreg ARGUMENTS` in `folder`; with `terminal`, stdout is one of 100 columns."""
    out, err = _Stream(terminal=terminal, encoding=encoding), _Stream()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        for name in ("NO_COLOR", "FORCE_COLOR", "PROMPTREG_DEBUG", "_PROMPTREG_COMPLETE"):
            patch.delenv(name, raising=False)
        patch.setenv("COLUMNS", "100")
        # The fixtures lie in a repository, but are no part of it here.
        patch.setenv("GIT_CEILING_DIRECTORIES", str(FIXTURES), prepend=os.pathsep)
        patch.setenv("TERM", "xterm-256color")
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        with _streams(patch, _Stream(stdin), out, err):
            code = main(arguments)
    raw = out.written()
    return Result(code, raw.decode(encoding), err.written().decode(), raw)


@contextlib.contextmanager
def _streams(patch: pytest.MonkeyPatch, *streams: Any) -> Iterator[None]:
    for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
        patch.setattr(sys, name, stream)
    yield
