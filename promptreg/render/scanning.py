"""Finding the includes of a body: what the registry needs of the template language in order to read heads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptreg.template import IncludeRef
    from promptreg.text import TextMap

__all__ = ["scan"]


def scan(body: TextMap, name: str) -> Iterable[IncludeRef]:
    """The include tags of a body; a body without the word does not even import the template layer."""
    if "include" not in body.text:
        return ()
    from promptreg.template import scan_includes

    return scan_includes(body, name=name)
