"""Text that code builds, as literal pieces and holes: from strings, f-strings, `+`, `%`, `.format` and join."""

from __future__ import annotations

import ast
import inspect
import re
import string
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from promptreg.lint.calls.percent import Conversion, read_percent
from promptreg.lint.calls.scopes import Scope
from promptreg.lint.calls.types import is_pure, type_of
from promptreg.lint.calls.values import Resolver

__all__ = ["Hole", "Piece", "Text", "read_text"]


class Hole(NamedTuple):
    """A value inside of a text. `value` is the expression; `code` gives the very text that stands here.

    `is_plain` says that nothing but `str()` or nothing at all happens to the value. `spec` is the format behind the
    colon, or after the percent sign. `is_text` says that anything but text would have been an error here. `argument` is
    the value that `.format` or `%` was given for it, if that is how it got here.
    """

    value: ast.expr
    code: ast.expr
    is_plain: bool
    spec: str = ""
    is_text: bool = False
    argument: ast.expr | None = None


Piece = str | Hole


class Text(NamedTuple):
    """A text that an expression builds: its pieces in order.

    `how` is plain, f-string, concatenation, percent, format or join. `doubts` say what keeps it from being taken apart
    exactly; the pieces are then the best that is known.
    """

    node: ast.expr
    scope: Scope
    how: str
    pieces: tuple[Piece, ...]
    doubts: tuple[str, ...] = ()

    @property
    def literal(self) -> str:
        """Everything that is written in the code, holes left out."""
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The values inside, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Hole))


def read_text(node: ast.expr, scope: Scope, resolver: Resolver) -> Text | None:
    """The text that an expression builds out of at least one literal; None for anything else."""
    found = _Reader(resolver).read(node, scope)
    return None if found is None else found._replace(pieces=tuple(_merged(found.pieces)))


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    run = ""
    for piece in pieces:
        if isinstance(piece, str):
            run += piece
            continue
        if run:
            yield run
        run = ""
        yield piece
    if run:
        yield run


class _Reader:
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def read(self, node: ast.expr, scope: Scope) -> Text | None:
        if isinstance(node, ast.Constant):
            return Text(node, scope, "plain", (node.value,)) if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return self._f_string(node, scope)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._added(node, scope)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return self._percent(node, scope)
        return self._method(node, scope) if isinstance(node, ast.Call) else None

    def _f_string(self, node: ast.JoinedStr, scope: Scope) -> Text:
        pieces: list[Piece] = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                pieces.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                plain = part.conversion == -1 and part.format_spec is None
                fixed = self.constant(part.value, scope) if plain and isinstance(part.value, ast.Name) else None
                if fixed is not None:
                    pieces.append(fixed)
                    continue
                spec = "" if part.format_spec is None else _spec_text(part.format_spec)
                if part.conversion != -1:
                    spec = f"!{chr(part.conversion)}{spec}"
                pieces.append(Hole(part.value, ast.JoinedStr([part]), plain, spec))
        constant = not any(isinstance(piece, Hole) for piece in pieces)
        return Text(node, scope, "plain" if constant else "f-string", tuple(pieces))

    def _added(self, node: ast.BinOp, scope: Scope) -> Text | None:
        operands = _operands(node)
        texts = [self._operand(operand, scope) for operand in operands]
        if not any(texts):
            return None
        pieces: list[Piece] = []
        doubts: list[str] = []
        for index, (operand, text) in enumerate(zip(operands, texts, strict=True)):
            if text is None:
                pieces.append(Hole(operand, operand, True, is_text=True))
                if index == 0 and not self._is_text(operand, scope):
                    doubts.append(f"nothing says that {ast.unparse(operand)} is text")
            else:
                pieces.extend(text.pieces)
                doubts.extend(text.doubts)
        constant = not any(isinstance(piece, Hole) for piece in pieces)
        return Text(node, scope, "plain" if constant else "concatenation", tuple(pieces), tuple(doubts))

    def _operand(self, node: ast.expr, scope: Scope) -> Text | None:
        """The text of a part, also of a name that always stands for the same text."""
        fixed = self.constant(node, scope) if isinstance(node, ast.Name) else None
        return self.read(node, scope) if fixed is None else Text(node, scope, "plain", (fixed,))

    def _is_text(self, node: ast.expr, scope: Scope) -> bool:
        return type_of(node, scope, self.resolver) == "string"

    def _percent(self, node: ast.BinOp, scope: Scope) -> Text | None:
        template = self.constant(node.left, scope)
        if template is None:
            return None
        conversions = read_percent(template)
        if conversions is None:
            return Text(node, scope, "percent", (template,), ("its % conversions cannot be read",))
        pieces: list[Piece] = []
        doubts: list[str] = []
        arguments = _percent_arguments(node.right, [one for one in conversions if isinstance(one, Conversion)])
        for one in conversions:
            if isinstance(one, str):
                pieces.append(one)
            elif arguments is None:
                doubts.append("its % values are not written one by one")
                pieces.append(Hole(node.right, node.right, False, one.spec))
            else:
                pieces.append(_converted(one, arguments.pop(0), node.right))
        return Text(node, scope, "percent", tuple(pieces), tuple(dict.fromkeys(doubts)))

    def _method(self, node: ast.Call, scope: Scope) -> Text | None:
        function = node.func
        path = self.resolver.path(function, scope)
        if path in _CLEANERS and len(node.args) == 1 and not node.keywords:
            return self._cleaned(node, _CLEANERS[path], scope)
        if not isinstance(function, ast.Attribute):
            return None
        if function.attr == "format":
            template = self.constant(function.value, scope)
            return None if template is None else self._format(node, template, scope)
        if function.attr == "join" and len(node.args) == 1 and not node.keywords:
            return self._joined(node, function.value, scope)
        if function.attr in _TRIMMERS:
            return self._trimmed(node, function, scope)
        return None

    def constant(self, node: ast.expr, scope: Scope) -> str | None:
        """The text of an expression that is always the same: a literal, or a name that is bound once to one."""
        if isinstance(node, ast.Name):
            home, bindings = self.resolver.bindings(node.id, scope)
            if home is None or len(bindings) != 1 or bindings[0].kind != "value":
                return None
            inner = bindings[0].node
            return self.constant(inner, bindings[0].scope) if isinstance(inner, ast.expr) else None
        text = self.read(node, scope)
        if text is None or text.doubts or text.holes:
            return None
        return text.literal

    def _cleaned(self, node: ast.Call, clean: object, scope: Scope) -> Text | None:
        inner = self.read(node.args[0], scope)
        if inner is None:
            return None
        if inner.holes or inner.doubts:
            doubt = f"{ast.unparse(node.func)} works on the values inside of the text too"
            return inner._replace(node=node, doubts=(*inner.doubts, doubt))
        assert callable(clean)
        return Text(node, scope, "plain", (clean(inner.literal),))

    def _trimmed(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> Text | None:
        inner = self.read(function.value, scope)
        if inner is None:
            return None
        constants = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if inner.holes or inner.doubts or node.keywords or len(constants) != len(node.args):
            doubt = f".{function.attr}() works on the values inside of the text too"
            return inner._replace(node=node, doubts=(*inner.doubts, doubt))
        try:
            return Text(node, scope, "plain", (getattr(inner.literal, function.attr)(*constants),))
        except (TypeError, ValueError):
            return None

    def _joined(self, node: ast.Call, separator: ast.expr, scope: Scope) -> Text | None:
        between = self.constant(separator, scope)
        items = node.args[0]
        if between is None or not isinstance(items, ast.List | ast.Tuple):
            return None
        texts = [self._operand(item, scope) for item in items.elts]
        if not any(texts) or any(isinstance(item, ast.Starred) for item in items.elts):
            return None
        pieces: list[Piece] = []
        doubts: list[str] = []
        for index, (item, text) in enumerate(zip(items.elts, texts, strict=True)):
            if index:
                pieces.append(between)
            pieces.extend(text.pieces if text else [Hole(item, item, True, is_text=True)])
            doubts.extend(text.doubts if text else ())
        constant = not any(isinstance(piece, Hole) for piece in pieces)
        return Text(node, scope, "plain" if constant else "join", tuple(pieces), tuple(doubts))

    def _format(self, node: ast.Call, template: str, scope: Scope) -> Text:
        try:
            return Text(node, scope, "format", *_fields(node, template))
        except _Unclear as unclear:
            return Text(node, scope, "format", (template,), (str(unclear),))


_FIELD = re.compile(r"([^.\[\]]*)((?:\.[^.\[\]]+|\[[^\]]+\])*)")
_STEP = re.compile(r"\.([^.\[]+)|\[([^\]]+)\]")
_CLEANERS = {"textwrap.dedent": textwrap.dedent, "inspect.cleandoc": inspect.cleandoc}
_TRIMMERS = ("strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "expandtabs")


class _Unclear(Exception):
    """A `.format` call that cannot be taken apart; the message says why."""


def _fields(node: ast.Call, template: str) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    if any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords):
        raise _Unclear("the values of .format are not written one by one")
    given: dict[str, ast.expr] = {str(index): one for index, one in enumerate(node.args)}
    given.update({str(one.arg): one.value for one in node.keywords})
    pieces: list[Piece] = []
    used: set[str] = set()
    number = 0
    try:
        for literal, field, spec, conversion in string.Formatter().parse(template):
            pieces.append(literal)
            if field is None:
                continue
            if "{" in (spec or ""):
                raise _Unclear("a format inside of {} has a field of its own")
            first, rest = field_steps(field)
            if first == "":
                first, number = str(number), number + 1
            if first not in given:
                raise _Unclear(f"{{{field}}} has no value here")
            used.add(first)
            pieces.append(_field(given[first], rest, spec or "", conversion))
    except ValueError as error:
        raise _Unclear(f"its fields cannot be read: {error}") from None
    if any(not is_pure(value) for name, value in given.items() if name not in used):
        raise _Unclear("a value of .format is worked out and not used")
    return tuple(pieces), ()


def field_steps(field: str) -> tuple[str, list[tuple[bool, str | int]]]:
    """The first word of a format field, and the steps behind it: (whether an attribute, name or index)."""
    found = _FIELD.fullmatch(field)
    if found is None:
        raise _Unclear(f"{{{field}}} cannot be read")
    steps: list[tuple[bool, str | int]] = []
    for step in _STEP.finditer(found[2]):
        index = step[2]
        if index is None:
            steps.append((True, step[1]))
        else:
            steps.append((False, int(index) if index.isascii() and index.isdigit() else index))
    return found[1], steps


def _field(given: ast.expr, rest: Sequence[tuple[bool, str | int]], spec: str, conversion: str | None) -> Hole:
    value = given
    for is_attribute, step in rest:
        if is_attribute:
            value = ast.Attribute(value, str(step), ast.Load())
        else:
            value = ast.Subscript(value, ast.Constant(step), ast.Load())
    format_spec = ast.JoinedStr([ast.Constant(spec)]) if spec else None
    part = ast.FormattedValue(value, ord(conversion) if conversion else -1, format_spec)
    shown = f"!{conversion}{spec}" if conversion else spec
    return Hole(value, ast.JoinedStr([part]), not spec and not conversion, shown, argument=given)


def _percent_arguments(right: ast.expr, conversions: Sequence[Conversion]) -> list[ast.expr] | None:
    """The values of a % expression, one for each conversion; None where they are not written one by one."""
    if any(one.name is not None for one in conversions):
        if not isinstance(right, ast.Dict) or any(one.name is None for one in conversions):
            return None
        known = {key.value: value for key, value in zip(right.keys, right.values, strict=True)
                 if isinstance(key, ast.Constant)}  # fmt: skip
        if len(known) != len(right.keys) or {one.name for one in conversions} != set(known):
            return None
        return [known[one.name] for one in conversions]
    if isinstance(right, ast.Tuple):
        starred = any(isinstance(one, ast.Starred) for one in right.elts)
        return list(right.elts) if not starred and len(right.elts) == len(conversions) else None
    return [right] if len(conversions) == 1 and not isinstance(right, ast.Dict) else None


def _converted(one: Conversion, value: ast.expr, right: ast.expr) -> Hole:
    """A value of a % expression; its code keeps the conversion as it is written."""
    is_alone = value is right
    operand = value if is_alone else ast.Tuple([value], ast.Load())
    code: ast.expr = ast.BinOp(ast.Constant(f"%{one.spec}"), ast.Mod(), operand)
    if one.spec == "s" and not is_alone:
        code = ast.JoinedStr([ast.FormattedValue(value, ord("s"), None)])
    return Hole(value, code, one.spec == "s", "" if one.spec == "s" else one.spec, argument=value)


def _operands(node: ast.expr) -> list[ast.expr]:
    """The operands of a chain of `+`, from the left."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _spec_text(spec: ast.expr) -> str:
    values = spec.values if isinstance(spec, ast.JoinedStr) else []
    if all(isinstance(one, ast.Constant) for one in values):
        return ":" + "".join(str(one.value) for one in values if isinstance(one, ast.Constant))
    return ":{}"
