"""Compiling and tracing bodies in tests: files with front matter, include targets, bindings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

from promptreg.errors import InputError
from promptreg.template import Binding, Bound, Fixed, Limits, Meter, Span, Template, Trace, compile_template
from promptreg.template.parsing import Settings
from promptreg.text import Source, TextMap
from tests.support.reference import Component

__all__ = ["Case", "Target", "body_of", "compiled", "default_binding", "rendered", "targets", "value_at"]

SETTINGS = Settings()
LIMITS = Limits()
FRONT = "---\nkind: rule\n---\n"


def body_of(text: str, *, path: str = "prompts/x.md", front: str = FRONT, crlf: bool = False) -> TextMap:
    """The body of a file that starts with front matter; `text` uses LF, the file CR LF if asked."""
    written = (front + text).replace("\n", "\r\n") if crlf else front + text
    start = len(front.replace("\n", "\r\n")) if crlf else len(front)
    return TextMap.of_slice(Source(path, written), start, len(written))


def default_binding(name: str, value: Any) -> Fixed:
    """A default as the registry would locate it: each scalar stands in a file of its own."""

    @cache
    def locate(path: tuple[str | int, ...]) -> TextMap | None:
        here = value
        for step in path:
            here = here[step]
        if isinstance(here, list | dict):
            return None
        return TextMap.whole(Source(f"defaults/{name}.yaml", str(here)), str(here), 0, len(str(here)))

    return Fixed(locate)


class Target:
    """An include target whose inputs are checked for presence only."""

    def __init__(self, name: str, component: Component, template: Template) -> None:
        self.label: object = name
        self.inputs: Collection[str] = component.inputs
        self.template = template
        self.defaults: Mapping[str, Binding] = {
            key: default_binding(key, value) for key, value in component.defaults.items()
        }
        self._values = component.defaults

    def bind(self, found: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in self.inputs if name not in found and name not in self._values]
        if missing:
            raise InputError(f"missing: {', '.join(missing)}")
        return {**self._values, **found}


def targets(
    components: Mapping[str, Component], *, crlf: bool = False, bullets: bool = True, settings: Settings = SETTINGS
) -> dict[str, Target]:
    """Targets for components, each of which may include those before it."""
    made: dict[str, Target] = {}
    for ref, component in components.items():
        body = body_of(component.body, path=f"prompts/{ref}.md", crlf=crlf)
        template = compile_template(
            body, name=ref, inputs=component.inputs, includes=dict(made), bullets=bullets, settings=settings
        )
        made[ref] = Target(ref, component, template)
    return made


def compiled(
    text: str,
    inputs: Collection[str],
    components: Mapping[str, Component] | None = None,
    *,
    crlf: bool = False,
    bullets: bool = True,
    limits: Limits = LIMITS,
    settings: Settings = SETTINGS,
) -> Template:
    """A compiled body named prompts/x.md."""
    includes = targets(components or {}, crlf=crlf, settings=settings)
    body = body_of(text, crlf=crlf)
    return compile_template(
        body, name="x", inputs=inputs, includes=includes, bullets=bullets, limits=limits, settings=settings
    )


class Case(NamedTuple):
    """A rendered template with its trace."""

    template: Template
    stream: list[str]
    trace: Trace

    @property
    def text(self) -> str:
        return "".join(self.stream)

    def span_texts(self) -> list[tuple[str, Span]]:
        """Each span with its text."""
        return [(self.text[span.start : span.end], span) for span in self.trace.spans]


def rendered(template: Template, values: Mapping[str, Any], limits: Limits = LIMITS) -> Case:
    """Render with each input bound to the prompt input of the same name."""
    stream = template.stream(values, Meter(limits))
    return Case(template, stream, template.trace(stream, {name: Bound((name,)) for name in values}, "x"))


def value_at(values: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a path of the inputs."""
    for step in path:
        values = values[step]
    return values
