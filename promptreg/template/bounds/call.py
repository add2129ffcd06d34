"""A filter, with its subject and arguments as shapes, as the tables of filters see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from jinja2 import nodes

from promptreg.template.bounds.bound import Bound
from promptreg.template.bounds.shape import Shape

__all__ = ["Argument", "FilterCall", "constant"]


class Argument(NamedTuple):
    """An argument: its shape, and its value where that is written in the template (`known`)."""

    shape: Shape
    value: Any = None
    known: bool = False


class FilterCall(NamedTuple):
    """One use of a filter. `seam` as in `bound.together`."""

    name: str
    subject: Shape
    args: tuple[Argument, ...]
    kwargs: Mapping[str, Argument]
    seam: int

    @property
    def printed(self) -> Bound:
        """The subject as a text."""
        return self.subject.printed(self.seam)

    def argument(self, name: str, position: int) -> Argument | None:
        """The argument of that name, which may also be given by its position."""
        if position < len(self.args):
            return self.args[position]
        return self.kwargs.get(name)

    def size(self, name: str, position: int, default: int) -> int | None:
        """The most that a whole number given as an argument can be; None: no limit, or no number."""
        given = self.argument(name, position)
        if given is None:
            return default
        if given.known:
            return given.value if isinstance(given.value, int) else None
        interval = given.shape.number
        return interval.high if interval is not None and not given.shape.unknown else None

    def text(self, name: str, position: int, default: str) -> Bound:
        """A text given as an argument."""
        given = self.argument(name, position)
        if given is None:
            return Bound(len(default.encode("utf-8")), None, (default,))
        return given.shape.printed(self.seam)

    @property
    def plain(self) -> bool:
        """Whether there are no arguments."""
        return not self.args and not self.kwargs


def constant(node: nodes.Node) -> tuple[Any, bool]:
    """The value of a literal, and whether the node is one."""
    if isinstance(node, nodes.Const):
        return node.value, True
    if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const) and type(node.node.value) in (int, float):
        return -node.node.value, True
    return None, False
