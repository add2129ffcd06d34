"""The reference for "the same text": stock Jinja2 in the immutable sandbox, looking up items only.

An include sees the declared inputs of its component and nothing else. Nothing of promptreg is used here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from jinja2 import BaseLoader, Environment, Template, TemplateNotFound
from jinja2.runtime import Context, LoopContext, Macro, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

__all__ = ["Component", "ReferenceEnvironment", "reference_text"]


class Component(NamedTuple):
    """A body with the inputs that it declares; those with a default are optional."""

    body: str
    inputs: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = {}


class _Template(Template):
    def new_context(self, vars: Any = None, shared: bool = False, locals: Any = None) -> Context:
        if not shared:
            return super().new_context(vars, shared, locals)
        scope = {**vars, **{name: value for name, value in (locals or {}).items() if value is not missing}}
        component = self.environment.components[self.name]  # type: ignore[attr-defined]
        values = dict(component.defaults)
        for name in component.inputs:
            if name in scope and not isinstance(scope[name], Undefined | Macro):
                values[name] = _plain(scope[name])
            elif name not in values:
                raise LookupError(f"{name} is missing")
        return super().new_context(values, False)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError("not plain data")


class _Loader(BaseLoader):
    def __init__(self, components: Mapping[str, Component]) -> None:
        self._components = components

    def get_source(self, environment: Environment, template: str) -> Any:
        if template not in self._components:
            raise TemplateNotFound(template)
        return self._components[template].body, None, None


class ReferenceEnvironment(ImmutableSandboxedEnvironment):
    """The reference over a set of components by ref."""

    template_class = _Template

    def __init__(self, components: Mapping[str, Component], *, trim_blocks: bool, lstrip_blocks: bool) -> None:
        super().__init__(
            loader=_Loader(components),
            trim_blocks=trim_blocks,
            lstrip_blocks=lstrip_blocks,
            keep_trailing_newline=True,
            autoescape=False,
            undefined=StrictUndefined,
        )
        self.globals.clear()
        self.components = components

    def getattr(self, obj: Any, attribute: str) -> Any:
        return getattr(obj, attribute) if isinstance(obj, LoopContext) else self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (TypeError, LookupError, AttributeError):
            return self.undefined(obj=obj, name=argument)


def reference_text(
    body: str,
    values: Mapping[str, Any],
    components: Mapping[str, Component] | None = None,
    *,
    trim_blocks: bool = True,
    lstrip_blocks: bool = True,
    names: Collection[str] | None = None,
) -> str:
    """What stock Jinja2 renders; raises whatever it raises."""
    environment = ReferenceEnvironment(components or {}, trim_blocks=trim_blocks, lstrip_blocks=lstrip_blocks)
    return environment.from_string(body).render(dict(values))
