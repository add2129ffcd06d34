"""Names for what is extracted: inputs after the values in the code, prompts after the function that they stand in."""

from __future__ import annotations

import ast
import re

from promptreg.model.kinds import is_input_name

__all__ = ["NamePool", "input_hint", "slug"]


class NamePool:
    """Names that are taken; a name that is taken already gets a number."""

    def __init__(self, taken: tuple[str, ...] = (), mark: str = "_") -> None:
        self._taken = {name.lower() for name in taken}
        self._mark = mark

    def take(self, name: str) -> str:
        """The name, or with the lowest number that makes it new."""
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name}{self._mark}{number}"
        self._taken.add(found)
        return found

    def holds(self, name: str) -> bool:
        """Whether the name is taken."""
        return name in self._taken


def input_hint(node: ast.expr) -> str:
    """A name for the input that holds a value: `user.name` is user_name, `len(items)` is items, anything else value."""
    words = re.sub(r"[^a-z0-9]+", "_", "_".join(_words(node)).lower()).strip("_")
    words = re.sub(r"^[0-9_]+", "", words.removeprefix("self_")) or "value"
    return words if is_input_name(words) else f"{words}_value"


def _words(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_words(node.value), node.attr]
    if isinstance(node, ast.Subscript):
        last = [str(node.slice.value)] if isinstance(node.slice, ast.Constant) else []
        return [*_words(node.value), *last]
    if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
        return _words(node.value)
    if isinstance(node, ast.Call):
        if len(node.args) == 1 and _words(node.args[0]):
            return _words(node.args[0])
        function = node.func
        if isinstance(function, ast.Attribute):
            return _words(function.value) or [function.attr]
        return [function.id] if isinstance(function, ast.Name) else []
    return []


def slug(text: str) -> str:
    """A word of a component name: lower case, parts joined by hyphens."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)
    return re.sub(r"[^a-z0-9]+", "-", split.lower()).strip("-") or "prompt"
