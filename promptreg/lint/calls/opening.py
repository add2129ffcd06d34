"""Which registry a `promptreg.load(...)` opens: that of the project, or one from elsewhere not ours to check."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from promptreg.lint.calls.literals import literal
from promptreg.lint.calls.scopes import Scope
from promptreg.lint.calls.values import Resolver

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["Opening", "read_opening"]

_PAST = ("at", "staged", "repo")


class Opening(NamedTuple):
    """How the project's registry was opened: `locked` where only releases are used."""

    locked: bool = False


def read_opening(file: PythonFile, node: ast.Call, scope: Scope, resolver: Resolver) -> Opening | None:
    """What a call of `load` or `load_bundle` opens; None for another registry, or one of the past.

    The last folder of a path tells: `load("other")` is another registry, `load(ROOT / "prompts")` is ours, but not in
    tests, where ROOT may be anywhere. A path of which nothing is known is that of another one; so is a bundle's, whose
    name says nothing, unless it is a literal or a resource of a package.
    """
    keywords = {one.arg: one.value for one in node.keywords}
    if None in keywords or any(isinstance(one, ast.Starred) for one in node.args):
        return None
    if any(not _is_default(keywords[name]) for name in _PAST if name in keywords):
        return None
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if resolver.path(node.func, scope).endswith("load_bundle"):
        source = node.args[0] if node.args else keywords.get("source")
        is_known = source is None or isinstance(literal(source, scope, resolver), str)
        return Opening(locked=True) if is_known and not file.is_test else None
    path = node.args[0] if node.args else keywords.get("path")
    if name and not _is_ours(file, path, scope, resolver):
        return None
    locked = keywords.get("locked")
    return Opening(locked is not None and literal(locked, scope, resolver) is True)


def _is_default(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _is_ours(file: PythonFile, path: ast.expr | None, scope: Scope, resolver: Resolver) -> bool:
    folder = file.workspace.store.tree.side("labels.yaml")[1].rpartition("/")[0]
    if path is None:
        return folder.rpartition("/")[2] == "prompts"
    tail, is_whole = _tail(path, scope, resolver)
    if tail is None:
        return False
    parts, ours = tail.split("/"), folder.split("/")
    if file.is_test and not is_whole:
        return False
    return parts[-len(ours) :] == ours[-len(parts) :]


def _tail(node: ast.expr, scope: Scope, resolver: Resolver) -> tuple[str | None, bool]:
    """The last folders of a path as far as they are literal, and whether that, or `__file__`, is all of it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        last = literal(node.right, scope, resolver)
        if not isinstance(last, str):
            return None, False
        before, whole = _tail(node.left, scope, resolver)
        return _cleaned(f"{before}/{last}" if before else last), whole
    if isinstance(node, ast.Call):
        return _called(node, scope, resolver)
    if isinstance(node, ast.Attribute) and node.attr in ("parent", "parents"):
        return None, _tail(node.value, scope, resolver)[1]
    if isinstance(node, ast.Subscript):
        return None, _tail(node.value, scope, resolver)[1]
    if isinstance(node, ast.Name):
        if node.id == "__file__" and scope.home("__file__") is None:
            return None, True
        home, bindings = resolver.bindings(node.id, scope)
        if home is not None and len(bindings) == 1 and bindings[0].kind == "value":
            inner = bindings[0].node
            return _tail(inner, bindings[0].scope, resolver) if isinstance(inner, ast.expr) else (None, False)
        return None, False
    found = literal(node, scope, resolver)
    return (_cleaned(found), True) if isinstance(found, str) else (None, False)


def _called(node: ast.Call, scope: Scope, resolver: Resolver) -> tuple[str | None, bool]:
    path = resolver.path(node.func, scope)
    if path in (
        "pathlib.Path",
        "os.path.abspath",
        "os.path.realpath",
        "os.path.expanduser",
        "os.fspath",
        "os.path.dirname",
    ):
        if len(node.args) != 1:
            return None, False
        inner, whole = _tail(node.args[0], scope, resolver)
        return (None if path == "os.path.dirname" else inner), whole
    if path == "str" or (isinstance(node.func, ast.Name) and node.func.id == "str" and scope.home("str") is None):
        return _tail(node.args[0], scope, resolver) if len(node.args) == 1 else (None, False)
    if path == "os.path.join" and node.args:
        last = literal(node.args[-1], scope, resolver)
        whole = _tail(node.args[0], scope, resolver)[1]
        return (_cleaned(last), whole) if isinstance(last, str) else (None, False)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("resolve", "absolute", "expanduser"):
        return _tail(node.func.value, scope, resolver)
    return None, False


def _cleaned(path: str) -> str:
    """The named folders at the end of a path: nothing of what comes before `..`."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    for index in range(len(parts) - 1, -1, -1):
        if parts[index] == "..":
            parts = parts[index + 1 :]
            break
    return "/".join(parts)
