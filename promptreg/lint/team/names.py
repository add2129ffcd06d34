"""Globs of component names: `*` and `?` stay inside of one step of a name, `**` goes over any number of them."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["fits_any", "glob_fault"]

_PART = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_WRITTEN = re.compile(r"[a-z0-9_/.*?-]+")


def fits_any(name: str, globs: tuple[str, ...]) -> bool:
    """Whether one of the globs means all of the name."""
    return any(_compiled(glob).fullmatch(name) for glob in globs)


def glob_fault(glob: str) -> str | None:
    """Why no name could ever fit a glob, None when one could."""
    if not _WRITTEN.fullmatch(glob):
        return "may hold lower-case letters, digits, . _ - / and the wildcards *, ** and ?"
    if glob.startswith("/") or glob.endswith((".md", ".yaml")):
        return "is matched with names, not with paths of files: write support/reply or support/**"
    return None


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    written = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(written.get(part, re.escape(part)) for part in _PART.findall(glob)))
