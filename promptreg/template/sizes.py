"""How big a value is once it is written out, counted before anything of that size is made.

A template can build a small structure whose text is huge (`[x, x]` over and over), so size is counted on the expanded
value and the count itself is charged and stops at the limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jinja2.runtime import Undefined

from promptreg.errors import RenderError
from promptreg.template.limits import Meter

__all__ = ["Extent", "check_plain", "extent", "gather", "plain", "show_container", "weigh"]

_NODE = 4


class Extent(NamedTuple):
    """Size of an expanded value: its nodes, its characters of text, and the sum of the depths of its nodes."""

    nodes: int
    characters: int
    depths: int


def extent(meter: Meter, value: Any) -> Extent:
    """Measure a value. Charges for the walk; raises LimitExceeded when its text cannot fit in one string."""
    nodes = characters = depths = depth = 0
    ceiling = meter.limits.string
    layer: list[Any] = [value]
    while layer:
        below: list[Any] = []
        for part in layer:
            kind = part.__class__
            if kind is str:
                characters += len(part)
            elif kind is dict:
                below.extend(part)
                below.extend(part.values())
            elif kind is list or kind is tuple or isinstance(part, tuple):
                below.extend(part)
            elif isinstance(part, str):
                characters += len(part)
            else:
                characters += 4
            if len(below) > ceiling:
                raise meter.fail("string")
        nodes += len(layer)
        depths += depth * len(layer)
        depth += 1
        if nodes + characters > ceiling:
            raise meter.fail("string")
        meter.charge(len(layer) * _NODE)
        layer = below
    return Extent(nodes, characters, depths)


def weigh(meter: Meter, value: Any) -> int:
    """Charge for looking at all of a value and return its expanded size."""
    if isinstance(value, str):
        meter.charge(len(value) >> 2)
        return len(value)
    size = extent(meter, value)
    meter.charge(size.characters >> 2)
    return size.nodes + size.characters


def check_plain(value: Any) -> None:
    """Raise unless the whole value is plain data (call after `extent`, which bounds the walk)."""
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            stack.extend(part)
            stack.extend(part.values())
        elif isinstance(part, list | tuple):
            stack.extend(part)
        elif isinstance(part, Undefined):
            str(part)
        elif not (part is None or isinstance(part, str | int | float)):
            raise RenderError('a value inside is not plain data; use the "list" filter')


def show_container(meter: Meter, value: Any) -> str:
    """The printed form of a list, tuple or mapping."""
    extent(meter, value)
    check_plain(value)
    return meter.made(str(value))


def plain(meter: Meter, value: Any) -> Any:
    """A value as an include receives it: tuples become lists; iterators and undefined parts are errors."""
    if not isinstance(value, list | tuple | dict):
        check_plain(value)
        return str(value) if isinstance(value, str) else value
    extent(meter, value)
    check_plain(value)
    return _listed(value)


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(part) for part in value]
    return value


def gather(meter: Meter, values: Any, *, each: int = 4) -> Any:
    """An iterable as a sequence, charged per item before the items pile up; `each` is the work of one item."""
    if isinstance(values, list | tuple):
        meter.charge(len(values) * each)
        return values
    if isinstance(values, str | dict):
        meter.charge(len(values) * max(each, 64))
        return list(values)
    return list(_charged(meter, values, each))


def _charged(meter: Meter, values: Any, each: int) -> Iterator[Any]:
    for value in values:
        meter.charge(each + 4)
        yield value
