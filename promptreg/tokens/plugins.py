"""Counters that installed packages bring, under the entry point group `promptreg.counters`: a name and a factory.

What a package brings is code of somebody else. Here it is imported, asked and checked, so that a mistake in it is
told as such, with the name of its distribution, and never counts as zero tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from threading import Lock
from traceback import format_exception_only
from typing import Any

from promptreg.errors import PluginFailed, PluginInvalid, PromptregError
from promptreg.tokens.counter import Bounds, Kind, SeamRule

__all__ = ["GROUP", "PluginCounter", "is_reserved", "load_plugin", "plugin_names"]

GROUP = "promptreg.counters"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+:-]{0,99}")
_PROBE = "hello world"

_loaded: dict[str, PluginCounter] = {}
_loading = Lock()


def is_reserved(name: str) -> bool:
    """Whether a name belongs to promptreg: no plug-in can stand in for the counters that it ships."""
    from promptreg.tokens import COUNTERS

    return name in COUNTERS or name.startswith("approximate/")


def plugin_names() -> tuple[str, ...]:
    """The counters that installed packages bring, sorted; those with a reserved name are passed over."""
    return tuple(sorted({found.name for found in entry_points(group=GROUP) if not is_reserved(found.name)}))


def load_plugin(name: str) -> PluginCounter | None:
    """The counter that a package brings under this name, made once per process; None when no package does.

    Raises PluginInvalid when two packages bring it, when it cannot be imported, or when what it makes is no counter,
    and PluginFailed when its code raises.
    """
    with _loading:
        counter = _loaded.get(name)
        if counter is None:
            found = [point for point in entry_points(group=GROUP) if point.name == name and not is_reserved(name)]
            if not found:
                return None
            if len(found) > 1:
                packages = " and ".join(sorted(map(_package, found)))
                raise PluginInvalid(f'the counter "{name}" is brought by {packages}; uninstall all but one')
            counter = _loaded[name] = _make(found[0])
        return counter


class PluginCounter:
    """A counter of a package, asked with care: what it raises or gives in vain becomes a PluginFailed.

    `source` names the package and its version. `ranks_digest`, under which counts are remembered, is what the plug-in
    says together with that; None, and nothing is remembered on disk, when it says nothing.
    """

    __slots__ = ("_bounds", "_count", "_who", "id", "kind", "ranks_digest", "seam_rule", "source")

    def __init__(self, counter: Any, who: str, source: str) -> None:
        self.id: str = counter.id
        self.kind: Kind = counter.kind
        self.seam_rule: SeamRule | None = getattr(counter, "seam_rule", None)
        self.source = source
        digest = getattr(counter, "ranks_digest", None)
        self.ranks_digest = f"{source}, {digest}" if isinstance(digest, str) and digest else None
        self._who = who
        self._count: Callable[[str], Any] = counter.count
        self._bounds: Callable[[str], Any] = counter.bounds

    def count(self, text: str) -> int:
        """What the plug-in counts, if it is a number of tokens."""
        found = self._ask(self._count, text)
        if not _is_number(found):
            raise PluginFailed(f"{self._who}: count gave {_shown(found)}, not a number of tokens")
        return int(found)

    def bounds(self, text: str) -> Bounds:
        """The range the plug-in gives; the count, twice, when it is exact."""
        if self.kind == "exact":
            count = self.count(text)
            return Bounds(count, count)
        found = self._ask(self._bounds, text)
        if not (isinstance(found, tuple) and len(found) == 2 and all(map(_is_number, found)) and found[0] <= found[1]):
            raise PluginFailed(f"{self._who}: bounds gave {_shown(found)}, not the least and the most tokens")
        return Bounds(int(found[0]), int(found[1]))

    def _ask(self, method: Callable[[str], Any], text: str) -> Any:
        try:
            return method(text)
        except Exception as error:  # whatever the code of a stranger raises
            raise PluginFailed(f"{self._who} failed on {len(text)} characters: {_reason(error)}") from error


def _make(point: EntryPoint) -> PluginCounter:
    """Import the factory, call it, and check what it made: its words, and its answers to two texts."""
    who = f'the counter "{point.name}" of {_package(point)}'
    try:
        factory = point.load()
    except (Exception, SystemExit) as error:  # importing runs the code of a stranger
        raise PluginInvalid(f"{who} cannot be imported ({point.value}): {_reason(error)}") from error
    if not callable(factory):
        raise PluginInvalid(f"{who}: {point.value} is {_shown(factory)}, not a factory that can be called")
    try:
        made = factory()
        problems = list(_problems(made))
    except PromptregError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginFailed(f"{who} failed to start: {_reason(error)}") from error
    if problems:
        raise PluginInvalid(f"{who} is no counter: {'; '.join(problems)}")
    counter = PluginCounter(made, who, _package(point))
    if counter.count("") != 0:
        raise PluginInvalid(f"{who} is no counter: the empty text has {counter.count('')} tokens")
    low, high = counter.bounds(_PROBE)
    if not low <= counter.count(_PROBE) <= high:
        raise PluginInvalid(f"{who} is no counter: bounds of {low} to {high} do not hold its own count")
    return counter


def _problems(made: Any) -> list[str]:
    """What a thing lacks to be a counter."""
    found = []
    name = getattr(made, "id", None)
    if not isinstance(name, str) or not _ID.fullmatch(name):
        found.append(f"id is {_shown(name)}, not a name of letters, digits and . _ / + : - (at most 100)")
    elif is_reserved(name):
        found.append(f'id is "{name}", which is a counter of promptreg itself')
    if getattr(made, "kind", None) not in ("exact", "approximate"):
        found.append(f'kind is {_shown(getattr(made, "kind", None))}, not "exact" or "approximate"')
    found += [f"there is no method {name}" for name in ("count", "bounds") if not callable(getattr(made, name, None))]
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _package(point: EntryPoint) -> str:
    return f"the package {point.dist.name} {point.dist.version}" if point.dist else "a package without a name"


def _reason(error: BaseException) -> str:
    """The last line of what Python would print, short enough for a message."""
    return _short(" ".join(format_exception_only(error)[-1].split()))


def _shown(value: object) -> str:
    """A value in a message. What a stranger's `__repr__` does is not tried: only plain values are printed."""
    if value is None or type(value) in (bool, int, float, str):
        return _short(repr(value))
    if type(value) is tuple and all(type(one) in (bool, int, float) for one in value):
        return _short(repr(value))
    return f"a {type(value).__name__}"


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"
