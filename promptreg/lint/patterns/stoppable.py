"""Matching in another process, which is ended when it has used its time. One process, started on first use."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Timer

from promptreg.errors import MatcherLost
from promptreg.lint.patterns.worker import OUT_OF_MEMORY

__all__ = ["spots_within"]

_PATIENCE = 25
"""How much longer than its processor time a match may take by the clock, on a machine that is busy."""

_lock = Lock()
_matcher: _Matcher | None = None


def spots_within(pattern: str, flags: int, text: str, seconds: float) -> list[list[int]] | None:
    """The matches (see `worker`), or None when the time did not suffice. Safe to call from threads and after a fork."""
    global _matcher
    with _lock:
        if _matcher is None or _matcher.owner != os.getpid():
            _matcher = _Matcher()
            atexit.register(_matcher.close)
        found = _matcher.ask(pattern, flags, text, seconds)
        if found is None:
            _matcher = None
        return found


class _Matcher:
    """The process. It ends when its input is closed, which happens when this one ends, in whatever way."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("worker.py"))]
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise MatcherLost(f"no process could be started to match patterns in: {error}") from None

    def ask(self, pattern: str, flags: int, text: str, seconds: float) -> list[list[int]] | None:
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        has_timer = os.name == "posix"
        timer = Timer(seconds * _PATIENCE if has_timer else seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps([pattern, flags, text, seconds]).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        finally:
            timer.cancel()
        if line:
            found: list[list[int]] = json.loads(line)[0]
            return found
        code = self.close()
        if code is not None and code > 0 and code != OUT_OF_MEMORY and has_timer:
            raise MatcherLost(f"the process that matches patterns failed with exit code {code}")
        return None

    def close(self) -> int | None:
        """Let the process end, and its exit code; None after a fork, where it is that of another."""
        if self.owner != os.getpid():
            return None
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return self.process.wait()
