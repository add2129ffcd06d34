"""The Jinja2 environment that stock filters and the parser run in: looks up items only, holds no globals.

No template is ever loaded, compiled or rendered by this environment itself.
"""

from __future__ import annotations

from typing import Any

from jinja2.nodes import EvalContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptreg.template.runtime import Missing, item

__all__ = ["ENVIRONMENT", "EVAL_CONTEXT", "DialectEnvironment", "environment_for"]


class DialectEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox with strict undefined whose lookups never touch a Python attribute."""

    def __init__(self, *, trim_blocks: bool = True, lstrip_blocks: bool = True) -> None:
        super().__init__(
            trim_blocks=trim_blocks,
            lstrip_blocks=lstrip_blocks,
            keep_trailing_newline=True,
            autoescape=False,
            undefined=Missing,
            optimized=False,
        )
        self.globals.clear()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Like `getitem`: the dialect has no attributes."""
        return item(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up a mapping key or list item."""
        return item(obj, argument)


ENVIRONMENT = DialectEnvironment()
EVAL_CONTEXT = EvalContext(ENVIRONMENT)


def environment_for(*, trim_blocks: bool, lstrip_blocks: bool) -> DialectEnvironment:
    """An environment with these white space settings (only tests vary them)."""
    if trim_blocks and lstrip_blocks:
        return ENVIRONMENT
    return DialectEnvironment(trim_blocks=trim_blocks, lstrip_blocks=lstrip_blocks)
