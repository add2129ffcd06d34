"""Files as the protocol names them."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

__all__ = ["file_of", "uri_of"]


def file_of(uri: str) -> str | None:
    """The path of a `file:` URI; None for what is no file of this machine (`untitled:`, `git:`)."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    return os.path.normpath(path) if os.path.isabs(path) and "\0" not in path else None


def uri_of(file: str) -> str:
    """The URI of an absolute path."""
    return Path(file).as_uri()
