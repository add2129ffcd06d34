"""Calls such as `reg.render("name", {...})`, with the parts of them that can be checked against the registry."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from promptreg.errors import PromptregError, UnknownName, UnsatisfiableRef
from promptreg.lint.calls.literals import MISSING, literal
from promptreg.lint.calls.opening import Opening, read_opening
from promptreg.lint.calls.prefilter import METHODS
from promptreg.lint.calls.scopes import Scope
from promptreg.lint.calls.values import REGISTRY, Resolver, Value
from promptreg.model.prompt import Prompt
from promptreg.registry.entry import all_wanted, head_of, parse_ref

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile
    from promptreg.registry.heads import Head

__all__ = ["Given", "RefUse", "RegistryCall", "registry_calls"]

_ONE_REF = ("render", "check_output", "samples", "sample", "worst_case", "component", "source_text", "closure", "tree")
_MANY_REFS = ("require", "bundle", "verify", "outdated")
_PROMPTS_ONLY = ("render", "check_output", "samples", "sample", "worst_case", "require")
_INPUTS_AT = {"render": 1, "check_output": 2}


class Given(NamedTuple):
    """The inputs of a call: each key with the node of the key and of the value. `complete`: there are no others."""

    node: ast.expr | None
    items: Mapping[str, tuple[ast.expr, ast.expr]]
    complete: bool


class RefUse(NamedTuple):
    """A ref in a call: its expression, the text of it where it is literal, and what it stands for.

    `error` says why it stands for nothing; `heads` are all versions that a label can give.
    """

    node: ast.expr
    text: str | None
    heads: tuple[Head, ...] = ()
    error: PromptregError | None = None

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Those heads that are prompts."""
        return tuple(head for head in self.heads if isinstance(head, Prompt))


class RegistryCall(NamedTuple):
    """One call of a method that takes refs."""

    node: ast.Call
    scope: Scope
    method: str
    refs: tuple[RefUse, ...]
    given: Given | None
    sample: tuple[ast.expr, str] | None
    has_key: bool


def registry_calls(file: PythonFile, resolver: Resolver) -> Iterator[RegistryCall]:
    """Every call of the registry of this project, in order. Registries from elsewhere are left alone."""
    for node, scope in resolver.scopes.calls:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr not in METHODS:
            continue
        found = resolver.value(function, scope)
        if found is None or found.local is not None or not found.path.startswith(REGISTRY):
            continue
        method = found.path[len(REGISTRY) + 1 :]
        opening = _opening(file, found, resolver)
        if method in METHODS and opening is not None:
            yield _read(file, node, scope, method, opening, resolver)


def _opening(file: PythonFile, found: Value, resolver: Resolver) -> Opening | None:
    """How the registry was opened, when that is the registry of this project; None when it is another one.

    What is handed in is taken for that of the project, but not in tests, which make registries of their own.
    """
    if file.is_test and not found.opened:
        return None
    openings = [read_opening(file, node, scope, resolver) for node, scope in found.opened]
    if any(one is None for one in openings):
        return None
    return Opening(locked=any(one.locked for one in openings if one is not None))


def _read(
    file: PythonFile, node: ast.Call, scope: Scope, method: str, opening: Opening, resolver: Resolver
) -> RegistryCall:
    keywords = {one.arg: one.value for one in node.keywords if one.arg is not None}
    spread = any(one.arg is None for one in node.keywords) or any(isinstance(one, ast.Starred) for one in node.args)
    first = node.args[0] if node.args and not spread else keywords.get("ref" if method in _ONE_REF else "refs")
    refs = [] if first is None else list(_refs(first, method))
    given = None
    if method in _INPUTS_AT and not spread:
        given = _given(node, keywords, method, scope, resolver)
    position = 1 if method == "sample" else None
    sample = keywords.get("name" if method == "sample" else "sample")
    if sample is None and position is not None and len(node.args) > position:
        sample = node.args[position]
    named = None if sample is None else _text(sample, scope, resolver)
    return RegistryCall(
        node,
        scope,
        method,
        tuple(_resolved(file, ref, method, scope, opening, resolver) for ref in refs),
        given,
        None if sample is None or named is None else (sample, named),
        "key" in keywords or spread,
    )


def _refs(node: ast.expr, method: str) -> Iterator[ast.expr]:
    """The expressions of refs: both branches of a condition, every item of a list."""
    if isinstance(node, ast.IfExp):
        yield from _refs(node.body, method)
        yield from _refs(node.orelse, method)
    elif method in _MANY_REFS and isinstance(node, ast.List | ast.Tuple | ast.Set):
        for item in node.elts:
            yield from _refs(item, method)
    elif not isinstance(node, ast.Starred):
        yield node


def _text(node: ast.expr, scope: Scope, resolver: Resolver) -> str | None:
    """The text of a literal, or of a name that is bound once, to a literal."""
    found = literal(node, scope, resolver)
    return found if isinstance(found, str) else None


def _resolved(
    file: PythonFile, node: ast.expr, method: str, scope: Scope, opening: Opening, resolver: Resolver
) -> RefUse:
    text = _text(node, scope, resolver)
    if text is None:
        return RefUse(node, None)
    store = file.workspace.store
    try:
        wanted = all_wanted(parse_ref(text), store, locked=opening.locked)
        heads = tuple(head_of(one, store) for one in wanted)
    except (UnknownName, UnsatisfiableRef) as error:
        return RefUse(node, text, (), error)
    except PromptregError:
        return RefUse(node, text)  # a broken file or release, which other rules and `verify` report
    wrong = next((head for head in heads if not isinstance(head, Prompt)), None)
    if wrong is not None and method in _PROMPTS_ONLY:
        message = f'"{wrong.name}" is of kind {wrong.kind}, not a prompt'
        return RefUse(node, text, (), UnknownName.at(message))
    return RefUse(node, text, heads)


def _given(
    node: ast.Call, keywords: Mapping[str, ast.expr], method: str, scope: Scope, resolver: Resolver
) -> Given | None:
    """The inputs of a call; None when it gives none that can be read, or `sample` gives the rest."""
    position = _INPUTS_AT[method]
    value = node.args[position] if len(node.args) > position else keywords.get("inputs")
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return Given(value, {}, True) if method == "render" and "sample" not in keywords else None
    complete = "sample" not in keywords
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        if scope.home("dict") is not None or value.args:
            return None
        items = {one.arg: (one.value, one.value) for one in value.keywords if one.arg is not None}
        return Given(value, items, complete and len(items) == len(value.keywords))
    return _of_dict(value, scope, resolver, complete) if isinstance(value, ast.Dict) else None


def _of_dict(node: ast.Dict, scope: Scope, resolver: Resolver, complete: bool) -> Given:
    items: dict[str, tuple[ast.expr, ast.expr]] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = MISSING if key is None else literal(key, scope, resolver)
        if key is None or not isinstance(name, str):
            complete = False
        else:
            items[name] = (key, value)
    return Given(node, items, complete)
