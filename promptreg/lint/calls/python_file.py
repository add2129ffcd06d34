"""Scope `call`: a Python file with the calls of a registry in it, and the texts that it sends to models."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from promptreg.errors import InvalidFile, Problem
from promptreg.lint.calls.prefilter import is_worth_parsing
from promptreg.lint.calls.registry_calls import RefUse, RegistryCall, registry_calls
from promptreg.lint.calls.scopes import Scopes, read_scopes
from promptreg.lint.calls.sent import Followed, Sent, follow
from promptreg.lint.calls.values import Resolver
from promptreg.lint.finding import Place
from promptreg.text import Source

if TYPE_CHECKING:
    from promptreg.lint.workspace import Workspace

__all__ = ["PythonFile", "decode_python"]

_LINE_END = re.compile(r"\r\n?|\n")
_TEST_FILE = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")


class PythonFile:
    """A Python file, parsed when first asked; `tree` is None for one that cannot hold anything of interest."""

    def __init__(
        self,
        workspace: Workspace,
        source: Source,
        users_of: frozenset[str] | None = None,
        *,
        is_wanted: bool = True,
        fault: str = "",
    ) -> None:
        self.workspace = workspace
        self.source = source
        self.is_wanted = is_wanted
        self._users_of = users_of
        self._broken = fault

    @classmethod
    def read(cls, workspace: Workspace, path: str, data: bytes, users_of: frozenset[str] | None = None) -> PythonFile:
        """The file with these bytes; not wanted when the byte filter says so. With `users_of`, only calls that name
        one of these components and prompts count. Raises InvalidFile when the bytes are no text.
        """
        if not is_worth_parsing(data):
            return cls(workspace, Source(path, ""), is_wanted=False)
        return cls(workspace, decode_python(data, path), users_of)

    @classmethod
    def broken(cls, workspace: Workspace, path: str, fault: str) -> PythonFile:
        """A file that cannot be read, with the reason."""
        return cls(workspace, Source(path, ""), fault=fault)

    @property
    def is_test(self) -> bool:
        """Whether the path says that this is a test."""
        return _TEST_FILE.search(self.source.path) is not None

    @cached_property
    def _parsed(self) -> tuple[ast.Module | None, Scopes | None, Problem | None]:
        if not self.is_wanted:
            return None, None, None
        if self._broken:
            return None, None, self._fault(self._broken, 1, 1)
        try:
            tree = ast.parse(self.source.text.removeprefix("\ufeff"))
            return tree, read_scopes(tree), None
        except SyntaxError as error:
            return None, None, self._fault(f"cannot be parsed: {error.msg}", error.lineno, error.offset)
        except (ValueError, RecursionError, MemoryError) as error:
            reason = "is nested too deeply to be read" if isinstance(error, RecursionError) else f"{error}"
            return None, None, self._fault(f"cannot be parsed: {reason}", 1, 1)

    def _fault(self, message: str, line: int | None, column: int | None) -> Problem:
        return Problem(InvalidFile.code, message, self.source.path, line or 1, max(column or 1, 1))

    def forget(self) -> None:
        """Let go of all that was worked out; a syntax tree is 20 times the size of its file."""
        for name in ("_parsed", "resolver", "calls", "followed"):
            self.__dict__.pop(name, None)

    @property
    def tree(self) -> ast.Module | None:
        """The syntax tree."""
        return self._parsed[0]

    @property
    def problem(self) -> Problem | None:
        """What keeps a file of interest from being parsed."""
        return self._parsed[2]

    @cached_property
    def resolver(self) -> Resolver | None:
        """What its names denote."""
        scopes = self._parsed[1]
        return None if scopes is None else Resolver(scopes)

    @cached_property
    def calls(self) -> tuple[RegistryCall, ...]:
        """The calls of the project's registry, in order."""
        if self.resolver is None or "promptreg" not in self.source.text:
            return ()
        found = registry_calls(self, self.resolver)
        return tuple(call for call in found if self._users_of is None or any(map(self._is_changed, call.refs)))

    @cached_property
    def followed(self) -> Followed:
        """The texts in it that are sent to models, and the lists of messages around them."""
        return Followed() if self.resolver is None or self._users_of is not None else follow(self.resolver)

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The texts in it that are sent to models, in order."""
        return self.followed.texts

    def _is_changed(self, ref: RefUse) -> bool:
        return ref.text is not None and ref.text.partition("@")[0] in (self._users_of or ())

    @cached_property
    def _lines(self) -> list[int]:
        """The offset of each line as Python counts them: after LF, CR LF or CR."""
        return [0, *(found.end() for found in _LINE_END.finditer(self.source.text))]

    def offset(self, line: int, column: int) -> int:
        """The code point at a line (from 1) and a column in bytes of UTF-8 (from 0), as `ast` tells them."""
        start = self._lines[min(line, len(self._lines)) - 1]
        if line == 1 and self.source.text.startswith("\ufeff"):
            start += 1
        raw = self.source.text[start : start + column]
        if raw.isascii():
            return start + column
        return start + len(raw.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def line_start(self, line: int) -> int:
        """The offset at which a line begins, counted from 1 as Python does."""
        return self._lines[min(line, len(self._lines)) - 1]

    def block_indent(self, node: ast.expr) -> str:
        """The white space in front of the statement that an expression belongs to."""
        nodes = () if self.tree is None else ast.walk(self.tree)
        around = [one for one in nodes if isinstance(one, ast.stmt) and _holds(one, node)]
        start = self.line_start(max(around, key=lambda one: (one.lineno, one.col_offset)).lineno) if around else 0
        text = self.source.text
        end = start
        while end < len(text) and text[end] in " \t\f":
            end += 1
        return text[start:end]

    def point(self, offset: int) -> tuple[int, int]:
        """Line from 1 and column from 0 of a code point, as parsers count them: without a byte order mark."""
        line = bisect_right(self._lines, offset)
        marked = line == 1 and self.source.text.startswith("\ufeff")
        return line, offset - self._lines[line - 1] - marked

    def place(self, node: ast.expr | ast.stmt) -> Place:
        """The characters of a node."""
        last_line, last_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        start = self.offset(node.lineno, node.col_offset)
        return Place(self.source, start, max(start, self.offset(last_line, last_column)))


def _holds(statement: ast.stmt, node: ast.expr) -> bool:
    first, last = (statement.lineno, statement.col_offset), (statement.end_lineno or 0, statement.end_col_offset or 0)
    return first <= (node.lineno, node.col_offset) and (node.end_lineno or 0, node.end_col_offset or 0) <= last


def decode_python(data: bytes, path: str) -> Source:
    """The text of a Python file in the encoding that it declares; raises InvalidFile when that is not what it is."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return Source(path, data.decode("utf-8" if encoding == "utf-8-sig" else encoding))
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise InvalidFile.at(f"is not the text that its encoding says: {error}", path=path) from None
