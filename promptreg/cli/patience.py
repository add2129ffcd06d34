"""A sign of life on the terminal while something takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

__all__ = ["patience"]

_FIRST = 1.0
_EACH = 0.5


@contextmanager
def patience(doing: str) -> Iterator[None]:
    """Say on standard error what is being done and for how long, from the first second on; nothing in a pipe.

    The line is taken away at the end.
    """
    stream = sys.stderr
    if stream is None or not stream.isatty():
        yield
        return
    done = Event()

    def tell() -> None:
        start = time.monotonic()
        wait, width = _FIRST, 0
        while not done.wait(wait):
            text = f"{doing}, {time.monotonic() - start:.0f} s"
            width = max(width, len(text))
            stream.write(f"\r{text}")
            stream.flush()
            wait = _EACH
        if width:
            stream.write(f"\r{' ' * width}\r")
            stream.flush()

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
