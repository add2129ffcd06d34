"""A prompt made ready: refs resolved, bindings checked, templates compiled. Immutable, shared by threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.errors import InvalidFile, Problem, PromptregError
from promptreg.model.component import Component, Use
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Message, Part, Prompt, Slot, Variant
from promptreg.model.written import KeyPath
from promptreg.registry.resolve import Closure
from promptreg.render.binding import BoundInput, bind_part, bind_variant, fixed, prompt_bindings
from promptreg.render.budget.allowance import is_limited
from promptreg.render.library import Library, Shelf
from promptreg.render.segment import Label, Link
from promptreg.template import Binding, Bound, Expression, Template, compile_expression

__all__ = ["Condition", "PartProgram", "Program", "compile_prompt", "slot_roles"]


class Condition(NamedTuple):
    """A compiled expression and where it stands."""

    expression: Expression
    text: str
    key: KeyPath


class PartProgram(NamedTuple):
    """A part ready to run. `origins` binds the names of its template; `chain` leads from the prompt to it.

    `variants` are the shorter forms of the part, each ready to run in its place, without variants and conditions.
    `fixed` are texts of the registry that it may print: literals bound to inputs, defaults, fields of examples.
    `is_fixed` says that its text is the same in every render.
    """

    part: Part
    template: Template
    bound: tuple[BoundInput, ...] | None
    origins: Mapping[str, Binding]
    label: Label
    chain: tuple[Link, ...]
    when: Condition | None
    examples: Component | None
    variants: tuple[PartProgram, ...] = ()
    fixed: frozenset[str] = frozenset()
    is_fixed: bool = False


class Program(NamedTuple):
    """A prompt ready to run. `is_limited`: it has a budget, or a part with a limit of its own."""

    prompt: Prompt
    closure: Closure
    label: Label
    parts: tuple[tuple[PartProgram, ...], ...]
    requires: tuple[Condition, ...]
    ensures: tuple[Condition, ...]
    slot_roles: Mapping[str, tuple[str, ...]]
    is_limited: bool

    @property
    def forms(self) -> Iterator[PartProgram]:
        """All parts, each followed by its variants."""
        for parts in self.parts:
            for part in parts:
                yield part
                yield from part.variants

    def prepare(self) -> None:
        """Compile everything that the parts and their variants include."""
        for form in self.forms:
            form.template.prepare()


def compile_prompt(closure: Closure, shelf: Shelf) -> Program:
    """Everything needed to render the prompt of a closure; raises the problems of all parts at once where it can."""
    return _Compiler(closure, shelf).run()


class _Compiler:
    def __init__(self, closure: Closure, shelf: Shelf) -> None:
        prompt = closure.root
        assert isinstance(prompt, Prompt)
        self.prompt = prompt
        self.closure = closure
        self.library = Library(closure, shelf)
        self.label = Label(prompt.name, closure.pin.shown, prompt.written.source)
        self.problems: list[Problem] = []

    def run(self) -> Program:
        messages = self.prompt.messages
        parts = tuple(self._message(message) if isinstance(message, Message) else () for message in messages)
        output = self.prompt.output
        program = Program(
            prompt=self.prompt,
            closure=self.closure,
            label=self.label,
            parts=parts,
            requires=self._conditions("requires", self.prompt.requires, self.prompt.inputs),
            ensures=self._conditions(
                ("output", "ensures"), output.ensures if output else 0, {**self.prompt.inputs, "output": None}
            ),
            slot_roles=slot_roles(messages),
            is_limited=is_limited(self.prompt),
        )
        if self.problems:
            raise InvalidFile(self.problems)
        return program

    def _message(self, message: Message) -> tuple[PartProgram, ...]:
        found = []
        for part in message.parts:
            try:
                found.append(self._part(part))
            except PromptregError as error:
                self.problems.extend(error.problems)
        return tuple(found)

    def _part(self, part: Part) -> PartProgram:
        when = self._condition((*part.key, "when"), self.prompt.inputs) if part.when else None
        if part.use is None:
            found = self._inline(part, (*part.key, "text"), part.includes)
        else:
            component = self.closure.members[part.use.ref.name]
            found = self._used(part, part.use, component, bind_part(self.prompt, part, component))
        return found._replace(when=when, variants=tuple(self._variant(part, form) for form in part.variants))

    def _variant(self, part: Part, form: Variant) -> PartProgram:
        if form.use is None:
            return self._inline(part, form.key, form.includes)
        component = self.closure.members[form.use.ref.name]
        return self._used(part, form.use, component, bind_variant(self.prompt, part, form.use, component))

    def _inline(self, part: Part, key: KeyPath, includes: tuple[Use, ...]) -> PartProgram:
        body = self.prompt.written.text_map(key)
        template = self.library.inline(body, self.prompt.name, self.prompt.inputs, includes)
        origins = prompt_bindings(self.prompt)
        is_fixed = "{{" not in body.text and "{%" not in body.text
        return PartProgram(part, template, None, origins, self.label, (), None, None, is_fixed=is_fixed)

    def _used(self, part: Part, use: Use, component: Component, bound: tuple[BoundInput, ...]) -> PartProgram:
        start, _ = self.prompt.written.scalar_span(use.key)
        return PartProgram(
            part=part,
            template=self.library.template(component),
            bound=bound,
            origins={item.name: self._origin(item, component) for item in bound},
            label=self.library.label(component),
            chain=(Link(self.label, start),),
            when=None,
            examples=component if component.kind == "examples" else None,
            fixed=_fixed_texts(component, bound),
            is_fixed=all(item.path is None for item in bound),
        )

    def _origin(self, item: BoundInput, component: Component) -> Binding:
        if item.path is not None:
            return Bound(item.path)
        if item.key:
            return fixed(self.prompt.written, item.key, item.value)
        return fixed(component.written, ("inputs", item.name, "default"), item.value)

    def _condition(self, key: KeyPath, names: Mapping[str, InputSpec | None]) -> Condition | None:
        text = self.prompt.written.text_map(key)
        try:
            expression = compile_expression(text, name=self.prompt.name, names=list(names))
        except PromptregError as error:
            self.problems.extend(error.problems)
            return None
        return Condition(expression, text.text, key)

    def _conditions(
        self, key: str | KeyPath, count: int, names: Mapping[str, InputSpec | None]
    ) -> tuple[Condition, ...]:
        base: KeyPath = (key,) if isinstance(key, str) else key
        found = (self._condition((*base, index), names) for index in range(count))
        return tuple(condition for condition in found if condition is not None)


def _fixed_texts(component: Component, bound: tuple[BoundInput, ...]) -> frozenset[str]:
    left: list[Any] = [item.value for item in bound if item.path is None]
    left += [example.fields for example in component.examples]
    found = set()
    while left:
        value = left.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Mapping):
            left += value.values()
        elif isinstance(value, list):
            left += value
    return frozenset(found)


def slot_roles(messages: tuple[Message | Slot, ...]) -> dict[str, tuple[str, ...]]:
    """The roles that each message-list input may hold: what its slots allow, else user, assistant and tool."""
    roles: dict[str, tuple[str, ...]] = {}
    for message in messages:
        if isinstance(message, Slot):
            before = roles.get(message.input)
            roles[message.input] = tuple(role for role in before if role in message.roles) if before else message.roles
    return roles or {}
