"""The tests of the dialect (`x is odd`): those of stock Jinja2 that only look at plain data.

Each function takes the meter first, like the filters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2.runtime import Undefined
from jinja2.tests import TESTS as STOCK

from promptreg.template.limits import Meter
from promptreg.template.runtime import ValueProblem, compare

__all__ = ["TESTS"]


def _simple(name: str) -> Callable[..., Any]:
    stock: Callable[..., Any] = STOCK[name]  # type: ignore[assignment]

    def run(meter: Meter, value: Any, /, *args: Any, **kwargs: Any) -> Any:
        return stock(value, *args, **kwargs)

    return run


def _numeric(name: str) -> Callable[..., Any]:
    """A stock test that computes `value % number`, which formats when the value is text."""
    stock: Callable[..., Any] = STOCK[name]  # type: ignore[assignment]

    def run(meter: Meter, value: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, int | float):
            if isinstance(value, Undefined):
                str(value)
            raise ValueProblem(f'the test "{name}" takes a number')
        return stock(value, *args, **kwargs)

    return run


def _cased(name: str) -> Callable[..., Any]:
    stock: Callable[..., Any] = STOCK[name]  # type: ignore[assignment]

    def run(meter: Meter, value: Any, /) -> Any:
        if isinstance(value, list | tuple | dict):
            raise ValueProblem(f'the test "{name}" takes text')
        if isinstance(value, str):
            meter.charge(len(value) >> 2)
        return stock(value)

    return run


def _comparison(sign: str) -> Callable[..., Any]:
    def run(meter: Meter, value: Any, other: Any, /) -> Any:
        return compare(meter, sign, value, other)

    return run


_SIGNS = {
    "eq": ("==", "eq", "equalto"),
    "ne": ("!=", "ne"),
    "gt": (">", "gt", "greaterthan"),
    "gteq": (">=", "ge"),
    "lt": ("<", "lt", "lessthan"),
    "lteq": ("<=", "le"),
    "in": ("in",),
}
_PLAIN = (
    *("boolean", "defined", "false", "float", "integer", "iterable", "mapping", "none", "number"),
    *("sequence", "string", "true", "undefined"),
)

TESTS: dict[str, Callable[..., Any]] = {
    **{name: _simple(name) for name in _PLAIN},
    **{name: _numeric(name) for name in ("divisibleby", "even", "odd")},
    **{name: _cased(name) for name in ("lower", "upper")},
    **{name: _comparison(sign) for sign, names in _SIGNS.items() for name in names},
}
