"""How a rewritten file gets at the registry: by a name that it has already, or by new statements behind its imports."""

from __future__ import annotations

import ast
import os
from typing import NamedTuple

from promptreg.errors import UsageError
from promptreg.lint.calls.opening import read_opening
from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.calls.values import REGISTRY

__all__ = ["Loading", "plan_loading"]

_NAMES = ("PROMPTS", "PROMPT_REGISTRY", "EXTRACTED_PROMPTS")


class Loading(NamedTuple):
    """The name of the registry in a file; new `statements` go in front of statement `at` of the module.

    `line` counts as LibCST does, where statements with semicolons between them are one.
    """

    name: str
    statements: tuple[str, ...] = ()
    at: int = 0
    line: int = 0


def plan_loading(file: PythonFile, first_line: int, registry: str) -> Loading:
    """How code from `first_line` on gets at the registry in the folder `registry`, an absolute path.

    Raises UsageError for a file in which no new name is safe.
    """
    assert file.tree is not None
    at, line = _behind_imports(file.tree)
    for statement in file.tree.body[at:]:
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
            message = "may replace any name behind this line: put it above the code"
            raise UsageError.at(message, path=file.source.path, line=statement.lineno)
    known = _known(file, first_line)
    if known is not None:
        return Loading(known)
    used = _names(file.tree)
    name = next(one for one in (*_NAMES, *(f"PROMPTS_{number}" for number in range(2, 10_000))) if one not in used)
    return Loading(name, tuple(_statements(file, used, name, registry)), at, line)


def _known(file: PythonFile, first_line: int) -> str | None:
    """A name of the module for the registry of this project, bound once, above the first place that needs it."""
    resolver = file.resolver
    assert resolver is not None
    module = resolver.scopes.module
    for name, bindings in module.names.items():
        node = bindings[0].node
        if len(bindings) != 1 or bindings[0].kind != "value" or not isinstance(node, ast.Call):
            continue
        found = resolver.value(node, module)
        if found is None or found.path != REGISTRY or node.lineno >= first_line or not _is_top_level(file, node):
            continue
        openings = [read_opening(file, *opened, resolver) for opened in found.opened]
        shadowed = any(name in scope.names for scope in resolver.scopes.of.values() if scope is not module)
        if openings and all(one is not None and not one.locked for one in openings) and not shadowed:
            return name
    return None


def _is_top_level(file: PythonFile, node: ast.expr) -> bool:
    assert file.tree is not None
    return any(isinstance(one, ast.Assign | ast.AnnAssign) and one.value is node for one in file.tree.body)


def _behind_imports(tree: ast.Module) -> tuple[int, int]:
    """How many statements, and how many lines of them, a module begins with that are its docstring and imports."""
    lines: list[list[ast.stmt]] = []
    for statement in tree.body:
        if lines and lines[-1][-1].end_lineno == statement.lineno:
            lines[-1].append(statement)
        else:
            lines.append([statement])
    count = 0
    for index, line in enumerate(lines):
        is_docstring = index == 0 and isinstance(line[0], ast.Expr) and isinstance(line[0].value, ast.Constant)
        if not all(map(_is_import, line[1:] if is_docstring else line)):
            return count, index
        count += len(line)
    return count, len(lines)


def _is_import(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if isinstance(statement, ast.If):
        test = statement.test
        word = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
        return word == "TYPE_CHECKING" and all(map(_is_import, (*statement.body, *statement.orelse)))
    if isinstance(statement, ast.Try):
        inner = [*statement.body, *(one for handler in statement.handlers for one in handler.body)]
        return all(_is_import(one) or isinstance(one, ast.Pass) for one in inner)
    return False


def _names(tree: ast.Module) -> set[str]:
    """Every name that a module uses in any way."""
    found: set[str] = set()
    for node in ast.walk(tree):
        for field in ("id", "name", "asname", "arg", "attr", "rest"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                found.add(word.partition(".")[0])
        if isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
    return found


def _statements(file: PythonFile, used: set[str], name: str, registry: str) -> list[str]:
    """Imports and the statement that opens the registry, wherever the program is started."""
    assert file.tree is not None
    found: list[str] = []
    path = _import(file, used, "pathlib", "Path", found)
    package = _import(file, used, "promptreg", None, found)
    here = os.path.dirname(os.path.realpath(os.path.join(os.fspath(file.workspace.registry.root), file.source.path)))
    steps = os.path.relpath(os.path.realpath(registry), here).replace(os.sep, "/").split("/")
    up = sum(step == ".." for step in steps)
    below = "/".join(step for step in steps if step not in ("..", "."))
    folder = f"{path}(__file__).resolve().{f'parents[{up}]' if up else 'parent'}"
    target = f'{folder} / "{below}"' if below else folder
    return [*found, f"{name} = {package}.load({target})"]


def _import(file: PythonFile, used: set[str], module: str, name: str | None, found: list[str]) -> str:
    """The word for a module (or for a name in it) in this file; the import that it needs is added to `found`."""
    assert file.tree is not None
    word = name or module
    path = f"{module}.{name}" if name else module
    resolver = file.resolver
    assert resolver is not None
    scope = resolver.scopes.module
    everywhere = [one.names[word] for one in resolver.scopes.of.values() if word in one.names]
    early = [
        one for one in file.tree.body[: _behind_imports(file.tree)[0]] if isinstance(one, ast.Import | ast.ImportFrom)
    ]
    bindings = scope.names.get(word, [])
    if len(everywhere) == len(bindings) == 1 and bindings[0].path == path and bindings[0].node in early:
        return word
    new = word if word not in used else f"_{word}"
    while new in used:
        new = f"_{new}"
    alias = "" if new == word else f" as {new}"
    found.append(f"from {module} import {name}{alias}" if name else f"import {module}{alias}")
    return new
