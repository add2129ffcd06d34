"""Refs (wishes, may be ranges) and pins (facts, exact)."""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

import re
from typing import NamedTuple

from promptreg.model.kinds import is_label, name_fault
from promptreg.model.version import Version

__all__ = ["Constraint", "Pin", "Ref", "RefFault"]

_PARTIAL = re.compile(r"([~^]?)(0|[1-9][0-9]{0,8})(?:\.(0|[1-9][0-9]{0,8}))?(?:\.(0|[1-9][0-9]{0,8}))?")


class RefFault(ValueError):
    """A ref that cannot be read; the message says why."""


class Constraint(NamedTuple):
    """A half-open range of versions `low <= v < high`, a label, or anything (all fields empty)."""

    text: str
    low: Version | None = None
    high: Version | None = None
    label: str | None = None

    @property
    def exact(self) -> Version | None:
        """The only version that fits, when the constraint names one in full."""
        low, high = self.low, self.high
        if low is None or high is None or self.text[:1] in "~^":
            return None
        return low if high == (low.major, low.minor, low.patch + 1) else None

    def allows(self, version: Version) -> bool:
        """Whether `version` fits; a label fits nothing (labels are resolved by the lock, not by comparison)."""
        if self.label is not None:
            return False
        return (self.low is None or self.low <= version) and (self.high is None or version < self.high)

    def meets(self, other: "Constraint") -> bool:
        """Whether one version could fit both; labels do not count."""
        least = max((item.low for item in (self, other) if item.low), default=None)
        return all(item.high is None or least is None or least < item.high for item in (self, other))


class Ref(NamedTuple):
    """A wish: `name`, `name@1.2.0`, `name@1`, `name@~1.2`, `name@^1` or `name@label`."""

    name: str
    constraint: Constraint

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Read a ref; raises RefFault with the reason."""
        name, at, wish = text.partition("@")
        fault = name_fault(name)
        if fault:
            raise RefFault(f'"{text}" is not a ref: the name {fault}')
        if not at:
            return cls(name, Constraint(""))
        return cls(name, _constraint(wish, text))

    def __str__(self) -> str:
        return f"{self.name}@{self.constraint.text}" if self.constraint.text else self.name


class Pin(NamedTuple):
    """A fact: name, version and closure digest of one component; `head` while the version is not released."""

    name: str
    version: Version
    digest: str
    head: bool = True

    @property
    def shown(self) -> str:
        """The version as people see it: `1.2.0`, or `1.2.0+head` for an unreleased head."""
        return f"{self.version}+head" if self.head else str(self.version)


def _constraint(wish: str, ref: str) -> Constraint:
    match = _PARTIAL.fullmatch(wish)
    if match:
        sign, *numbers = match.groups()
        parts = [int(n) for n in numbers if n is not None]
        low = Version(*[*parts, 0, 0][:3])
        return Constraint(wish, low, _upper(sign, parts, low))
    if is_label(wish):
        return Constraint(wish, label=wish)
    raise RefFault(f'"{ref}" is not a ref: after "@" stands a version (1.2.0, 1), a range (~1.2, ^1) or a label')


def _upper(sign: str, parts: list[int], low: Version) -> Version:
    """The first version that no longer fits (the caret and tilde ranges of npm and Cargo)."""
    if sign == "^":
        for place in range(len(parts)):
            if parts[place] or place == len(parts) - 1:
                return _next(low, place)
    if sign == "~":
        return _next(low, min(1, len(parts) - 1))
    return _next(low, len(parts) - 1)


def _next(low: Version, place: int) -> Version:
    return Version(*[*low[:place], low[place] + 1, 0, 0][:3])
