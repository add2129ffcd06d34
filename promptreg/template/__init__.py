"""The template engine: Jinja2's language inside a dialect, with an origin for every character.

Names are loaded when used, so that importing this package does not import Jinja2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptreg.template.includes import scan_includes
from promptreg.template.limits import Limits, Meter
from promptreg.template.spans import (
    Binding,
    Bound,
    Branch,
    Computed,
    Fixed,
    Frame,
    IncludeRef,
    IncludeTarget,
    Path,
    Span,
)
from promptreg.template.words import RESERVED_NAMES

if TYPE_CHECKING:
    from promptreg.template.engine import Expression, Template, compile_expression, compile_template
    from promptreg.template.marks import Mark
    from promptreg.template.reading import Reading
    from promptreg.template.trace import Trace

__all__ = [
    "RESERVED_NAMES",
    "Binding",
    "Bound",
    "Branch",
    "Computed",
    "Expression",
    "Fixed",
    "Frame",
    "IncludeRef",
    "IncludeTarget",
    "Limits",
    "Mark",
    "Meter",
    "Path",
    "Reading",
    "Span",
    "Template",
    "Trace",
    "compile_expression",
    "compile_template",
    "scan_includes",
]

_LAZY = {
    "Expression": "engine",
    "Mark": "marks",
    "Reading": "reading",
    "Template": "engine",
    "Trace": "trace",
    "compile_expression": "engine",
    "compile_template": "engine",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value
