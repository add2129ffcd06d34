"""How long the results of filters that make texts and numbers can be. One row for each filter of the dialect."""

from __future__ import annotations

from collections.abc import Callable

from promptreg.template.bounds.bound import Bound, Lack, at_most, either, unbounded
from promptreg.template.bounds.call import FilterCall
from promptreg.template.bounds.interval import ANY_NUMBER, FRACTION, WHOLE, Interval, between
from promptreg.template.bounds.shape import Shape, anything, join, number, text

__all__ = ["CASED", "ESCAPED", "QUOTED", "TEXT_BOUNDS", "MakeShape"]

MakeShape = Callable[[FilterCall], Shape]

CASED, QUOTED, ESCAPED = 3, 3, 6
"""By how much the bytes of a text can grow: in another case (U+0390), quoted for a URL, escaped in JSON (U+0000)."""

_FILE_SIZE = 340
"""Characters of a file size: a float of up to 309 digits in units that end at 10 to the 24th."""

_LEEWAY = 5
"""What `truncate` lets a text be longer than its length, as Jinja2's policy sets it."""


def _cased(change: Callable[[str], str]) -> MakeShape:
    """Letters in another case; the tokens change altogether."""
    return lambda call: text(call.printed.mapped(change, CASED))


def _trim(call: FilterCall) -> Shape:
    bound = call.printed
    if bound.texts is not None and call.plain:
        return text(bound.mapped(str.strip, 1))
    if bound.bytes is None:
        return text(bound._replace(tokens=None if bound.tokens is None else bound.tokens + 2 * call.seam))
    return text(bound.cut(bound.bytes, 2 * call.seam))


def _string(call: FilterCall) -> Shape:
    return text(call.printed)


def _center(call: FilterCall) -> Shape:
    width = call.size("width", 0, 80)
    return _unlimited(call, "width") if width is None else text(call.printed.scaled(1, max(0, width)))


def _indent(call: FilterCall) -> Shape:
    """Each line but the first gets `width` blanks, or a text. A token seldom holds more than one line that has text."""
    bound, given = call.printed, call.argument("width", 0)
    if given is not None and given.shape.text is not None and not (given.known and isinstance(given.value, int)):
        prefix = given.shape.text.bytes
    else:
        prefix = call.size("width", 0, 4)
    if prefix is None:
        return _unlimited(call, "width")
    if bound.bytes is not None:
        return text(bound.scaled(1 + prefix, prefix))
    blank = call.argument("blank", 2)
    if bound.tokens is None or (blank is not None and not (blank.known and not blank.value)):
        return text(unbounded(bound.lacks))
    return text(bound._replace(tokens=(bound.tokens + 1) * (1 + min(prefix, 1 + call.seam))))


def _replace(call: FilterCall) -> Shape:
    bound, old, new = call.printed, call.text("old", 0, ""), call.text("new", 1, "")
    known = [part.texts[0] for part in (old, new) if part.texts is not None and len(part.texts) == 1]
    if bound.texts is not None and len(known) == 2 and call.argument("count", 2) is None:
        return text(bound.mapped(lambda found: found.replace(known[0], known[1]), 1))
    if bound.bytes is None or new.bytes is None:
        return text(unbounded([*bound.lacks, *new.lacks]))
    shortest = min((len(found.encode("utf-8")) for found in old.texts), default=0) if old.texts else 0
    found = bound.bytes // shortest if shortest else bound.bytes + 1
    return text(at_most(bound.bytes + found * new.bytes))


def _truncate(call: FilterCall) -> Shape:
    """At most the length and its leeway; a cut may break a token, whose pieces cost what a seam costs."""
    length, leeway, end = call.size("length", 0, 255), call.size("leeway", 3, _LEEWAY), call.text("end", 2, "...")
    bound = call.printed
    if length is None or leeway is None or end.bytes is None:
        return _unlimited(call, "length")
    return text(bound.cut(4 * (length + leeway), 2 * call.seam + end.bytes))


def _wordwrap(call: FilterCall) -> Shape:
    """Any blank may become a line end, and long words get line ends in between."""
    return text(_spread(call.printed, call.text("wrapstring", 2, "\n")))


def _spread(bound: Bound, between_characters: Bound) -> Bound:
    if bound.bytes is None or between_characters.bytes is None:
        return unbounded([*bound.lacks, *between_characters.lacks])
    return at_most(bound.bytes + (bound.bytes + 1) * between_characters.bytes)


def _urlencode(call: FilterCall) -> Shape:
    """`%XX` for a byte; pairs get `=` and `&`, which the brackets and quotes of their printed form outweigh."""
    return text(call.printed.scaled(QUOTED))


def _tojson(call: FilterCall) -> Shape:
    """A text in quotes with escapes of six characters; lists and mappings as Python prints them, and line ends."""
    if call.subject.unknown:
        return text(unbounded(call.subject.unknown))
    found = []
    if call.subject.text is not None:
        found.append(call.subject.text.scaled(ESCAPED, 2))
    others = call.subject._replace(text=None).printed(call.seam)
    indent = call.argument("indent", 0)
    if indent is None:
        found.append(others.scaled(ESCAPED, 8))
    elif call.subject.row is not None or call.subject.record is not None:
        found.append(unbounded((Lack("tojson with an indent"),)))
    else:
        found.append(others.scaled(1, 8))
    return text(either(found))


def _filesize(call: FilterCall) -> Shape:
    return text(at_most(_FILE_SIZE))


def _wordcount(call: FilterCall) -> Shape:
    return number(between(0, call.printed.bytes, floats=False))


def _number(call: FilterCall) -> Interval:
    return call.subject.number if call.subject.number is not None and not call.subject.unknown else ANY_NUMBER


def _abs(call: FilterCall) -> Shape:
    return number(_number(call).absolute())


def _round(call: FilterCall) -> Shape:
    """Rounding to more places than there are moves a number by one at most; before the point, by up to itself."""
    found = _number(call)
    places = call.argument("precision", 0)
    behind_point = places is None or (places.known and isinstance(places.value, int) and places.value >= 0)
    if found.low is None or found.high is None or not behind_point:
        return number(Interval(None, None, found.integers, True))
    return number(Interval(found.low - 1, found.high + 1, found.integers, True))


def _int(call: FilterCall) -> Shape:
    """A text may write a number with an exponent; one that writes none gives the default."""
    default = call.argument("default", 0)
    whole = _number(call).whole() if call.subject.text is None and not call.subject.unknown else WHOLE
    return join([number(whole), default.shape if default is not None else number(between(0, 0))])


def _float(call: FilterCall) -> Shape:
    default = call.argument("default", 0)
    return join([number(FRACTION), *([default.shape] if default is not None else [])])


def _unlimited(call: FilterCall, what: str) -> Shape:
    return anything(Lack(f"the {what} of the filter {call.name} has no limit"))


TEXT_BOUNDS: dict[str, MakeShape] = {
    "abs": _abs,
    "capitalize": _cased(str.capitalize),
    "center": _center,
    "filesizeformat": _filesize,
    "float": _float,
    "indent": _indent,
    "int": _int,
    "lower": _cased(str.lower),
    "replace": _replace,
    "round": _round,
    "string": _string,
    "title": lambda call: text(call.printed.scaled(CASED)),
    "tojson": _tojson,
    "trim": _trim,
    "truncate": _truncate,
    "upper": _cased(str.upper),
    "urlencode": _urlencode,
    "wordcount": _wordcount,
    "wordwrap": _wordwrap,
}
