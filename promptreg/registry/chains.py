"""Chains of refs: walking everything below a component or prompt, and saying by which way something was reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from promptreg.errors import CycleError, InvalidFile, LimitExceeded, Problem, PromptregError, UnknownName
from promptreg.model.component import Component, Use
from promptreg.registry.heads import Head
from promptreg.registry.store import SEE_LIST

__all__ = ["MAX_CHAIN", "Chain", "Link", "Walk", "arrows", "refused", "via"]

MAX_CHAIN = 100
"""Refs in one chain: three times the depth of includes that a render allows, far below Python's recursion limit."""


class Link(NamedTuple):
    """One step of a chain: the user's name, the place of the ref in its file, and the ref."""

    user: str
    path: str
    use: Use

    @property
    def place(self) -> str:
        """Where the ref is written: `path:line:column`."""
        return f"{self.path}:{self.use.line}:{self.use.column}"

    def __str__(self) -> str:
        return f"{self.user} ({self.place}) > {self.use.text}"


Chain = tuple[Link, ...]


class Walk:
    """One walk over everything below a head, depth first in document order.

    `wishes` holds every chain of refs that leads to each readable component; `errors` what stands in the way.
    """

    def __init__(self, lookup: Callable[[str], Component]) -> None:
        self.lookup = lookup
        self.wishes: dict[str, list[Chain]] = {}
        self.errors: list[PromptregError] = []
        self.heights: dict[str, int] = {}
        self.open: dict[str, int] = {}

    def down(self, root: Head) -> None:
        """Walk from `root`. Has its own stack: the chains of a registry may be longer than that of Python."""
        stack: list[tuple[Head, Chain, Iterator[Use]]] = [(root, (), iter(root.uses))]
        self.open[root.name] = 0
        while stack:
            head, chain, uses = stack[-1]
            use = next(uses, None)
            if use is None:
                stack.pop()
                self.heights[head.name] = self.open.pop(head.name)
                if stack:
                    self._rise(stack[-1][0], head)
                continue
            step = (*chain, Link(head.name, head.path, use))
            found = self._step(step)
            if found is not None:
                self.open[found.name] = 0
                stack.append((found, step, iter(found.uses)))

    def _rise(self, head: Head, below: Head) -> None:
        self.open[head.name] = max(self.open[head.name], self.heights[below.name] + 1)

    def _step(self, step: Chain) -> Component | None:
        """The component that a chain leads to, when it has to be walked."""
        found = self._target(step)
        if found is None:
            return None
        target = found.name
        if target in self.open:
            self.errors.append(_cycle(target, step))
            return None
        self.wishes.setdefault(target, []).append(step)
        if len(step) + self.heights.get(target, 0) > MAX_CHAIN:
            raise _endless(step)
        if target not in self.heights:
            return found
        user = step[-1].user
        self.open[user] = max(self.open[user], self.heights[target] + 1)
        return None

    def _target(self, step: Chain) -> Component | None:
        link = step[-1]
        try:
            found = self.lookup(link.use.ref.name)
            if found.kind == "examples" and not link.use.key:
                message = f"{found.name} holds examples: use it as a part of a prompt, it cannot be included{via(step)}"
                self.errors.append(refused(InvalidFile, step, message))
                return None
            return found
        except UnknownName as error:
            self.errors.append(UnknownName([_placed(problem, step) for problem in error.problems]))
        except InvalidFile as error:
            self.errors.append(error)
        return None


def _placed(problem: Problem, chain: Chain) -> Problem:
    link = chain[-1]
    message = problem.message.removesuffix(SEE_LIST) + via(chain)
    return problem._replace(path=link.path, line=link.use.line, column=link.use.column, message=message)


def _cycle(target: str, chain: Chain) -> PromptregError:
    """The circle that the last link of a chain closes, told from its first name on, whoever was asked for."""
    start = next(index for index, link in enumerate(chain) if link.user == target)
    links = chain[start:]
    first = min(range(len(links)), key=lambda index: links[index].user)
    links = (*links[first:], *links[:first])
    circle = " > ".join([*(f"{link.user} ({link.path}:{link.use.line})" for link in links), links[0].user])
    return refused(CycleError, links[:1], f"components include each other: {circle}")


def _endless(chain: Chain) -> LimitExceeded:
    users = [link.user for link in chain]
    shown = " > ".join([*users[:3], "…", *users[-2:], chain[-1].use.text])
    use = chain[-1].use
    message = f"a chain of more than {MAX_CHAIN} refs: {shown}"
    problem = Problem(LimitExceeded.code, message, chain[-1].path, use.line, use.column)
    return LimitExceeded([problem], limit="chain of refs", allowed=MAX_CHAIN)


def arrows(chain: Chain) -> str:
    return " > ".join([link.user for link in chain] + [chain[-1].use.text])


def via(chain: Chain) -> str:
    return f"; reached by {arrows(chain)}" if len(chain) > 1 else ""


def refused(kind: type[PromptregError], chain: Chain, message: str, suggestion: str | None = None) -> PromptregError:
    use = chain[-1].use
    return kind([Problem(kind.code, message, chain[-1].path, use.line, use.column, None, suggestion)])
