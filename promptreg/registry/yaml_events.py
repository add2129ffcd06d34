"""The stream of parser events of one YAML text: PyYAML's C parser where it was built, its pure parser elsewhere.

Nothing here interprets an event. PyYAML is imported on first use, because it costs more than a small file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain, islice
from typing import Any

__all__ = ["EventSource", "open_events", "reading_errors"]

EventSource = Callable[[], Any]

# YAML 1.1 parsers end a line at these three; YAML 1.2 and promptreg do not.
_OLD_LINE_ENDS = "\x85\u2028\u2029"
_ODD = re.compile("[\x85\u2028\u2029\ufeff\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

_parser: Callable[[str], Any] | None = None
_is_pure = False


def open_events(text: str) -> EventSource:
    """A function that returns the next event of `text` at each call; marks count code points of `text`.

    NEL, LS and PS are ordinary characters, as in YAML 1.2. The function raises one of `reading_errors()` where
    the text is no YAML; opening raises ValueError when the text holds a surrogate or a byte order mark.
    """
    global _parser, _is_pure
    if _parser is None:
        _parser, _is_pure = _find_parser()
    if text.isascii() or not (odd := set(_ODD.findall(text))):
        events = _parser(text).get_event
        return _checked(events) if _is_pure else events
    if not odd.issubset(_OLD_LINE_ENDS):
        raise ValueError("a surrogate or a byte order mark")
    return _shielded(text, _parser)


def reading_errors() -> tuple[type[Exception], ...]:
    """What an event source may raise; the last two come from escapes that the pure parser does not check."""
    import yaml

    return (yaml.YAMLError, ValueError, OverflowError)


def _find_parser() -> tuple[Callable[[str], Any], bool]:
    try:
        from yaml._yaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader, True
    return CParser, False


def _shielded(text: str, parser: Callable[[str], Any]) -> EventSource:
    """Events of `text` with its old line ends behind private characters, which are put back in the values.

    The stand-ins occur neither in the text nor, as far as hex digits tell, in one of its escapes.
    """
    lower = text.lower()
    private = chain(range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))
    free = (code for code in private if chr(code) not in text and f"{code:x}" not in lower)
    stand_ins = list(islice(free, len(_OLD_LINE_ENDS)))
    hidden = {ord(char): code for char, code in zip(_OLD_LINE_ENDS, stand_ins, strict=False)}
    shown = {code: char for char, code in hidden.items()}
    events = parser(text.translate(hidden)).get_event
    checked = _checked(events) if _is_pure else events

    def next_event() -> Any:
        event = checked()
        value = getattr(event, "value", None)
        if value is not None:
            event.value = value.translate(shown)
        return event

    return next_event


def _checked(events: EventSource) -> EventSource:
    """Refuse the surrogates that the pure parser lets through in escapes, as the C parser does."""

    def next_event() -> Any:
        event = events()
        if _SURROGATE.search(getattr(event, "value", None) or ""):
            raise ValueError("an escape names a surrogate")
        return event

    return next_event
