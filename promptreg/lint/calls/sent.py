"""The texts of a file that reach a model: followed from calls of model libraries back to where they are written."""

from __future__ import annotations

import ast
from typing import NamedTuple

from promptreg.lint.calls.scopes import Scope
from promptreg.lint.calls.sinks import Argument, Sink, find_sink
from promptreg.lint.calls.texts import Text, read_text
from promptreg.lint.calls.values import Resolver

__all__ = ["Followed", "MessageList", "Sent", "follow"]

_MAX_DEPTH = 12
_ROLES = ("system", "developer", "user", "assistant", "human", "ai")
_SAME_ROLES = {"human": "user", "ai": "assistant"}


class Sent(NamedTuple):
    """A text that is sent: by which call of which library, in which role where the code says it.

    `is_grown`: more is added to it in later statements. `is_template`: it has fields of the library's own.
    """

    text: Text
    call: ast.Call
    library: str
    role: str | None
    is_grown: bool = False
    is_template: bool = False


class MessageList(NamedTuple):
    """A list of messages that is written out in full and sent: the node, and the text and role of each message.

    A message is None where it is more than a role and a text.
    """

    node: ast.List
    scope: Scope
    messages: tuple[tuple[str, ast.expr] | None, ...]


class Followed(NamedTuple):
    """What a file sends, in source order: every text once, and the lists of messages that some of them stand in."""

    texts: tuple[Sent, ...] = ()
    lists: tuple[MessageList, ...] = ()


def follow(resolver: Resolver) -> Followed:
    """Every text that the file sends."""
    follower = _Follower(resolver)
    follower.run()
    texts = sorted(follower.found.values(), key=lambda one: _position(one.text.node))
    lists = sorted(follower.lists.values(), key=lambda one: _position(one.node))
    return Followed(tuple(texts), tuple(lists))


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


class _Flow(NamedTuple):
    """What is being followed: the call that sends it, and what is known of it so far."""

    call: ast.Call
    sink: Sink
    role: str | None = None
    is_grown: bool = False
    form: str = "text"


class _Follower:
    """Collects texts; a parameter that is sent makes a sink of its function."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.found: dict[ast.expr, Sent] = {}
        self.lists: dict[ast.expr, MessageList] = {}
        self._parameters: list[tuple[Scope, str, _Flow]] = []
        self._followed: set[tuple[Scope, str]] = set()
        self._seen: set[tuple[int, int]] = set()

    def run(self) -> None:
        """Follow every call of a model library, then every call of a function that hands its parameters to one."""
        for node, scope in self.resolver.scopes.calls:
            sink = find_sink(self.resolver.path(node.func, scope))
            if sink is not None:
                for argument in sink.arguments:
                    self.argument(node, scope, argument, sink)
        while self._parameters:
            function, name, flow = self._parameters.pop()
            if (function, name) not in self._followed:
                self._followed.add((function, name))
                self._callers(function, name, flow)

    def argument(self, node: ast.Call, scope: Scope, argument: Argument, sink: Sink) -> None:
        """Follow one argument of a call that sends it."""
        value = next((one.value for one in node.keywords if one.arg == argument.name), None)
        if value is None and argument.position is not None and len(node.args) > argument.position:
            if any(isinstance(one, ast.Starred) for one in node.args[: argument.position + 1]):
                return
            value = node.args[argument.position]
        if value is not None:
            self.follow(value, scope, _Flow(node, sink, argument.role, form=argument.form))

    def follow(self, node: ast.expr, scope: Scope, flow: _Flow, depth: int = 0) -> None:
        """Follow an expression to the texts in it, in the form that the flow says."""
        if depth > _MAX_DEPTH or (id(node), id(flow.call)) in self._seen:
            return
        self._seen.add((id(node), id(flow.call)))
        if isinstance(node, ast.Name):
            self._name(node, scope, flow, depth)
        elif isinstance(node, ast.Attribute):
            self._attribute(node, scope, flow, depth)
        elif isinstance(node, ast.IfExp):
            for branch in (node.body, node.orelse):
                self.follow(branch, scope, flow, depth + 1)
        elif isinstance(node, ast.BoolOp):
            for branch in node.values:
                self.follow(branch, scope, flow, depth + 1)
        elif isinstance(node, ast.NamedExpr | ast.Await | ast.Starred):
            self.follow(node.value, scope, flow, depth + 1)
        elif flow.form != "text" and self._structure(node, scope, flow, depth):
            return
        elif flow.form != "messages":
            self._text(node, scope, flow)

    def _text(self, node: ast.expr, scope: Scope, flow: _Flow) -> None:
        text = read_text(node, scope, self.resolver)
        if text is not None and node not in self.found:
            sent = Sent(text, flow.call, flow.sink.library, flow.role, flow.is_grown, flow.sink.is_template)
            self.found[node] = sent

    def _name(self, node: ast.Name, scope: Scope, flow: _Flow, depth: int) -> None:
        home, bindings = self.resolver.bindings(node.id, scope)
        if home is None:
            return
        grown = any(one.kind == "grown" for one in bindings)
        inner = flow._replace(is_grown=flow.is_grown or grown)
        for binding in bindings:
            if binding.kind in ("value", "grown", "parameter") and isinstance(binding.node, ast.expr):
                self.follow(binding.node, binding.scope, inner, depth + 1)
            if binding.kind == "parameter":
                self._parameters.append((home, node.id, flow))
        if flow.form != "text":
            self._added(node.id, home, inner, depth)

    def _attribute(self, node: ast.Attribute, scope: Scope, flow: _Flow, depth: int) -> None:
        bindings = self.resolver.attribute_bindings(node, scope)
        inner = flow._replace(is_grown=flow.is_grown or any(one.kind == "other" for one in bindings))
        for binding in bindings:
            if binding.kind == "value" and isinstance(binding.node, ast.expr):
                self.follow(binding.node, binding.scope, inner, depth + 1)

    def _added(self, name: str, home: Scope, flow: _Flow, depth: int) -> None:
        """What `name.append(...)`, `extend` and `insert` put into a list of messages."""
        for call, scope in self.resolver.scopes.calls:
            function = call.func
            if not isinstance(function, ast.Attribute) or function.attr not in ("append", "extend", "insert"):
                continue
            if isinstance(function.value, ast.Name) and function.value.id == name and scope.home(name) is home:
                for value in call.args[-1:]:
                    if function.attr == "extend":
                        self.follow(value, scope, flow, depth + 1)
                    else:
                        self._message(value, scope, flow, depth)

    def _structure(self, node: ast.expr, scope: Scope, flow: _Flow, depth: int) -> bool:
        """Follow a list of messages or of content parts; whether the expression is one."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and flow.form != "parts":
            if not any(isinstance(side, ast.List | ast.Name) for side in (node.left, node.right)):
                return False
            text = read_text(node, scope, self.resolver)
            if text is not None:
                return False
            for side in (node.left, node.right):
                self.follow(side, scope, flow._replace(form="messages"), depth + 1)
            return True
        if not isinstance(node, ast.List | ast.Tuple):
            return False
        for item in node.elts:
            if flow.form == "parts":
                self._part(item, scope, flow, depth)
            else:
                self._message(item, scope, flow, depth)
        if isinstance(node, ast.List) and flow.form != "parts" and not flow.sink.is_template:
            self.lists[node] = MessageList(node, scope, tuple(_plain_message(item) for item in node.elts))
        return True

    def _message(self, node: ast.expr, scope: Scope, flow: _Flow, depth: int) -> None:
        """Follow one item of a list of messages: a dict with role and content, a pair of them, a name of either."""
        if isinstance(node, ast.Dict):
            entries = _entries(node)
            content = entries.get("content")
            if content is not None and ("role" in entries or flow.role is not None):
                role = _role(entries.get("role")) or flow.role
                self.follow(content, scope, flow._replace(role=role, form="parts"), depth + 1)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and _role(node.elts[0]) is not None:
            inner = flow._replace(role=_role(node.elts[0]), form="text")
            self.follow(node.elts[1], scope, inner, depth + 1)
        elif isinstance(node, ast.Starred | ast.IfExp):
            for inner_node in (node.value,) if isinstance(node, ast.Starred) else (node.body, node.orelse):
                if isinstance(node, ast.Starred):
                    self.follow(inner_node, scope, flow._replace(form="messages"), depth + 1)
                else:
                    self._message(inner_node, scope, flow, depth + 1)
        elif isinstance(node, ast.Name) and depth < _MAX_DEPTH:
            for binding in self.resolver.bindings(node.id, scope)[1]:
                if binding.kind == "value" and isinstance(binding.node, ast.Dict | ast.Tuple):
                    self._message(binding.node, binding.scope, flow, depth + 1)

    def _part(self, node: ast.expr, scope: Scope, flow: _Flow, depth: int) -> None:
        """Follow one content part: `{"type": "text", "text": ...}`, or plain text where a library takes that."""
        if isinstance(node, ast.Dict):
            text = _entries(node).get("text")
            if text is not None:
                self.follow(text, scope, flow._replace(form="text"), depth + 1)
        else:
            self.follow(node, scope, flow._replace(form="text"), depth + 1)

    def _callers(self, function: Scope, name: str, flow: _Flow) -> None:
        """Follow what the calls of a function of this file hand to one of its parameters."""
        node = function.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        positional = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        is_method = function.parent is not None and function.parent.is_class
        for call, scope in self.resolver.scopes.calls:
            found = self.resolver.value(call.func, scope)
            if found is None or found.local is not function or found.path != "function":
                continue
            value = next((one.value for one in call.keywords if one.arg == name), None)
            if value is None and name in positional:
                at = positional.index(name) - (1 if is_method else 0)
                if 0 <= at < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args[: at + 1]):
                    value = call.args[at]
            if value is not None:
                self.follow(value, scope, flow._replace(call=call))


def _entries(node: ast.Dict) -> dict[str, ast.expr]:
    """The values of a dict by those keys that are literal."""
    return {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _role(node: ast.expr | None) -> str | None:
    found = node.value if isinstance(node, ast.Constant) else None
    return _SAME_ROLES.get(found, found) if isinstance(found, str) and found in _ROLES else None


def _plain_message(node: ast.expr) -> tuple[str, ast.expr] | None:
    """Role and content of a message that has nothing else."""
    if not isinstance(node, ast.Dict) or len(node.keys) != 2:
        return None
    entries = _entries(node)
    role = entries.get("role")
    found = _role(role)
    if set(entries) != {"role", "content"} or found is None or not isinstance(role, ast.Constant):
        return None
    return (found, entries["content"]) if found == role.value else None
