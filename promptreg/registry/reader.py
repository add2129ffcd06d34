"""Reading one YAML document into precise values while collecting every fault with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from promptreg.errors import InvalidFile, Problem, nearest
from promptreg.model.check import Fault
from promptreg.model.kinds import is_input_name
from promptreg.model.ref import Ref, RefFault
from promptreg.model.version import Version
from promptreg.model.written import KeyPath
from promptreg.registry.strict_yaml import Document, key_path

__all__ = ["Reader", "expects_text", "plain"]


def plain(value: Any) -> Any:
    """Plain JSON of a YAML value: exact dicts and lists, no positions."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def expects_text(schema: Mapping[str, Any], value: float) -> bool:
    """Whether `schema` takes a string and nothing that the number or truth value `value` is."""
    wanted = schema.get("type")
    if wanted == "string":
        return True
    own = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "number"
    return (
        isinstance(wanted, list)
        and "string" in wanted
        and own not in wanted
        and not (own == "integer" and "number" in wanted)
    )


class Reader:
    """A document together with the problems found in it so far.

    `known` are those for which its text is refused already; then it is only read to find the others.
    """

    def __init__(self, document: Document, known: Iterable[Problem] = ()) -> None:
        self.document = document
        self.known = tuple(known)
        self.problems: list[Problem] = []

    def fault(self, path: KeyPath, message: str, *, key: bool = False, suggestion: str | None = None) -> None:
        """Note one problem at the value (or the key) of `path`."""
        place = self.document.location(path, key=key)
        self.problems.append(
            Problem(InvalidFile.code, message, place.path, place.line, place.column, key_path(path) or None, suggestion)
        )

    def faults(self, found: Iterable[Fault]) -> None:
        """Note faults of values; a path that the file does not hold is placed at its nearest parent."""
        for fault in found:
            self.fault(fault.at, fault.message, key=fault.key, suggestion=fault.suggestion)

    def mapping(
        self,
        value: Any,
        path: KeyPath,
        allowed: Collection[str],
        required: Collection[str] = (),
        *,
        meant: str | None = None,
    ) -> dict[str, Any]:
        """`value` as a mapping with known keys only; an empty one when it is something else, with what was `meant`."""
        if not isinstance(value, dict):
            reason = "must be a mapping" if meant else f"must be a mapping with {_listed(allowed)}"
            self.fault(path, reason, suggestion=meant)
            return {}
        misspelt = set()
        for key in value:
            if key not in allowed:
                known = nearest(key, [word for word in allowed if word not in value])
                misspelt.add(known)
                hint = "" if known else f"; known here: {_listed(allowed)}"
                self.fault((*path, key), f'unknown key "{key}"{hint}', key=True, suggestion=known)
        for key in required:
            if key not in value and key not in misspelt:  # a misspelt key is one mistake, not two
                self.fault(path, f'the key "{key}" is missing')
        return value

    def named(self, value: Any, path: KeyPath) -> dict[str, Any]:
        """`value` as a mapping with free keys."""
        if isinstance(value, dict):
            return value
        self.fault(path, "must be a mapping")
        return {}

    def sequence(self, value: Any, path: KeyPath, *, least: int = 0) -> list[Any]:
        """`value` as a list of at least `least` items; an empty one when it is something else."""
        if not isinstance(value, list):
            self.fault(path, "must be a list")
            return []
        if len(value) < least:
            self.fault(path, "must not be empty")
        return value

    def text(self, value: Any, path: KeyPath) -> str:
        """`value` as text: a plain scalar such as `1.10` or `no` stays what the author wrote."""
        return self.scalar(value, path) or ""

    def scalar(self, value: Any, path: KeyPath) -> str | None:
        """`value` as text, or None after a fault, so that nothing more is said about it."""
        if isinstance(value, str):
            return value
        if value is None or isinstance(value, (dict, list)):
            self.fault(path, "must be text")
            return None
        return self.document.raw_scalar(path)

    def expected(self, value: Any, schema: Mapping[str, Any], path: KeyPath) -> Any:
        """Plain JSON of `value`; wherever `schema` expects a string, a plain scalar stays what the author wrote."""
        if isinstance(value, dict):
            known, others = schema.get("properties", {}), schema.get("additionalProperties")
            rest = others if isinstance(others, dict) else {}
            return {key: self.expected(item, known.get(key, rest), (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            items = schema.get("items", {})
            return [self.expected(item, items, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, (int, float)) and expects_text(schema, value):
            return self.document.raw_scalar(path)
        return value

    def flag(self, value: Any, path: KeyPath) -> bool:
        """`value` as true or false."""
        if not isinstance(value, bool):
            self.fault(path, "must be true or false")
        return value is True

    def count(self, value: Any, path: KeyPath, *, least: int = 0) -> int:
        """`value` as a whole number of at least `least`."""
        if type(value) is not int or value < least:
            self.fault(path, f"must be a whole number of at least {least}")
            return least
        return value

    def choice(self, value: Any, path: KeyPath, choices: Collection[str]) -> str:
        """`value` as one of `choices`; the first of them after a fault."""
        first = next(iter(choices))
        if isinstance(value, str) and value in choices:
            return value
        if value is None or isinstance(value, (dict, list)):
            self.fault(path, f"must be one of {_listed(choices)}")
            return first
        shown = self.text(value, path)
        self.fault(path, f'"{shown}" is not one of {_listed(choices)}', suggestion=nearest(shown, choices))
        return first

    def version(self, value: Any, path: KeyPath) -> Version:
        """`value` as a version of three numbers."""
        text = self.scalar(value, path)
        found = Version.parse(text) if text is not None else None
        if found is None and text is not None:
            self.fault(path, f'"{text}" is not a version: write three numbers such as 1.2.0')
        return found or Version(0, 0, 0)

    def ref(self, value: Any, path: KeyPath) -> Ref | None:
        """`value` as a ref."""
        text = self.scalar(value, path)
        if text is None:
            return None
        try:
            return Ref.parse(text)
        except RefFault as fault:
            self.fault(path, str(fault))
            return None

    def input_name(self, name: str, path: KeyPath) -> None:
        """Check that a key may name an input."""
        if not is_input_name(name):
            self.fault(
                path,
                f'"{name}" cannot name an input: lower-case letters, digits and "_", no word of the template language',
                key=True,
            )

    def finish(self) -> None:
        """Raise InvalidFile with everything noted, in document order.

        What is wrong with a value that was refused before follows from that mistake and is not told again.
        """
        refused = {problem.key for problem in self.known}
        found = [*self.known, *(problem for problem in self.problems if problem.key not in refused)]
        if found:
            raise InvalidFile(sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0)))


def _listed(words: Collection[str]) -> str:
    return ", ".join(words)
