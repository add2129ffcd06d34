"""Where this program keeps what it can work out again: the user's cache folder. Nothing here reads or writes."""

from __future__ import annotations

import os
import sys

__all__ = ["cache_folder"]


def cache_folder() -> str | None:
    """The folder for caches: PROMPTREG_CACHE_DIR, else the user's own; None when switched off (`off`) or unknown."""
    chosen = os.environ.get("PROMPTREG_CACHE_DIR")
    if chosen is not None:
        return None if chosen in ("", "off") else chosen
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    if base and os.path.isabs(base):
        return os.path.join(base, "promptreg")
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        return None
    return os.path.join(home, "Library/Caches" if sys.platform == "darwin" else ".cache", "promptreg")
