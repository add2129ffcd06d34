"""The cache of parsed heads: one JSON file per registry under the user's cache folder, keyed by content.

It saves parsing, never reading: every file is read and hashed at every load, so a stale answer is impossible. The file
may be deleted at any time; one that cannot be read or written is ignored.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

from promptreg import __version__
from promptreg.cache_folder import cache_folder
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt
from promptreg.registry.head_codec import FORMAT, decode_head, encode_head
from promptreg.text import Source

try:  # hashlib loads OpenSSL first, which takes longer than reading the cache
    from _blake2 import blake2b as _hash
except ImportError:
    from hashlib import sha256 as _hash  # type: ignore[assignment]

__all__ = ["HeadCache", "fingerprint"]

_STAMP = f"{FORMAT}:{__version__}:{sys.version_info[0]}.{sys.version_info[1]}"


def fingerprint(data: bytes) -> str:
    """A digest of bytes for keys of the cache: a cryptographic one, not always the same one on other machines."""
    return _hash(data).hexdigest()


class HeadCache:
    """Parsed heads of one registry by the digest of their file; without a key nothing is kept on disk."""

    def __init__(self, registry: str | None) -> None:
        folder = cache_folder() if registry is not None else None
        key = fingerprint((registry or "").encode("utf-8", "surrogateescape"))[:32]
        self._file = os.path.join(folder, "heads", f"{key}.json") if folder else None
        self._old: dict[str, Any] = _read(self._file) if self._file else {}
        self._new: dict[str, Any] = {}
        self._changed = False

    def get(self, digest: str, name: str, source: Source) -> Component | Prompt | None:
        """The head parsed from a file with this digest before, or None."""
        found = self._old.get(digest)
        if found is None:
            return None
        try:
            head = decode_head(found, name, source)
        except (LookupError, TypeError, ValueError, AttributeError):
            return None
        self._new[digest] = found
        return head

    def put(self, digest: str, head: Component | Prompt) -> None:
        """Remember a parsed head."""
        self._new[digest] = encode_head(head)
        self._changed = True

    def save(self) -> None:
        """Write what was used in this load, whole or not at all; a folder that refuses is no error."""
        if self._file is None or not (self._changed or len(self._new) < len(self._old)):
            return
        import tempfile  # slow to import, and most loads change nothing

        heads = json.dumps(self._new, separators=(",", ":"), ensure_ascii=False)
        with contextlib.suppress(OSError, UnicodeEncodeError):
            data = heads.encode()
            folder = os.path.dirname(self._file)
            os.makedirs(folder, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".heads-")
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(_first_line(data) + data)
                os.replace(temporary, self._file)
            except OSError:
                os.unlink(temporary)
                raise


def _first_line(data: bytes) -> bytes:
    """What stands above the heads: another version of the code, or one flipped bit, makes another line."""
    return f"{_STAMP} {fingerprint(data)}\n".encode()


def _read(file: str) -> dict[str, Any]:
    try:
        with open(file, "rb") as stream:
            line, end, data = stream.read().partition(b"\n")
        heads = json.loads(data) if line + end == _first_line(data) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return heads if isinstance(heads, dict) else {}
