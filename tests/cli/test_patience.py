"""A sign of life while something takes long: on a terminal only, and gone at the end."""

from __future__ import annotations

import io
import sys
import time

import pytest

from promptreg.cli import patience as module
from promptreg.cli.patience import patience


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is told about something that takes longer than the first wait."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module, "_FIRST", 0.0)
    monkeypatch.setattr(module, "_EACH", 0.001)
    with patience("linting"):
        deadline = time.monotonic() + 30
        while "linting" not in stream.getvalue() and stream.isatty() and time.monotonic() < deadline:
            time.sleep(0.001)
    return stream.getvalue()


def test_a_terminal_is_told_and_left_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    text = told(_Terminal(), monkeypatch)
    assert text.startswith("\rlinting, 0 s")
    assert text.endswith(f"\r{' ' * len('linting, 0 s')}\r")


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(io.StringIO(), monkeypatch) == ""


def test_what_is_quick_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with patience("linting"):
        pass
    assert stream.getvalue() == ""
