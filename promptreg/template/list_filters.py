"""Filters over lists and mappings: stock functions where they are strict enough, charged per item.

`map`, `select` and their kin are written here because the stock ones resolve filter names at run time; they keep the
stock laziness. Attribute arguments look up items only (see `lookup`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jinja2.filters import FILTERS as STOCK
from jinja2.filters import make_attrgetter
from jinja2.runtime import Undefined

from promptreg.template.limits import Meter
from promptreg.template.lookup import ENVIRONMENT, EVAL_CONTEXT
from promptreg.template.runtime import ValueProblem, text_of
from promptreg.template.sizes import gather, weigh
from promptreg.template.tests import TESTS
from promptreg.template.text_filters import TEXT_FILTERS

__all__ = ["FILTERS"]

_default, _dictsort, _items, _unique = (STOCK[n] for n in ("default", "dictsort", "items", "unique"))
_sort, _min, _max, _groupby = (STOCK[n] for n in ("sort", "min", "max", "groupby"))
_first, _last, _batch, _slice, _sum, _reverse = (
    STOCK[n] for n in ("first", "last", "batch", "slice", "sum", "reverse")
)
# work of an item that gets an object of its own (a tuple, a list, a key list)
_OBJECT = 64


def default(meter: Meter, value: Any, /, default_value: Any = "", boolean: bool = False) -> Any:
    if isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


def length(meter: Meter, value: Any, /) -> int:
    return len(value)


def first(meter: Meter, seq: Any, /) -> Any:
    return _first(ENVIRONMENT, seq)


def last(meter: Meter, seq: Any, /) -> Any:
    return _last(ENVIRONMENT, seq)


def as_list(meter: Meter, value: Any, /) -> list[Any]:
    return list(gather(meter, value))


def reverse(meter: Meter, value: Any, /) -> Any:
    if isinstance(value, str):
        return meter.made(value[::-1])
    if isinstance(value, list | tuple | dict):
        meter.charge(len(value))
        return _reverse(value)
    return _reverse(gather(meter, value))


def join(meter: Meter, value: Any, /, d: Any = "", attribute: Any = None) -> str:
    if attribute is not None:
        value = map(make_attrgetter(ENVIRONMENT, attribute), value)
    separator = str(text_of(meter, d))
    texts: list[str] = []
    size = 0
    for part in value:
        text = part if part.__class__ is str else str(text_of(meter, part))
        texts.append(text)
        size += len(text) + len(separator)
        meter.fits(size - len(separator))
        meter.charge(8)
    return meter.made(separator.join(texts))


def items(meter: Meter, value: Any, /) -> Iterator[Any]:
    for pair in _items(value):
        meter.charge(_OBJECT)
        yield pair


def dictsort(meter: Meter, value: Any, /, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> Any:
    if not isinstance(value, dict):
        _not_a("dictsort", "a mapping", value)
    _charge_sort(meter, list(value if by == "key" else value.values()))
    return _dictsort(value, case_sensitive, by, reverse)


def sort(
    meter: Meter, value: Any, /, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> list[Any]:
    values = gather(meter, value)
    _charge_sort(meter, values)
    return _sort(ENVIRONMENT, values, reverse, case_sensitive, attribute)  # type: ignore[no-any-return]


def groupby(meter: Meter, value: Any, /, attribute: Any, default: Any = None, case_sensitive: bool = False) -> Any:
    values = gather(meter, value)
    _charge_sort(meter, values)
    meter.charge(len(values) * _OBJECT)
    return _groupby(ENVIRONMENT, values, attribute, default, case_sensitive)


def smallest(meter: Meter, value: Any, /, case_sensitive: bool = False, attribute: Any = None) -> Any:
    values = gather(meter, value)
    weigh(meter, values)
    return _min(ENVIRONMENT, values, case_sensitive, attribute)


def largest(meter: Meter, value: Any, /, case_sensitive: bool = False, attribute: Any = None) -> Any:
    values = gather(meter, value)
    weigh(meter, values)
    return _max(ENVIRONMENT, values, case_sensitive, attribute)


def total(meter: Meter, iterable: Any, /, attribute: Any = None, start: Any = 0) -> Any:
    values = gather(meter, iterable)
    if attribute is not None:
        values = list(map(make_attrgetter(ENVIRONMENT, attribute), values))
    for number in (start, *values):
        if number.__class__ is not int and number.__class__ is not float:
            if isinstance(number, Undefined):
                str(number)
            raise ValueProblem('the filter "sum" takes a list of numbers')
    result = _sum(ENVIRONMENT, values, None, start)
    if isinstance(result, int) and result.bit_length() > meter.limits.integer_bits:
        raise meter.fail("integer_bits")
    return result


def unique(meter: Meter, value: Any, /, case_sensitive: bool = False, attribute: Any = None) -> Iterator[Any]:
    yield from _unique(ENVIRONMENT, _charged(meter, value, _OBJECT), case_sensitive, attribute)


def batch(meter: Meter, value: Any, /, linecount: Any, fill_with: Any = None) -> Iterator[Any]:
    _count(meter, linecount, "batch")
    for row in _batch(_charged(meter, value, 8), linecount, fill_with):
        meter.charge(_OBJECT + 8 * linecount)
        yield row


def columns(meter: Meter, value: Any, /, slices: Any, fill_with: Any = None) -> Iterator[Any]:
    _count(meter, slices, "slice")
    for column in _slice(EVAL_CONTEXT, gather(meter, value), slices, fill_with):
        meter.charge(_OBJECT + 8 * len(column))
        yield column


def mapped(meter: Meter, value: Any, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
    if value:
        apply = _applied(meter, args, kwargs)
        for part in value:
            meter.charge(64)
            yield apply(part)


def _applied(meter: Meter, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    if not args and "attribute" in kwargs:
        attribute = kwargs.pop("attribute")
        fallback = kwargs.pop("default", None)
        if kwargs:
            raise ValueProblem(f'the filter "map" has no argument "{next(iter(kwargs))}"')
        return make_attrgetter(ENVIRONMENT, attribute, default=fallback)
    run = FILTERS.get(args[0]) if args and isinstance(args[0], str) else None
    if run is None:
        raise ValueProblem('the filter "map" needs the name of a filter or an attribute')
    return lambda part: run(meter, part, *args[1:], **kwargs)


def _chooser(*, keep: bool, by_attribute: bool) -> Callable[..., Iterator[Any]]:
    """`select`, `reject`, `selectattr` or `rejectattr`."""

    def run(meter: Meter, value: Any, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        if not value:
            return
        look = make_attrgetter(ENVIRONMENT, args[0]) if by_attribute else None
        holds = _tested(meter, args[1:] if by_attribute else args, kwargs)
        for part in value:
            meter.charge(64)
            if bool(holds(part if look is None else look(part))) is keep:
                yield part

    return run


def _tested(meter: Meter, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    if not args:
        return bool
    run = TESTS.get(args[0]) if isinstance(args[0], str) else None
    if run is None:
        raise ValueProblem("this filter needs the name of a test")
    return lambda part: run(meter, part, *args[1:], **kwargs)


def _charged(meter: Meter, values: Any, each: int) -> Iterator[Any]:
    for value in values:
        meter.charge(each)
        yield value


def _charge_sort(meter: Meter, values: Any) -> None:
    """Sorting compares each item about log2(n) times and makes a key for it."""
    count = len(values)
    size = weigh(meter, values)
    meter.charge(count * _OBJECT + (size * count.bit_length() >> 2))


def _count(meter: Meter, value: Any, name: str) -> None:
    if not isinstance(value, int) or value > meter.limits.loop_steps:
        raise ValueProblem(f'the filter "{name}" takes a whole number of at most {meter.limits.loop_steps:,}')


def _not_a(name: str, what: str, value: Any) -> None:
    if isinstance(value, Undefined):
        str(value)
    raise ValueProblem(f'the filter "{name}" takes {what}')


FILTERS: dict[str, Callable[..., Any]] = {
    **TEXT_FILTERS,
    "batch": batch,
    "count": length,
    "d": default,
    "default": default,
    "dictsort": dictsort,
    "first": first,
    "groupby": groupby,
    "items": items,
    "join": join,
    "last": last,
    "length": length,
    "list": as_list,
    "map": mapped,
    "max": largest,
    "min": smallest,
    "reject": _chooser(keep=False, by_attribute=False),
    "rejectattr": _chooser(keep=False, by_attribute=True),
    "reverse": reverse,
    "select": _chooser(keep=True, by_attribute=False),
    "selectattr": _chooser(keep=True, by_attribute=True),
    "slice": columns,
    "sort": sort,
    "sum": total,
    "unique": unique,
}
