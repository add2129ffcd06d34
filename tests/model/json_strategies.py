"""Generated JSON values, schemas over the keywords that inputs may use, and values of other Python types."""

from __future__ import annotations

from collections import OrderedDict, UserDict, UserList, namedtuple
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

WORDS = ("a", "b", "id", "no", "1.10", "é🙂")
PATTERNS = ("^a", "b$", "^.{2}$", "[0-9]", "é")

texts = st.one_of(st.sampled_from(WORDS), st.text(st.sampled_from("ab1é🙂 \n"), max_size=4))
integers = st.integers(-3, 3)
numbers = st.one_of(integers, st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.5, -2.25]))
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
keys = st.sampled_from(WORDS)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
"""JSON values that are small and collide often, so that enum, const and required are met now and then."""

TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")


def _keywords(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    counts = st.integers(0, 3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.one_of(st.sampled_from(TYPES), st.lists(st.sampled_from(TYPES), min_size=1, max_size=3)),
            "enum": st.lists(values, min_size=1, max_size=3),
            "const": values,
            "minimum": numbers,
            "maximum": numbers,
            "minLength": counts,
            "maxLength": counts,
            "pattern": st.sampled_from(PATTERNS),
            "items": inner,
            "minItems": counts,
            "maxItems": counts,
            "properties": st.dictionaries(keys, inner, max_size=3),
            "required": st.lists(keys, max_size=2, unique=True),
            "additionalProperties": st.one_of(st.booleans(), inner),
            "format": st.sampled_from(["email", "date"]),
            "description": texts,
        },
    )


schemas = st.recursive(st.builds(dict), _keywords, max_leaves=4)


def conforming(schema: Any) -> st.SearchStrategy[Any]:
    """Values that often fit `schema`; where its keywords fight each other they do not."""
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "type" not in schema:
        return values
    kinds = schema["type"]
    return st.one_of([_of_type(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def _of_type(kind: str, schema: Any) -> st.SearchStrategy[Any]:
    simple = {"string": texts, "number": numbers, "integer": integers, "boolean": st.booleans(), "null": st.none()}
    if kind in simple:
        return simple[kind]
    if kind == "array":
        least = schema.get("minItems", 0)
        return st.lists(conforming(schema.get("items", {})), min_size=least, max_size=max(3, least))
    properties = schema.get("properties", {})
    declared = {name: conforming(inner) for name, inner in properties.items()}
    wanted = {name: declared.get(name, values) for name in schema.get("required", ())}
    others = {name: item for name, item in declared.items() if name not in wanted}
    return st.fixed_dictionaries(wanted, optional=others)


class Text(str):
    """A string that lies about itself wherever it is asked."""

    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError("a method of the value was called")

    __len__ = __iter__ = __repr__ = isascii = encode = isidentifier = __str__  # type: ignore[assignment]


class Whole(int):
    """An integer that lies about itself."""

    def __int__(self) -> int:
        raise AssertionError("a method of the value was called")

    bit_length = __index__ = __repr__ = __str__ = __int__  # type: ignore[assignment]


class Real(float):
    """A number that lies about itself."""

    def __float__(self) -> float:
        raise AssertionError("a method of the value was called")

    is_integer = __repr__ = __str__ = __float__  # type: ignore[assignment]


class Listed(list[Any]):
    """A list with a class of its own."""


class Mapped(dict[str, Any]):
    """A dict with a class of its own."""


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


Pair = namedtuple("Pair", "left right")


def disguised(value: Any) -> st.SearchStrategy[Any]:
    """`value` built from other types that stand for JSON: subclasses, tuples and all kinds of mappings."""
    if isinstance(value, bool) or value is None:
        return st.just(value)
    if isinstance(value, str):
        return st.sampled_from([value, Text(value)])
    if isinstance(value, int):
        return st.sampled_from([value, Whole(value)])
    if isinstance(value, float):
        return st.sampled_from([value, Real(value)])
    if isinstance(value, list):
        shapes = st.sampled_from([list, tuple, Listed, UserList])
        return st.builds(lambda shape, items: shape(items), shapes, st.tuples(*map(disguised, value)))
    shapes = st.sampled_from([dict, Mapped, OrderedDict, UserDict, lambda items: MappingProxyType(dict(items))])
    pairs = st.tuples(*(st.tuples(st.just(key), disguised(item)) for key, item in value.items()))
    return st.builds(lambda shape, items: shape(items), shapes, pairs)
