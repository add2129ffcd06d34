"""Macros, call blocks and includes at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from jinja2.runtime import Undefined
from jinja2.utils import missing

from promptreg.errors import nearest
from promptreg.template.limits import Meter
from promptreg.template.marks import EnterInclude, IncludeSite, Mark
from promptreg.template.runtime import Missing, ValueProblem
from promptreg.template.sizes import plain
from promptreg.template.spans import IncludeTarget

__all__ = ["Inclusion", "Macro"]


class Macro:
    """A macro or call block at run time: callable for its text, or for its pieces with their marks."""

    __slots__ = ("_arguments", "_function", "_meter", "_name", "_takes_caller", "_weight")

    def __init__(
        self,
        meter: Meter,
        function: Callable[..., list[str]],
        name: str,
        arguments: tuple[str, ...],
        takes_caller: bool,
        weight: int,
    ) -> None:
        self._meter = meter
        self._function = function
        self._name = name
        self._arguments = arguments
        self._takes_caller = takes_caller
        self._weight = weight

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        """The text, for use inside expressions."""
        return self._meter.join(self.pieces(*args, **kwargs))

    def pieces(self, *args: Any, **kwargs: Any) -> list[str]:
        """The stream of the body, for use where its output goes straight to the text."""
        self._meter.charge(self._weight)
        return self._function(*self._bind(args, kwargs))

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        caller = kwargs.pop("caller", None)
        bound = list(args)
        if len(bound) > len(self._arguments):
            raise ValueProblem(f'"{self._name}" takes at most {len(self._arguments)} arguments, not {len(bound)}')
        for name in self._arguments[len(bound) :]:
            bound.append(kwargs.pop(name, missing))
        if kwargs:
            self._refuse(next(iter(kwargs)))
        if self._takes_caller:
            bound.append(Missing(hint=f'"{self._name}" was not called by a call block') if caller is None else caller)
        elif caller is not None:
            raise ValueProblem(f'"{self._name}" does not use its caller')
        return bound

    def _refuse(self, name: str) -> NoReturn:
        if name in self._arguments:
            raise ValueProblem(f'"{self._name}" got two values for {name}')
        near = nearest(name, self._arguments)
        advice = f' (did you mean "{near}"?)' if near else ""
        raise ValueProblem(f'"{self._name}" has no parameter "{name}"{advice}')


class Inclusion:
    """An include tag at run time."""

    __slots__ = ("_marks", "_site", "_target")

    def __init__(self, site: IncludeSite, target: IncludeTarget) -> None:
        self._site = site
        self._target = target
        self._marks: dict[frozenset[str], Mark] = {}

    def run(self, meter: Meter, out: list[str], values: dict[str, Any]) -> None:
        """Stream the target; it sees the values that are defined, its defaults and nothing else."""
        found = {
            name: plain(meter, value) if not self._site.sources[name].root else value
            for name, value in values.items()
            if value is not missing and not isinstance(value, Undefined)
        }
        out.append(self._mark(frozenset(found)))
        bound = self._target.bind(found)
        meter.enter()
        self._target.template.run(bound, meter, out)
        meter.leave()

    def _mark(self, found: frozenset[str]) -> Mark:
        mark = self._marks.get(found)
        if mark is None:
            mark = Mark.of(before=(EnterInclude(self._site, found, self._target),))
            self._marks[found] = mark
        return mark
