"""How the inputs of a component get their values inside a prompt, and where those values come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.errors import InputError, InvalidFile, Problem, nearest
from promptreg.model.check import Fault, copy_checked, path_text
from promptreg.model.component import Component, Use
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Part, Prompt
from promptreg.model.written import KeyPath, Written
from promptreg.template import Binding, Bound, Fixed
from promptreg.text import TextMap

__all__ = ["BoundInput", "bind_part", "bind_variant", "default_bindings", "fixed", "prompt_bindings", "value_at"]

_PATH = re.compile(r"\$[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)*")


class BoundInput(NamedTuple):
    """One input of a used component: a literal `value`, or the value at `path` of the prompt's inputs.

    `check` is the declared input to check a path's value against, or None when the prompt's own check covers it.
    """

    name: str
    path: tuple[str | int, ...] | None
    value: Any
    check: InputSpec | None
    key: KeyPath


def fixed(written: Written, key: KeyPath, value: Any) -> Fixed:
    """The binding of the literal `value` that stands at key path `key` of a file."""

    def locate(subpath: tuple[str | int, ...]) -> TextMap | None:
        found = value
        try:
            for step in subpath:
                found = found[step]
            return None if isinstance(found, (dict, list)) else written.text_map((*key, *subpath), text=str(found))
        except (KeyError, IndexError, TypeError):
            return None

    return Fixed(locate)


def default_bindings(component: Component) -> dict[str, Binding]:
    """Origins of the defaults of a component's inputs."""
    return {
        name: fixed(component.written, ("inputs", name, "default"), spec.default)
        for name, spec in component.inputs.items()
        if not spec.required
    }


def prompt_bindings(prompt: Prompt) -> dict[str, Binding]:
    """Origins of a prompt's inputs inside its own inline texts: each is itself."""
    return {name: Bound((name,)) for name in prompt.inputs}


def bind_part(prompt: Prompt, part: Part, component: Component) -> tuple[BoundInput, ...]:
    """The bindings of a used component; raises InvalidFile naming every input that cannot be bound."""
    assert part.use is not None
    binder = _Binder(prompt, part, part.use, component)
    for name in part.bindings:
        if name not in component.inputs:
            binder.fault((name,), f"{component.name} has no such input", nearest(name, component.inputs), key=True)
    return binder.all()


def bind_variant(prompt: Prompt, part: Part, use: Use, component: Component) -> tuple[BoundInput, ...]:
    """The bindings of a component used as a variant of a part: of the part's own, it takes those that it declares."""
    return _Binder(prompt, part, use, component).all()


class _Binder:
    def __init__(self, prompt: Prompt, part: Part, use: Use, component: Component) -> None:
        self.prompt = prompt
        self.part = part
        self.use = use
        self.component = component
        self.problems: list[Problem] = []

    def all(self) -> tuple[BoundInput, ...]:
        bound = [self.bind(name, spec) for name, spec in self.component.inputs.items()]
        if self.problems:
            raise InvalidFile(self.problems)
        return tuple(found for found in bound if found is not None)

    def fault(self, at: KeyPath, message: str, suggestion: str | None = None, *, key: bool = False) -> None:
        path = (*self.part.key, "with", *at) if at else self.use.key
        place = self.prompt.written.location(path, key=key)
        self.problems.append(
            Problem(InvalidFile.code, message, place.path, place.line, place.column, path_text(path), suggestion)
        )

    def bind(self, name: str, spec: InputSpec) -> BoundInput | None:
        key = (*self.part.key, "with", name)
        if name in self.part.bindings:
            given = self.part.bindings[name]
            if isinstance(given, str) and given.startswith("$") and not given.startswith("$$"):
                return self._path(name, spec, given, key)
            return self._literal(name, spec, given, key)
        own = self.prompt.inputs.get(name)
        if own is not None:
            return self._checked(name, spec, (name,), own.schema, own, key)
        if not spec.required:
            return BoundInput(name, None, spec.default, None, ())
        ways = (
            'add it to "with", or declare it as an input' if self.part.use else "declare it as an input of the prompt"
        )
        self.fault((), f'the input "{name}" of {self.component.name} is not bound: {ways}')
        return None

    def _path(self, name: str, spec: InputSpec, given: str, key: KeyPath) -> BoundInput | None:
        if not _PATH.fullmatch(given):
            self.fault(
                (name,), f'"{given}" is not a path of an input; write $name or $name.key, or $$ for a dollar sign'
            )
            return None
        root, *rest = given[1:].split(".")
        own = self.prompt.inputs.get(root)
        if own is None:
            self.fault((name,), f'the prompt has no input "{root}"', nearest(root, self.prompt.inputs))
            return None
        steps: tuple[str | int, ...] = tuple(int(step) if step.isdigit() else step for step in rest)
        return self._checked(name, spec, (root, *steps), _schema_at(own.schema, steps), own if not rest else None, key)

    def _checked(
        self,
        name: str,
        spec: InputSpec,
        path: tuple[str | int, ...],
        schema: Mapping[str, Any] | None,
        own: InputSpec | None,
        key: KeyPath,
    ) -> BoundInput | None:
        kind = schema.get("type") if schema else None
        if isinstance(kind, str) and not _fits(kind, spec.type):
            message = f'{self.component.name} wants "{name}" as {spec.type}, but {path_text(path)} is {kind}'
            self.fault((name,) if name in self.part.bindings else (), message)
            return None
        covered = own is not None and own.max_tokens == spec.max_tokens and (spec.plain or own.schema == spec.schema)
        return BoundInput(name, path, None, None if covered else spec, key)

    def _literal(self, name: str, spec: InputSpec, given: Any, key: KeyPath) -> BoundInput:
        value = given[1:] if isinstance(given, str) and given.startswith("$$") else given
        if spec.type == "string" and isinstance(value, (int, float)):
            value = self._as_written(key)
        faults: list[Fault] = []
        value = copy_checked(value, spec.schema, (name,), faults)
        meant = f"${given}" if isinstance(given, str) and given in self.prompt.inputs else None
        for found in faults:
            self.fault((name,), found.message, found.suggestion or meant)
        return BoundInput(name, None, value, None, key)

    def _as_written(self, key: KeyPath) -> str:
        start, end = self.prompt.written.scalar_span(key)
        return self.prompt.written.source.text[start:end]


def _schema_at(schema: Mapping[str, Any], steps: tuple[str | int, ...]) -> Mapping[str, Any] | None:
    """The declared schema of a value inside an input, as far as it is declared."""
    found: Any = schema
    for step in steps:
        found = found.get("items") if isinstance(step, int) else found.get("properties", {}).get(step)
        if not isinstance(found, Mapping):
            return None
    return found  # type: ignore[no-any-return]


def _fits(given: str, wanted: str) -> bool:
    return given == wanted or (given, wanted) in (("integer", "number"), ("messages", "array"))


def value_at(inputs: Mapping[str, Any], item: BoundInput, prompt: Prompt) -> Any:
    """The value that checked inputs have for a bound path; InputError at the binding where the path leads nowhere."""
    value: Any = inputs
    path = item.path or ()
    for depth, step in enumerate(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            place = prompt.written.location(item.key)
            raise InputError.at(
                f"is needed by a binding of {prompt.name} and is missing",
                path=place.path,
                line=place.line,
                column=place.column,
                key=path_text(path[: depth + 1]),
            ) from None
    return value
