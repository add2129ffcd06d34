"""What filters over lists and mappings can give. With `text_filters`, one row for each filter of the dialect."""

from __future__ import annotations

from promptreg.template.bounds.bound import NO_TEXT, Lack, times, together
from promptreg.template.bounds.call import Argument, FilterCall
from promptreg.template.bounds.interval import Interval, between
from promptreg.template.bounds.shape import (
    NOTHING,
    Record,
    Row,
    Shape,
    anything,
    each,
    join,
    keys_of,
    listed,
    number,
    text,
)
from promptreg.template.bounds.text_filters import TEXT_BOUNDS, MakeShape

__all__ = ["FILTER_BOUNDS"]

_MOST = 2_000_000
"""No list and no text is longer: the limits of inputs and of templates."""


def _default(call: FilterCall) -> Shape:
    given = call.argument("default_value", 0)
    return join([call.subject, given.shape if given is not None else text(NO_TEXT)])


def _length(call: FilterCall) -> Shape:
    most = call.subject.passes().most
    return number(between(0, _MOST if most is None else most, floats=False))


def _item(call: FilterCall) -> Shape:
    return call.subject.passes().each


def _same(call: FilterCall) -> Shape:
    return Shape(row=call.subject.passes()._replace(places=()))


def _reverse(call: FilterCall) -> Shape:
    """A text stays a text, with tokens of its own; anything else becomes a list."""
    subject = call.subject
    if subject.unknown or subject.text is None:
        return _same(call)
    return join([text(subject.text.mapped(lambda found: found[::-1], 1)), _same(call)])


def _join(call: FilterCall) -> Shape:
    row = _looked_up(call.subject, call.argument("attribute", 1)).passes()
    between_items = call.text("d", 0, "")
    inner = row.each.printed(call.seam)
    if row.places:
        parts = [part for place in row.places for part in (between_items, place.printed(call.seam))]
        return text(together(parts[1:], call.seam))
    if row.most is None and inner.bytes == 0 and between_items.bytes == 0:
        return text(inner)
    bound = times(together([inner, between_items], call.seam), row.most, call.seam)
    if row.most is None:
        bound = bound._replace(lacks=(*((row.lack,) if row.lack else ()), *bound.lacks))
    return text(bound)


def _looked_up(subject: Shape, attribute: Argument | None) -> Shape:
    """A list with an attribute (`a`, `a.b`, `0`) of each item."""
    if attribute is None:
        return subject
    if not attribute.known:
        return anything(Lack("an attribute that is not written in the template"))
    return each(subject, lambda shape: _attribute(shape, attribute.value))


def _attribute(shape: Shape, path: object) -> Shape:
    for step in str(path).split("."):
        shape = shape.item(int(step) if step.isdigit() else step)
    return shape


def _items(call: FilterCall) -> Shape:
    """Pairs of a mapping."""
    subject = call.subject
    if subject.unknown:
        pair = listed([subject, subject])
        return Shape(row=Row(pair, None, subject.unknown[0]))
    if subject.record is None:
        return Shape(row=Row(NOTHING, 0))
    record: Record = subject.record
    keys = keys_of(record)
    values = join([*record.fields.values(), *([record.rest] if record.rest is not None else [])])
    return Shape(row=Row(listed([keys.each, values]), keys.most, keys.lack))


def _groupby(call: FilterCall) -> Shape:
    """Pairs of a value and the list of items that have it."""
    row = call.subject.passes()
    attribute, default = call.argument("attribute", 0), call.argument("default", 1)
    if attribute is None or not attribute.known:
        key = anything(Lack("an attribute that is not written in the template"))
    else:
        key = join([_attribute(row.each, attribute.value), *([default.shape] if default is not None else [])])
    pair = listed([key, Shape(row=row._replace(places=()))])
    return Shape(row=Row(pair, row.most, row.lack))


def _batch(call: FilterCall) -> Shape:
    """Rows of at most `linecount` items; `fill_with` fills the last. A size below 1 gives rows of any length."""
    row, given = call.subject.passes(), call.argument("linecount", 0)
    inner, rows = Row(_filled(call, row.each), row.most, row.lack), None if row.most is None else row.most + 1
    if given is not None and given.known and isinstance(given.value, int) and given.value >= 1:
        inner = inner._replace(most=given.value)
        rows = None if row.most is None else -(-row.most // given.value)
    elif given is not None and call.argument("fill_with", 1) is not None:
        return anything(Lack("the size of the filter batch is not written in the template"))
    return Shape(row=Row(Shape(row=inner), rows, row.lack))


def _columns(call: FilterCall) -> Shape:
    """`slices` lists of about the same length."""
    row, count = call.subject.passes(), call.size("slices", 0, 1)
    if count is None:
        return anything(Lack("the number of slices has no limit"))
    inner = Row(_filled(call, row.each), None if row.most is None else row.most + 1, row.lack)
    return Shape(row=Row(Shape(row=inner), max(0, count)))


def _filled(call: FilterCall, shape: Shape) -> Shape:
    given = call.argument("fill_with", 1)
    return shape if given is None else join([shape, given.shape])


def _map(call: FilterCall) -> Shape:
    if not call.args and "attribute" in call.kwargs:
        found = _looked_up(call.subject, call.kwargs["attribute"])
        default = call.kwargs.get("default")
        return found if default is None else each(found, lambda shape: join([shape, default.shape]))
    name = call.args[0].value if call.args and call.args[0].known else None
    make = FILTER_BOUNDS.get(str(name))
    if make is None:
        return anything(Lack("a filter that is not written in the template"))
    inner = FilterCall(str(name), NOTHING, call.args[1:], call.kwargs, call.seam)
    return each(call.subject, lambda shape: make(inner._replace(subject=shape)))


def _sum(call: FilterCall) -> Shape:
    row = _looked_up(call.subject, call.argument("attribute", 0)).passes()
    start = call.argument("start", 1)
    first = start.shape.number if start is not None else between(0, 0, floats=False)
    inner = row.each.number
    if inner is None or row.each.unknown or first is None:
        return number(Interval())
    floats, integers = inner.floats or first.floats, True
    sides = (inner.low, inner.high, first.low, first.high)
    if row.most is None or None in sides:
        return number(Interval(None, None, integers, floats))
    low, high, first_low, first_high = (side for side in sides if side is not None)
    return number(Interval(first_low + row.most * min(0, low), first_high + row.most * max(0, high), integers, floats))


def _extreme(call: FilterCall) -> Shape:
    return call.subject.passes().each


FILTER_BOUNDS: dict[str, MakeShape] = {
    **TEXT_BOUNDS,
    "batch": _batch,
    "count": _length,
    "d": _default,
    "default": _default,
    "dictsort": _items,
    "first": _item,
    "groupby": _groupby,
    "items": _items,
    "join": _join,
    "last": _item,
    "length": _length,
    "list": _same,
    "map": _map,
    "max": _extreme,
    "min": _extreme,
    "reject": _same,
    "rejectattr": _same,
    "reverse": _reverse,
    "select": _same,
    "selectattr": _same,
    "slice": _columns,
    "sort": _same,
    "sum": _sum,
    "unique": _same,
}
