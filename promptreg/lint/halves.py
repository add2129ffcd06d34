"""The second half of a long list worked through by a second process, where that pays; never more than help."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["Half", "second_half"]

_PAYS = 200
"""Heads below which a second process costs more than it saves: starting it takes as long as linting some 20."""


class Half:
    """A process that was forked off and works through names; `rows` waits for it."""

    def __init__(self, process: int, source: int) -> None:
        self._process = process
        self._source = source

    def rows(self) -> Mapping[str, Any]:
        """What it found, by name; nothing of names that it could not answer for, or of any when it failed."""
        with os.fdopen(self._source, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(self._process, 0)
        if status != 0:
            return {}
        found = json.loads(data)
        return found if isinstance(found, dict) else {}


def second_half(names: Sequence[str], work: Callable[[str], Any]) -> tuple[Sequence[str], Half | None]:
    """The names that are left to the caller, and who does the others; `work` gives plain JSON, None for no answer."""
    if len(names) < _PAYS or not hasattr(os, "fork") or (os.cpu_count() or 1) < 2 or threading.active_count() > 1:
        return names, None
    middle = len(names) // 2
    source, sink = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(source)
        os.close(sink)
        return names, None
    if process:
        os.close(sink)
        return names[:middle], Half(process, source)
    status = 1
    try:  # whatever happens here, the other process must not go on twice
        os.close(source)
        found = {name: rows for name in names[middle:] if (rows := work(name)) is not None}
        with os.fdopen(sink, "wb") as stream:
            stream.write(json.dumps(found).encode())
        status = 0
    finally:
        os._exit(status)
