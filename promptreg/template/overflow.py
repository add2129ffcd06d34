"""Where an output became too long: found in the stream afterwards, so that rendering need not count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from promptreg.template.marks import Enter, EnterInclude, Event, Leave, Mark, Prints
from promptreg.text import Location, TextMap

if TYPE_CHECKING:
    from promptreg.template.spans import IncludeTarget

__all__ = ["crossing"]

_TURNS = (Enter, EnterInclude, Leave)


def crossing(body: TextMap, stream: Sequence[str], limit: int) -> list[Location]:
    """The place that made character number `limit` (from 0) of a stream of the template with this body.

    The expression that printed it, or the literal character itself; then the includes that led there, innermost first.
    Raises IndexError when the text is not that long. A stream of a million pieces takes about a tenth of a second.
    """
    index = sum(1 for _ in takewhile(limit.__ge__, accumulate(map(len, stream))))
    piece, before = stream[index], stream[:index]
    bodies, includes = _open(body, before, piece)
    if isinstance(piece, Mark):
        offset = _literal(piece, limit - sum(map(len, before)))
    else:
        site = next(event.site for event in _backwards(before) if isinstance(event, Prints))
        offset = _word(bodies[-1], site.expression, site.start)
    return [bodies[-1].location(offset), *reversed(includes)]


def _open(body: TextMap, before: Sequence[str], piece: str) -> tuple[list[TextMap], list[Location]]:
    """The bodies that are open at a piece, outermost first, and the include tags that opened them."""
    bodies, includes = [body], []
    ends: list[bool] = []  # of what is open: whether it is an include
    for event in _turns(before, piece):
        if isinstance(event, EnterInclude):
            target: IncludeTarget = event.target  # type: ignore[assignment]
            includes.append(bodies[-1].location(_word(bodies[-1], "include", event.site.start)))
            bodies.append(target.template.body)
        if not isinstance(event, Leave):
            ends.append(isinstance(event, EnterInclude))
        elif ends.pop():
            bodies.pop()
            includes.pop()
    return bodies, includes


def _turns(before: Sequence[str], piece: str) -> Iterable[Event]:
    """What enters and leaves; the few marks of a template that hold such events are looked for first."""
    marks = dict(zip(map(id, before), before, strict=True))
    turning = {key: [event for event in _events(mark) if isinstance(event, _TURNS)] for key, mark in marks.items()}
    found = {key for key, events in turning.items() if events}
    for key in map(id, before) if found else ():
        if key in found:
            yield from turning[key]
    yield from (event for event in getattr(piece, "before", ()) if isinstance(event, _TURNS))


def _events(piece: str) -> tuple[Event, ...]:
    return (*piece.before, *piece.after) if isinstance(piece, Mark) else ()


def _backwards(pieces: Sequence[str]) -> Iterable[Event]:
    for piece in reversed(pieces):
        yield from reversed(_events(piece))


def _literal(mark: Mark, index: int) -> int:
    """The text offset of a character of a mark."""
    for run in mark.runs:
        if index < run.size:
            break
        index -= run.size
    return run.offset + index


def _word(body: TextMap, word: str, tag: int) -> int:
    """Where a word of a tag stands: other errors point there too."""
    return max(tag, body.text.find(word, tag))
