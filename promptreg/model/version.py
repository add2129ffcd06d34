"""Semantic versions: exactly three numbers, no pre-release, no build."""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

import re
from typing import NamedTuple

__all__ = ["Version"]

_EXACT = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


class Version(NamedTuple):
    """A version `major.minor.patch`; ordered like the numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version | None":
        """The version that `text` writes, or None when it is not three plain numbers."""
        match = _EXACT.fullmatch(text)
        return cls(*map(int, match.groups())) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
