"""Prompts rendered in full as often as wanted, for tools that look at every branch: no budget, nothing counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptreg.registry.resolve import Closure
from promptreg.render.compose import Composer
from promptreg.render.intake import check_inputs
from promptreg.render.library import Shelf
from promptreg.render.program import compile_prompt
from promptreg.render.rendered import Rendered, Tokenizing
from promptreg.template import Limits, Mark, Template

__all__ = ["Trial"]


class Trial:
    """One prompt, compiled; remembers which literal pieces of its texts were printed by a render.

    Raises, when made, what `compile_prompt` raises. Limits in tokens are not checked.
    """

    def __init__(self, closure: Closure, shelf: Shelf, tokenizing: Tokenizing) -> None:
        self.program = compile_prompt(closure, shelf)
        self._tokenizing = tokenizing
        self._templates = tuple(_templates(form.template for form in self.program.forms))
        self._printed: set[int] = set()

    def render(self, inputs: Mapping[str, Any]) -> Rendered:
        """The prompt with these inputs and all its parts; raises what `Registry.render` does, but BudgetError."""
        values = check_inputs(self.program.prompt, inputs, self.program.slot_roles, _no_tokens)
        composed = Composer(self.program, values, Limits(), _no_tokens).messages()
        absent = frozenset(name for name in values if name not in inputs)
        name = self.program.prompt.name
        return Rendered(program=self.program, composed=composed, absent=absent, ref=name, tokenizing=self._tokenizing)

    def take(self, rendered: Rendered) -> bool:
        """Remember what a render printed; whether there is a literal piece in it that no render before it printed."""
        before = len(self._printed)
        self._printed.update(id(piece) for piece in rendered.literal_pieces())
        return len(self._printed) > before

    @property
    def missed(self) -> Mapping[Template, tuple[Mark, ...]]:
        """The templates with literal pieces that no render printed, and these pieces."""
        rest = {
            template: tuple(mark for mark in template.marks if id(mark) not in self._printed)
            for template in self._templates
        }
        return {template: marks for template, marks in rest.items() if marks}


def _no_tokens(text: str) -> int:
    return 0


def _templates(roots: Iterable[Template]) -> Iterator[Template]:
    """Each template among them and what they include, once."""
    seen: set[int] = set()
    left = list(roots)
    while left:
        template = left.pop()
        if id(template) not in seen:
            seen.add(id(template))
            yield template
            left += [target.template for target in template.includes.values()]
