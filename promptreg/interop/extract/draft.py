"""One text of a program as a template with typed inputs, or the reason why it cannot be one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from promptreg.interop.extract.names import NamePool, input_hint
from promptreg.interop.extract.written import template_text
from promptreg.lint.calls.texts import Hole, Text
from promptreg.lint.calls.types import ends_in_text, is_pure, type_of
from promptreg.lint.calls.values import Resolver

__all__ = ["Draft", "DraftInput", "Drafter", "Refused"]


class Refused(Exception):
    """A text that cannot be moved without a change of what is sent; the message says why."""


class DraftInput(NamedTuple):
    """An input of a new prompt: its name, its type, and the expression that the code gives for it."""

    name: str
    type: str
    code: str


class Draft(NamedTuple):
    """A text as a template: literal pieces and inputs in order. `suffix` are line ends that code must put back.

    `trims` says that line ends at the end of the last value will not be sent any more.
    """

    pieces: tuple[str | DraftInput, ...]
    suffix: str = ""
    trims: bool = False

    @property
    def inputs(self) -> Mapping[str, DraftInput]:
        """The inputs by name, in the order in which the code works them out."""
        return {piece.name: piece for piece in self.pieces if isinstance(piece, DraftInput)}

    @property
    def body(self) -> str:
        """The template."""
        return template_text([piece if isinstance(piece, str) else (piece.name,) for piece in self.pieces])

    @property
    def is_never_empty(self) -> bool:
        """Whether some text is left of it whatever the values are, so that its message is always sent."""
        return any(isinstance(piece, str) and piece.strip("\r\n") for piece in self.pieces)


class Drafter:
    """Makes the drafts of one prompt, whose texts share their inputs."""

    def __init__(self, resolver: Resolver, texts: Sequence[Text], *, drop_line_ends: bool) -> None:
        self.resolver = resolver
        self.drop_line_ends = drop_line_ends
        self.names = NamePool()
        self.shared: dict[str, DraftInput] = {}
        self.is_pure = all(is_pure(hole.value) for text in texts for hole in text.holes)

    def draft(self, text: Text) -> Draft:
        """The template of a text; raises Refused."""
        for doubt in text.doubts:
            raise Refused(doubt)
        _check_order(text)
        pieces = tuple(one if isinstance(one, str) else self._input(one, text) for one in text.pieces)
        if any(isinstance(one, str) and not _is_utf8(one) for one in pieces):
            raise Refused("it holds half of a surrogate pair, which no file can hold")
        return self._ended(pieces, text)

    def _ended(self, pieces: tuple[str | DraftInput, ...], text: Text) -> Draft:
        """The draft without the line ends at its end, which a rendered part never has."""
        last = pieces[-1] if pieces else ""
        if isinstance(last, str):
            kept = last.rstrip("\r\n")
            if kept or len(pieces) == 1:
                return Draft((*pieces[:-1], kept), last[len(kept) :])
            before, suffix = pieces[:-1], last
        else:
            before, suffix = pieces, ""
        hole = text.holes[-1]
        if self._ends_in_text(hole, text):
            return Draft(before, suffix)
        if not self.drop_line_ends:
            shown = ast.unparse(hole.value)
            raise Refused(f"it ends with {shown}, and line ends at the end of that value would not be sent any more")
        return Draft(before, suffix, trims=True)

    def _ends_in_text(self, hole: Hole, text: Text) -> bool:
        if hole.spec.rstrip("%").endswith(tuple("dfeEgGxXobn")) or hole.spec.endswith((",", "%")):
            return True
        return (hole.is_plain or hole.is_text) and ends_in_text(hole.value, text.scope, self.resolver)

    def _input(self, hole: Hole, text: Text) -> DraftInput:
        kind = type_of(hole.value, text.scope, self.resolver) if hole.is_plain else None
        code = self._source(hole.value if kind is not None or hole.is_text else hole.code)
        if self.is_pure and code in self.shared:
            return self.shared[code]
        found = DraftInput(self.names.take(input_hint(hole.value)), kind or "string", code)
        self.shared[code] = found
        return found

    @staticmethod
    def _source(node: ast.expr) -> str:
        try:
            return _double_quoted(ast.unparse(ast.fix_missing_locations(node)))
        except ValueError as error:
            raise Refused(f"a value in it cannot be written elsewhere: {error}") from None


def _double_quoted(code: str) -> str:
    """The code of an f-string with the quotes that its surroundings have, where nothing inside speaks against it."""
    is_plain = code.startswith("f'") and code.endswith("'") and not set('"\\') & set(code) and code.count("'") == 2
    return f'f"{code[2:-1]}"' if is_plain else code


def _check_order(text: Text) -> None:
    """Values that are worked out must be so once each, and in the same order as before; raises Refused."""
    arguments = [hole.argument for hole in text.holes if hole.argument is not None and not is_pure(hole.argument)]
    places = [(one.lineno, one.col_offset) for one in arguments]
    if len(set(places)) != len(places):
        raise Refused("a value that is worked out once stands in it more than once")
    if places != sorted(places):
        raise Refused("its values are worked out in another order than they stand in the text")


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def inputs_of(drafts: Sequence[Draft]) -> Iterator[DraftInput]:
    """The inputs of several drafts of one prompt, each once, in order."""
    seen: set[str] = set()
    for draft in drafts:
        for name, one in draft.inputs.items():
            if name not in seen:
                seen.add(name)
                yield one
