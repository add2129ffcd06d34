"""What is known of a body before it is compiled."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.template.facts import Facts
from promptreg.template.parsing import Parsed

__all__ = ["Reading"]


class Reading(NamedTuple):
    """A body that was parsed and that the dialect accepts, with the facts of its tree."""

    parsed: Parsed
    facts: Facts
