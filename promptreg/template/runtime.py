"""What generated code calls: lookup, operators, printing.

Every value that flows here is plain data (or an iterator that a filter made, or an undefined). Nothing looks up a
Python attribute of a value. Errors are ordinary exceptions without a place; `faults` gives them one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from jinja2.runtime import LoopContext, StrictUndefined, Undefined
from jinja2.utils import missing

from promptreg.errors import RenderError, nearest
from promptreg.template.limits import Meter
from promptreg.template.sizes import show_container, weigh

__all__ = [
    "Missing",
    "NotPrintable",
    "ValueProblem",
    "arithmetic",
    "compare",
    "compare_chain",
    "concat",
    "cut",
    "item",
    "loop_changed",
    "negate",
    "posate",
    "show",
    "text_of",
    "whole_text",
]


class ValueProblem(RenderError):
    """An operator or filter got a value it does not take; the message has no place yet."""


class NotPrintable(ValueProblem):
    """A null or something that is not plain data would be printed."""


class Missing(StrictUndefined):
    """Strict undefined whose message names the key and the nearest one that exists."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return str(self._undefined_hint)
        name = self._undefined_name
        if self._undefined_obj is missing:
            return f'"{name}" is not defined here'
        owner = self._undefined_obj
        if isinstance(owner, dict):
            return _no_key(str(name), [str(key) for key in owner])
        if isinstance(owner, list | tuple | str) and isinstance(name, int):
            return f"there is no item {name}: the list has {len(owner)}"
        return f'there is no item "{name}" in {_kind(owner)}'


def _no_key(name: str, keys: list[str]) -> str:
    near = nearest(name, keys)
    if near:
        return f'there is no key "{name}" (did you mean "{near}"?)'
    known = ", ".join(keys[:8]) + ("…" if len(keys) > 8 else "")
    advice = "test it with `is defined`, or print it with `| default(…)`"
    return f'there is no key "{name}" here; known: {known or "none"}; {advice}'


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return "null" if value is None else names.get(type(value), "this value")


def item(owner: Any, key: Any) -> Any:
    """`owner.key` and `owner[key]`: a mapping key or a list item, never a Python attribute."""
    try:
        return owner[key]
    except (TypeError, LookupError):
        return Missing(obj=owner, name=key)


def cut(meter: Meter, owner: Any, start: Any, stop: Any, step: Any) -> Any:
    """`owner[start:stop:step]` of a list or string."""
    if not isinstance(owner, list | tuple | str):
        if isinstance(owner, Undefined):
            iter(owner)
        raise ValueProblem(f"{_kind(owner)} cannot be sliced")
    part = owner[start:stop:step]
    meter.charge(len(part))
    return part


def show(meter: Meter, value: Any) -> str:
    """A printed value as text. A null and anything that is not plain data is an error."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float or kind is bool:
        return str(value)
    if value is None:
        raise NotPrintable('a null would be printed; use the "default" filter or test it first')
    if isinstance(value, str | Undefined):
        return str(value)
    if isinstance(value, list | tuple | dict):
        return show_container(meter, value)
    raise NotPrintable('this value is not plain data and cannot be printed; use the "list" or "join" filter')


def text_of(meter: Meter, value: Any) -> str:
    """A value as a text filter or `~` reads it."""
    return value if isinstance(value, str) else show(meter, value)


def whole_text(value: Any) -> str:
    """The result of a filter block, which must be text."""
    if not isinstance(value, str):
        raise NotPrintable("the filter of a filter block must make text")
    return str(value)


def concat(meter: Meter, *values: Any) -> str:
    """`a ~ b ~ c`."""
    texts = [str(text_of(meter, value)) for value in values]
    meter.fits(sum(map(len, texts)))
    return meter.made("".join(texts))


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


def _number(meter: Meter, value: Any, sign: str) -> None:
    kind = value.__class__
    if kind is int:
        if value.bit_length() > meter.limits.integer_bits:
            raise meter.fail("integer_bits")
    elif kind is not float:
        if isinstance(value, Undefined):
            str(value)
        advice = '; join text with "~"' if isinstance(value, str) and sign == "+" else ""
        raise ValueProblem(f'"{sign}" takes numbers, not {_kind(value)}{advice}')


def arithmetic(meter: Meter, sign: str, left: Any, right: Any) -> Any:
    """`left sign right` on two numbers."""
    _number(meter, left, sign)
    _number(meter, right, sign)
    result = _OPERATORS[sign](left, right)
    _number(meter, result, sign)
    return result


def negate(meter: Meter, value: Any) -> Any:
    """`-value`."""
    _number(meter, value, "-")
    return -value


def posate(meter: Meter, value: Any) -> Any:
    """`+value`."""
    _number(meter, value, "+")
    return +value


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


def compare(meter: Meter, sign: str, left: Any, right: Any) -> Any:
    """A comparison whose operands may be long; charges for what it may have to look at."""
    if sign == "in" or sign == "notin":
        _charge_search(meter, left, right)
    else:
        _charge_equal(meter, left, right)
    return _COMPARISONS[sign](left, right)


def _charge_equal(meter: Meter, left: Any, right: Any) -> None:
    if isinstance(left, str) and isinstance(right, str):
        meter.charge(min(len(left), len(right)) >> 4)
    elif isinstance(left, list | tuple | dict) and isinstance(right, list | tuple | dict):
        weigh(meter, left)
        weigh(meter, right)


def _charge_search(meter: Meter, needle: Any, hay: Any) -> None:
    if isinstance(hay, str):
        meter.charge(len(hay) >> 2)
    elif isinstance(hay, list | tuple):
        single = len(needle) >> 4 if isinstance(needle, str) else 0
        if isinstance(needle, list | tuple | dict):
            single = weigh(meter, needle)
        meter.charge(len(hay) * (2 + single))
    elif not isinstance(hay, dict | Undefined):
        raise ValueProblem(f'"in" takes a list, a mapping or text on its right, not {_kind(hay)}')


def compare_chain(meter: Meter, first: Any, *rest: tuple[str, Callable[[], Any]]) -> Any:
    """`a < b < c`: every operand is evaluated once and only while the comparisons hold."""
    left, result = first, True
    for sign, operand in rest:
        right = operand()
        result = compare(meter, sign, left, right)
        if not result:
            break
        left = right
    return result


def loop_changed(meter: Meter, loop: LoopContext, *values: Any) -> bool:
    """`loop.changed(values)`."""
    weigh(meter, values)
    return loop.changed(*values)
