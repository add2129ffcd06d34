"""What a value can be before there are inputs: a text, a number, a list, a mapping, or several of these.

A shape is a set of possible values. Operations give shapes that hold at least every value which the operation could
give on values of its operands; what would be an error at run time needs no room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from promptreg.template.bounds.bound import Bound, Lack, at_most, either, exactly, together, unbounded
from promptreg.template.bounds.interval import Interval, between, join_intervals, number_text

__all__ = [
    "NOTHING",
    "TRUTH",
    "WRITTEN",
    "Record",
    "Row",
    "Shape",
    "anything",
    "bundled",
    "each",
    "join",
    "join_rows",
    "keys_of",
    "listed",
    "meet",
    "number",
    "of_value",
    "text",
]


WRITTEN = 4
"""By how much the bytes of a text can grow inside of a printed list, where Python writes it in quotes (U+0000)."""


_NODES = 2000
"""Lists, mappings and values inside of a list or mapping that a template writes, counting shared ones again."""


class Row(NamedTuple):
    """A list of at most `most` values (None: no limit, for the reason in `lack`).

    `places` are the shapes of a list whose length is known, one for each place, so that it can be taken apart.
    """

    each: Shape
    most: int | None
    lack: Lack | None = None
    places: tuple[Shape, ...] = ()


class Record(NamedTuple):
    """A mapping with these keys, any of which may be missing; `rest` is what other keys may hold, None: no others."""

    fields: Mapping[str, Shape]
    rest: Shape | None = None


class Shape(NamedTuple):
    """The possible values, by kind. `text` also holds booleans as they print; nothing set: no value at all.

    `unknown` are the reasons why the value may be anything.
    """

    text: Bound | None = None
    number: Interval | None = None
    row: Row | None = None
    record: Record | None = None
    unknown: tuple[Lack, ...] = ()

    def printed(self, seam: int) -> Bound:
        """The text that `{{ value }}` prints; `seam` as in `together`."""
        if self.unknown:
            return unbounded(self.unknown)
        found = [self.text] if self.text is not None else []
        if self.number is not None:
            found.append(number_text(self.number))
        if self.row is not None:
            found.append(_listed(self.row))
        if self.record is not None:
            found.append(_mapped(self.record))
        return either(found)

    def item(self, key: str | int) -> Shape:
        """What `value.key` gives."""
        found = []
        if self.unknown:
            return self
        if self.record is not None and isinstance(key, str):
            inner = self.record.fields.get(key, self.record.rest)
            found += [inner] if inner is not None else []
        if self.row is not None and isinstance(key, int):
            at = key if key >= 0 else len(self.row.places) + key
            found.append(self.row.places[at] if 0 <= at < len(self.row.places) else self.row.each)
        if self.text is not None and isinstance(key, int):
            found.append(text(at_most(4)))
        return join(found)

    def any_item(self) -> Shape:
        """What `value[key]` gives for a key that is computed."""
        if self.unknown:
            return self
        found = [text(at_most(4))] if self.text is not None else []
        if self.row is not None:
            found += [self.row.each, *self.row.places]
        if self.record is not None:
            found += [*self.record.fields.values(), *([self.record.rest] if self.record.rest else [])]
        return join(found)

    def passes(self) -> Row:
        """What a loop over the value goes through: items, keys of a mapping, characters of a text."""
        if self.unknown:
            return Row(self, None, self.unknown[0])
        found = [self.row] if self.row is not None else []
        if self.record is not None:
            found.append(keys_of(self.record))
        if self.text is not None:
            size = self.text.bytes
            lack = self.text.lacks[0] if size is None and self.text.lacks else None
            found.append(Row(text(at_most(4)), size, lack))
        return join_rows(found)


def text(bound: Bound) -> Shape:
    """A text within these limits."""
    return Shape(text=bound)


def number(interval: Interval) -> Shape:
    """A number within these limits."""
    return Shape(number=interval)


def anything(*lacks: Lack) -> Shape:
    """Any value at all."""
    return Shape(unknown=tuple(dict.fromkeys(lacks)))


NOTHING = Shape()
"""No value: null, or undefined; printing it is an error."""

TRUTH = text(exactly("True", "False"))


def of_value(value: Any) -> Shape:
    """The shape of one known value (plain JSON)."""
    if isinstance(value, bool | str):
        return text(exactly(str(value)))
    if isinstance(value, int | float):
        whole = isinstance(value, int)
        return number(between(value, value, integers=whole, floats=not whole)._replace(written=(str(value),)))
    if isinstance(value, Mapping):
        return Shape(record=Record({key: of_value(inner) for key, inner in value.items()}))
    if isinstance(value, list | tuple):
        places = tuple(map(of_value, value))
        return Shape(row=Row(join(places), len(places), None, places))
    return NOTHING


def listed(places: Iterable[Shape]) -> Shape:
    """A list of known length."""
    found = tuple(places)
    return bundled(Shape(row=Row(join(found), len(found), None, found)), found)


def bundled(whole: Shape, inner: Iterable[Shape]) -> Shape:
    """A list or mapping made of other shapes, as long as it can be looked through: a template may double it at will."""
    waiting, seen = list(inner), 0
    while waiting:
        shape = waiting.pop()
        seen += 1
        if seen > _NODES:
            return anything(Lack("a list or mapping that holds others this often"))
        if shape.row is not None:
            waiting += [shape.row.each, *shape.row.places]
        if shape.record is not None:
            waiting += [*shape.record.fields.values(), *([shape.record.rest] if shape.record.rest else [])]
    return whole


def join(shapes: Iterable[Shape]) -> Shape:
    """A value of any of these shapes."""
    found = list({id(shape): shape for shape in shapes}.values())
    if len(found) == 1:
        return found[0]
    texts = [shape.text for shape in found if shape.text is not None]
    numbers = [shape.number for shape in found if shape.number is not None]
    rows = [shape.row for shape in found if shape.row is not None]
    records = [shape.record for shape in found if shape.record is not None]
    return Shape(
        either(texts) if texts else None,
        join_intervals(numbers) if numbers else None,
        join_rows(rows) if rows else None,
        _joined_records(records) if records else None,
        tuple(dict.fromkeys(lack for shape in found for lack in shape.unknown)),
    )


def meet(given: Shape, declared: Shape) -> Shape:
    """A value of shape `given` that was checked to be of shape `declared` too."""
    if given.unknown or declared.unknown:
        return declared if given.unknown else given
    return Shape(
        given.text.meet(declared.text) if given.text is not None and declared.text is not None else None,
        given.number.meet(declared.number) if given.number is not None and declared.number is not None else None,
        _met_rows(given.row, declared.row) if given.row is not None and declared.row is not None else None,
        _met_records(given.record, declared.record)
        if given.record is not None and declared.record is not None
        else None,
    )


def each(shape: Shape, change: Callable[[Shape], Shape]) -> Shape:
    """A list with `change` applied to every item of a loop over `shape`."""
    row = shape.passes()
    return Shape(row=Row(change(row.each), row.most, row.lack, tuple(map(change, row.places))))


def keys_of(record: Record) -> Row:
    """The keys of a mapping as a list of texts."""
    names = text(exactly(*record.fields))
    if record.rest is None:
        return Row(names, len(record.fields))
    lack = record.rest.unknown[0] if record.rest.unknown else Lack("a mapping with keys of any name")
    return Row(text(unbounded((lack,))), None, lack)


def join_rows(rows: list[Row]) -> Row:
    """A list that is any of these."""
    if len(rows) == 1:
        return rows[0]
    counts = [row.most for row in rows]
    most = None if None in counts else max((count for count in counts if count is not None), default=0)
    lacks = [row.lack for row in rows if row.most is None and row.lack is not None]
    widths = {len(row.places) for row in rows}
    places: tuple[Shape, ...] = ()
    if len(widths) == 1:
        places = tuple(join(column) for column in zip(*(row.places for row in rows), strict=True))
    return Row(join([row.each for row in rows]), most, lacks[0] if lacks else None, places)


def _joined_records(records: list[Record]) -> Record:
    names = dict.fromkeys(name for record in records for name in record.fields)
    rests = [record.rest for record in records if record.rest is not None]
    fields = {}
    for name in names:
        fields[name] = join([found for record in records if (found := _field(record, name)) is not None])
    return Record(fields, join(rests) if rests else None)


def _field(record: Record, name: str) -> Shape | None:
    return record.fields.get(name, record.rest)


def _met_rows(given: Row, declared: Row) -> Row:
    counts = [count for count in (given.most, declared.most) if count is not None]
    most = min(counts, default=None)
    return Row(meet(given.each, declared.each), most, None if counts else (given.lack or declared.lack), given.places)


def _met_records(given: Record, declared: Record) -> Record:
    names = dict.fromkeys([*given.fields, *declared.fields])
    fields = {}
    for name in names:
        sides = [_field(record, name) for record in (given, declared)]
        if sides[0] is not None and sides[1] is not None:
            fields[name] = meet(sides[0], sides[1])
    both = given.rest is not None and declared.rest is not None
    return Record(fields, meet(given.rest, declared.rest) if both else None)  # type: ignore[arg-type]


def _listed(row: Row) -> Bound:
    """`[…]` as Python writes it; an item and its comma."""
    inner = [_inside(place) for place in row.places] if row.places else None
    if inner is not None:
        return together([at_most(3), *(part for bound in inner for part in (bound, at_most(2)))], 0).scaled(1)
    if row.most == 0:
        return at_most(2)
    bound = _inside(row.each)
    if row.most is None:
        return unbounded([*([row.lack] if row.lack else ()), *bound.lacks])
    return bound.scaled(row.most, 3 + 2 * row.most)


def _mapped(record: Record) -> Bound:
    """`{…}` as Python writes it."""
    if record.rest is not None:
        row = keys_of(record)
        return unbounded([*([row.lack] if row.lack else ()), *_inside(record.rest).lacks])
    parts = [at_most(2)]
    for name, shape in record.fields.items():
        parts += [at_most(4 * len(name.encode("utf-8")) + 6), _inside(shape)]
    return together(parts, 0).scaled(1)


def _inside(shape: Shape) -> Bound:
    """A value inside a printed list or mapping: text in quotes, with escapes."""
    if shape.unknown:
        return unbounded(shape.unknown)
    bound = shape._replace(text=None).printed(0)
    found = [shape.text.scaled(WRITTEN, 2)] if shape.text is not None else []
    return either([*found, bound, at_most(4)])
