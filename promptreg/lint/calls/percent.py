"""Reading `%` templates: the pieces of "Hello %s, you owe %(amount).2f"."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Conversion", "read_percent"]

_CONVERSION = re.compile(
    r"%(?:\((?P<name>[^()]*)\))?(?P<spec>[#0\- +]*(?:\d+)?(?:\.\d+)?[hlL]?(?P<type>[diouxXeEfFgGcrsa%]))"
)


class Conversion(NamedTuple):
    """One value of a % template: its key, if it has one, and what stands behind the percent sign."""

    name: str | None
    spec: str


def read_percent(template: str) -> list[str | Conversion] | None:
    """Literal pieces and conversions in order; None for a template that Python refuses, or with `*` in a width."""
    found: list[str | Conversion] = []
    at = 0
    while True:
        mark = template.find("%", at)
        if mark < 0:
            found.append(template[at:])
            return found
        found.append(template[at:mark])
        match = _CONVERSION.match(template, mark)
        if match is None:
            return None
        if match["type"] == "%":
            if match["spec"] != "%" or match["name"] is not None:
                return None
            found.append("%")
        else:
            found.append(Conversion(match["name"], match["spec"]))
        at = match.end()
