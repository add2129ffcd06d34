"""The fast path of strict YAML: from events to plain values, giving up at the first thing that looks wrong.

It keeps no positions and explains nothing; `yaml_problems` reads the text again to do that.
"""

from __future__ import annotations

import re
from typing import Any

from promptreg.registry.core_schema import Scalar, typed
from promptreg.registry.yaml_events import EventSource, open_events, reading_errors

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "Suspect", "Value", "build", "has_directive"]

MAX_DEPTH = 20
MAX_CHARACTERS = 1_000_000

# Mappings are dicts with text keys, sequences are lists.
Value = Scalar | dict[str, Any] | list[Any]

_LONE_RETURN = re.compile(r"\r(?!\n)")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


def has_directive(text: str, start: Any) -> bool:
    """Whether a line with "%" stands before the document of this start event; parsers skip those they do not know."""
    return _DIRECTIVE.search(text, 0, start.end_mark.index) is not None


class Suspect(Exception):
    """The text is refused; `yaml_problems` knows why."""


def build(text: str, *, lenient: bool = False) -> Value:
    """The value that `text` stands for. Raises Suspect for all that strict YAML refuses.

    `lenient` looks past anchors, tags and duplicate keys (the last one counts), to find what else is wrong.
    """
    if len(text) > MAX_CHARACTERS or ("\r" in text and _LONE_RETURN.search(text)):
        raise Suspect
    try:
        return _document(open_events(text), text, lenient=lenient)
    except reading_errors() as error:
        raise Suspect from error


def _document(next_event: EventSource, text: str, *, lenient: bool) -> Value:
    import yaml.events as kinds

    next_event()
    start = next_event()
    if type(start) is not kinds.DocumentStartEvent or (start.explicit and has_directive(text, start)):
        raise Suspect
    root = _node(next_event, kinds, lenient=lenient)
    next_event()
    if root is None or type(next_event()) is not kinds.StreamEndEvent:
        raise Suspect
    return root


def _node(next_event: EventSource, kinds: Any, *, lenient: bool) -> Value:
    """The next node with all that is inside it. Own stack: nesting must not reach Python's or C's."""
    scalar, mapping, sequence = kinds.ScalarEvent, kinds.MappingStartEvent, kinds.SequenceStartEvent
    ends = (kinds.MappingEndEvent, kinds.SequenceEndEvent)
    outer: list[tuple[Any, str | None]] = []
    here: Any = None
    key: str | None = None
    keyed = False  # `here` is a mapping
    value: Any  # a Value; its parts are not checked again
    while True:
        event = next_event()
        kind = type(event)
        if kind in ends:
            value = here
            here, key = outer.pop()
            keyed = key is not None
        elif kind is scalar:
            if (event.anchor is not None or event.tag is not None) and not lenient:
                raise Suspect
            value = event.value
            if keyed and key is None:
                if (value in here and not lenient) or (value in ("", "<<") and not event.style):
                    raise Suspect
                key = value
                continue
            if not event.style:
                value = typed(value)
        elif kind is mapping or kind is sequence:
            if keyed and key is None:
                raise Suspect
            if (event.anchor is not None or event.tag is not None) and not lenient:
                raise Suspect
            outer.append((here, key))
            if len(outer) > MAX_DEPTH:
                raise Suspect
            keyed = kind is mapping
            here, key = ({} if keyed else []), None
            continue
        else:
            raise Suspect
        if key is not None:
            here[key] = value
            key = None
        elif here is None:
            root: Value = value
            return root
        else:
            here.append(value)
