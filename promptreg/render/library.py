"""Compiled components: templates and include targets, made on first use and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from promptreg.errors import InputError, Problem
from promptreg.model.check import Fault, copy_checked, path_text
from promptreg.model.component import Component, Use
from promptreg.model.inputs import InputSpec
from promptreg.registry.resolve import Closure
from promptreg.render.binding import default_bindings
from promptreg.render.segment import Label
from promptreg.template import Binding, Reading, Template, compile_template
from promptreg.text import TextMap

__all__ = ["Library", "Shelf", "Target"]


class Target:
    """A component as include tags see it: its declared inputs, their checks and defaults, and its template."""

    __slots__ = ("_library", "_template", "component", "defaults", "inputs", "label")

    def __init__(self, component: Component, library: Library) -> None:
        self.component = component
        self.inputs: tuple[str, ...] = tuple(component.inputs)
        self.label = library.label(component)
        self.defaults: Mapping[str, Binding] = default_bindings(component)
        self._library = library
        self._template: Template | None = None

    @property
    def template(self) -> Template:
        """The compiled body; compiled on first use."""
        template = self._template
        if template is None:
            template = self._template = self._library.template(self.component)
        return template

    def bind(self, found: dict[str, Any]) -> dict[str, Any]:
        """The component's inputs from what the including scope holds, with defaults; raises InputError."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, spec in self.component.inputs.items():
            if name in found:
                values[name] = _checked(found[name], spec, faults)
            elif spec.required:
                faults.append(Fault((name,), "is missing: the including text has nothing of this name"))
            else:
                values[name] = spec.default
        if faults:
            problems = [
                Problem(InputError.code, f"{fault.message} (input of {self.component.name})", key=path_text(fault.at))
                for fault in faults
            ]
            raise InputError(problems)
        return values


def _checked(value: Any, spec: InputSpec, faults: list[Fault]) -> Any:
    if spec.type == "string" and len(spec.schema) == 1 and type(value) is str:
        return value
    return copy_checked(value, spec.schema, (spec.name,), faults)


_Key = tuple[str, str, str]


Read = Callable[[TextMap], Reading | None]
"""Gives what was already read of a body, if it was."""


class Shelf:
    """Everything compiled from one store, by name, closure digest and file. Thread-safe when `read` is."""

    def __init__(self, read: Read | None = None) -> None:
        self.lock = RLock()
        self.read = read or (lambda body: None)
        self.targets: dict[_Key, Target] = {}
        self.templates: dict[_Key, Template] = {}


class Library:
    """Templates and targets of the components of one closure. What two closures share is compiled once."""

    def __init__(self, closure: Closure, shelf: Shelf) -> None:
        self.closure = closure
        self._shelf = shelf
        self._lock = shelf.lock

    def _key(self, component: Component) -> _Key:
        return component.name, self.closure.pins[component.name].digest, component.path

    def label(self, component: Component) -> Label:
        """How segments name a component: with its shown version and its file."""
        return Label(component.name, self.closure.pins[component.name].shown, component.written.source)

    def target(self, name: str) -> Target:
        """The include target for component `name`."""
        component = self.closure.members[name]
        key = self._key(component)
        with self._lock:
            found = self._shelf.targets.get(key)
            if found is None:
                found = self._shelf.targets[key] = Target(component, self)
            return found

    def template(self, component: Component) -> Template:
        """The compiled body of a component (of an examples component: its `format`, which also sees `example`)."""
        with self._lock:
            key = self._key(component)
            found = self._shelf.templates.get(key)
            if found is None:
                names = [*component.inputs, "example"] if component.kind == "examples" else list(component.inputs)
                found = self._shelf.templates[key] = compile_template(
                    component.body,
                    name=component.name,
                    inputs=names,
                    includes=self.includes(component.includes),
                    bullets=component.kind == "rule",
                    reading=self._shelf.read(component.body),
                )
            return found

    def inline(self, body: TextMap, name: str, inputs: Mapping[str, InputSpec], includes: tuple[Use, ...]) -> Template:
        """The compiled inline text of a prompt's part."""
        targets = self.includes(includes)
        reading = self._shelf.read(body)
        return compile_template(body, name=name, inputs=list(inputs), includes=targets, bullets=False, reading=reading)

    def includes(self, uses: tuple[Use, ...]) -> dict[str, Target]:
        """Targets by the text of the ref; what cannot be included was refused when the refs were resolved."""
        return {use.text: self.target(use.ref.name) for use in uses}
