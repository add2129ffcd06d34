"""Counts of static text on disk, so that a prompt that was counted before needs no tokenizer.

One file per counter under the cache folder: digests of texts and what counting them gave, never the texts. It may be
deleted at any time; one that is damaged, or cannot be read or written, is ignored.
"""

from __future__ import annotations

import os
from struct import Struct
from threading import Lock
from typing import NamedTuple

from promptreg.cache_folder import cache_folder
from promptreg.tokens.counter import Counter

try:  # hashlib loads OpenSSL first, which takes longer than reading the cache
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

__all__ = ["CountCache", "Counted", "open_count_cache"]

_FORMAT = "promptreg/token-counts/1"
_NUMBERS = Struct("<5I")
_ENTRY = Struct(f"<16s{_NUMBERS.size}s")
"""An entry is a digest and the five numbers of `Counted`; the entries follow on a first line with their digest."""

_MOST = 50_000
"""Entries in a file; the ones that were not asked for the longest go first."""

_LARGEST = 16 * 2**20
"""Bytes of a file that is read: more than `_MOST` entries have."""


class Counted(NamedTuple):
    """The tokens of a text, of its head and of its tail; `head` and `tail` are their lengths, 0 for a soft text."""

    tokens: int
    head: int = 0
    head_tokens: int = 0
    tail: int = 0
    tail_tokens: int = 0


class CountCache:
    """Counts by digest of the text, for one counter. Read on the first question; safe to share between threads.

    Whole texts and the runs of seams have digests of their own: a run is not looked through for hard boundaries.
    """

    __slots__ = ("_file", "_known", "_lock", "_most", "_new", "_used")

    def __init__(self, file: str, most: int = _MOST) -> None:
        self._file = file
        self._most = most
        self._known: dict[bytes, bytes] | None = None
        self._new: dict[bytes, bytes] = {}
        self._used: dict[bytes, None] = {}
        self._lock = Lock()

    def text(self, text: str) -> Counted | None:
        """What counting this text gave before."""
        found = self._find(_digest(text, b"text"))
        if found is None or found.head + found.tail > len(text) or bool(found.head) != bool(found.tail):
            return None
        return found

    def run(self, text: str) -> int | None:
        """The tokens that this run of a seam had before."""
        found = self._find(_digest(text, b"run"))
        return None if found is None else found.tokens

    def keep_text(self, text: str, counted: Counted) -> None:
        """Remember a text."""
        self._new[_digest(text, b"text")] = _NUMBERS.pack(*counted)

    def keep_run(self, text: str, tokens: int) -> None:
        """Remember a run of a seam."""
        self._new[_digest(text, b"run")] = _NUMBERS.pack(tokens, 0, 0, 0, 0)

    def save(self) -> None:
        """Write what is new, together with what other processes have written meanwhile; never raises.

        The file is replaced whole. Of two processes that do so in the same moment one may lose its news.
        """
        with self._lock:
            if not self._new:
                return
            entries = _read(self._file)
            for key in self._used:
                if key in entries:
                    entries[key] = entries.pop(key)
            entries.update(self._new)
            for key in list(entries)[: max(0, len(entries) - self._most)]:
                del entries[key]
            _write(self._file, entries)
            self._known = entries
            self._new = {}

    def _find(self, key: bytes) -> Counted | None:
        known = self._known
        if known is None:
            with self._lock:
                known = self._known = _read(self._file) if self._known is None else self._known
        numbers = self._new.get(key) or known.get(key)
        if numbers is None:
            return None
        self._used[key] = None
        return Counted(*_NUMBERS.unpack(numbers))


def open_count_cache(counter: Counter) -> CountCache | None:
    """The cache for a counter; None for one whose results have no digest, and where there is no cache folder."""
    ranks = getattr(counter, "ranks_digest", None)
    folder = cache_folder()
    if ranks is None or folder is None:
        return None
    rule = getattr(counter, "seam_rule", None)
    name = _digest(f"{_FORMAT}\n{counter.id}\n{ranks}\n{rule.id if rule else ''}", b"counter").hex()
    return CountCache(os.path.join(folder, "counts", name))


def _digest(text: str, kind: bytes) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16, person=kind).digest()


def _first_line(data: bytes) -> bytes:
    return f"{_FORMAT} {blake2b(data).hexdigest()}\n".encode()


def _read(file: str) -> dict[bytes, bytes]:
    """The entries by digest; their numbers are taken apart only when they are asked for."""
    try:
        if not os.path.isfile(file) or os.path.getsize(file) > _LARGEST:
            return {}
        with open(file, "rb") as stream:
            line, end, data = stream.read().partition(b"\n")
    except OSError:
        return {}
    if line + end != _first_line(data) or len(data) % _ENTRY.size:
        return {}
    return dict(_ENTRY.iter_unpack(data))


def _write(file: str, entries: dict[bytes, bytes]) -> None:
    """Replace the file whole, or leave it as it is where that is not allowed."""
    import tempfile  # slow to import, and most runs have nothing to write
    from contextlib import suppress

    data = b"".join([_ENTRY.pack(*entry) for entry in entries.items()])
    folder = os.path.dirname(file)
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".counts-")
    except OSError:
        return
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_first_line(data) + data)
        os.replace(temporary, file)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
