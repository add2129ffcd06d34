"""Filters that make text or numbers out of one value: the stock functions behind a size check.

Each function takes the meter first. The result equals stock Jinja2's wherever it is allowed at all; what could make
something huge is measured before the stock function runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2.filters import FILTERS as STOCK

from promptreg.template.limits import Meter
from promptreg.template.lookup import ENVIRONMENT, EVAL_CONTEXT
from promptreg.template.runtime import ValueProblem, text_of
from promptreg.template.sizes import extent, weigh

__all__ = ["TEXT_FILTERS"]

_WORD = re.compile(r"\w+")
_replace, _truncate, _wordwrap, _tojson = (STOCK[n] for n in ("replace", "truncate", "wordwrap", "tojson"))
_center, _indent, _urlencode, _round = (STOCK[n] for n in ("center", "indent", "urlencode", "round"))
_int, _float, _filesize = (STOCK[n] for n in ("int", "float", "filesizeformat"))


def _text_filter(name: str, *, cost: int) -> Callable[..., Any]:
    """A stock filter from text to text of about the same size; `cost` is the work per character beyond copying."""
    stock = STOCK[name]

    def run(meter: Meter, value: Any, /, *args: Any, **kwargs: Any) -> str:
        if value.__class__ is not str:
            value = text_of(meter, value)
        if cost:
            meter.charge(len(value) * cost)
        return meter.made(stock(value, *args, **kwargs))

    return run


def _whole(value: Any, what: str, most: int) -> None:
    if not isinstance(value, int) or abs(value) > most:
        raise ValueProblem(f"{what} must be a whole number of at most {most:,}")


def _number(value: Any, name: str) -> None:
    if not isinstance(value, int | float):
        if value is None or isinstance(value, str | list | tuple | dict):
            raise ValueProblem(f'the filter "{name}" takes a number')
        str(value)


def center(meter: Meter, value: Any, /, width: Any = 80) -> str:
    _whole(width, "the width", meter.limits.string)
    return meter.made(_center(text_of(meter, value), width))


def filesizeformat(meter: Meter, value: Any, /, binary: bool = False) -> str:
    return meter.made(_filesize(value, binary))


def indent(meter: Meter, s: Any, /, width: Any = 4, first: bool = False, blank: bool = False) -> str:
    if not isinstance(s, str):
        raise ValueProblem('the filter "indent" takes text')
    if not isinstance(width, str):
        _whole(width, "the width", meter.limits.string)
    prefix = len(width) if isinstance(width, str) else width
    meter.charge(2 * len(s))
    meter.fits(len(s) + prefix * (len(s.splitlines()) + 1))
    return meter.made(_indent(s, width, first, blank))


def replace(meter: Meter, s: Any, /, old: Any, new: Any, count: Any = None) -> str:
    text, before, after = (str(text_of(meter, part)) for part in (s, old, new))
    found = text.count(before) if before else len(text) + 1
    if isinstance(count, int) and 0 <= count < found:
        found = count
    meter.charge(len(text))
    meter.fits(len(text) + found * (len(after) - len(before)))
    return meter.made(_replace(EVAL_CONTEXT, text, before, after, count))


def truncate(
    meter: Meter, s: Any, /, length: Any = 255, killwords: bool = False, end: Any = "...", leeway: Any = None
) -> Any:
    if not isinstance(s, str) or not isinstance(end, str):
        raise ValueProblem('the filter "truncate" takes text')
    _whole(length, "the length", 10**9)
    if length < len(end) or (leeway is not None and leeway < 0):
        raise ValueProblem('the filter "truncate" needs a length of at least that of its end, and no negative leeway')
    return meter.made(_truncate(ENVIRONMENT, s, length, killwords, end, leeway))


def wordwrap(
    meter: Meter,
    s: Any,
    /,
    width: Any = 79,
    break_long_words: bool = True,
    wrapstring: Any = None,
    break_on_hyphens: bool = True,
) -> str:
    if not isinstance(s, str) or not (wrapstring is None or isinstance(wrapstring, str)):
        raise ValueProblem('the filter "wordwrap" takes text')
    _whole(width, "the width", meter.limits.string)
    if width < 1:
        raise ValueProblem("the width must be positive")
    # textwrap copies the rest of a long word for every line that it cuts from it
    longest = max(map(len, s.split()), default=0)
    meter.charge(64 * len(s) + longest * longest // (4 * width))
    meter.fits(len(s) + (len(s) // width + 1) * len(wrapstring or "\n"))
    return meter.made(_wordwrap(ENVIRONMENT, s, width, break_long_words, wrapstring, break_on_hyphens))


def wordcount(meter: Meter, value: Any, /) -> int:
    text = text_of(meter, value)
    meter.charge(len(text) * 4)
    return sum(1 for _ in _WORD.finditer(text))


def urlencode(meter: Meter, value: Any, /) -> str:
    size = weigh(meter, value if isinstance(value, str | list | tuple | dict) else str(text_of(meter, value)))
    meter.charge(size * 8)
    meter.fits(size)
    return meter.made(_urlencode(value))


def tojson(meter: Meter, value: Any, /, indent: Any = None) -> str:
    size = extent(meter, value)
    meter.charge(size.nodes * 8 + size.characters * 2)
    if indent is not None:
        _whole(indent, "the indent of tojson", 16)
        meter.charge(size.nodes * 64)
        meter.fits(size.depths * max(indent, 0) + size.characters)
    return meter.made(_tojson(EVAL_CONTEXT, value, indent))


def absolute(meter: Meter, value: Any, /) -> Any:
    _number(value, "abs")
    return abs(value)


def rounded(meter: Meter, value: Any, /, precision: Any = 0, method: str = "common") -> Any:
    _number(value, "round")
    _whole(precision, "the precision", 300)
    return _round(value, precision, method)


def integer(meter: Meter, value: Any, /, default: Any = 0, base: Any = 10) -> Any:
    if isinstance(value, str):
        meter.charge(len(value))
    result = _int(value, default, base)
    if isinstance(result, int) and result.bit_length() > meter.limits.integer_bits:
        raise meter.fail("integer_bits")
    return result


def floating(meter: Meter, value: Any, /, default: Any = 0.0) -> Any:
    if isinstance(value, str):
        meter.charge(len(value))
    return _float(value, default)


TEXT_FILTERS: dict[str, Callable[..., Any]] = {
    "abs": absolute,
    "capitalize": _text_filter("capitalize", cost=1),
    "center": center,
    "filesizeformat": filesizeformat,
    "float": floating,
    "indent": indent,
    "int": integer,
    "lower": _text_filter("lower", cost=1),
    "replace": replace,
    "round": rounded,
    "string": _text_filter("string", cost=0),
    "title": _text_filter("title", cost=16),
    "tojson": tojson,
    "trim": _text_filter("trim", cost=0),
    "truncate": truncate,
    "upper": _text_filter("upper", cost=1),
    "urlencode": urlencode,
    "wordcount": wordcount,
    "wordwrap": wordwrap,
}
