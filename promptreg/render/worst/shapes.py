"""What the inputs of a prompt, and of the components it uses, can hold."""

from __future__ import annotations

from collections.abc import Mapping

from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Prompt
from promptreg.render.library import Target
from promptreg.render.program import PartProgram
from promptreg.template import IncludeTarget
from promptreg.template.bounds import Shape, join, meet, of_value, shape_of
from promptreg.text import Location

__all__ = ["included_shapes", "part_shapes", "prompt_shapes"]


def prompt_shapes(prompt: Prompt) -> dict[str, Shape]:
    """The declared inputs of a prompt."""
    return {
        name: _declared(spec, prompt.written.location(("inputs", name), key=True))
        for name, spec in prompt.inputs.items()
    }


def part_shapes(part: PartProgram, inputs: Mapping[str, Shape]) -> Mapping[str, Shape]:
    """What the names in the template of a part can hold, from the inputs of its prompt."""
    if part.bound is None:
        return inputs
    found: dict[str, Shape] = {}
    for item in part.bound:
        if item.path is None:
            found[item.name] = of_value(item.value)
            continue
        shape = inputs[str(item.path[0])]
        for step in item.path[1:]:
            shape = shape.item(step)
        found[item.name] = shape if item.check is None else meet(shape, _declared(item.check, None))
    return found


def included_shapes(target: IncludeTarget, found: Mapping[str, Shape]) -> dict[str, Shape]:
    """The inputs of an included component, checked against its declarations; it may be its default that counts."""
    assert isinstance(target, Target)
    shapes: dict[str, Shape] = {}
    for name, spec in target.component.inputs.items():
        choices = [meet(found[name], shape_of(spec.schema, name))] if name in found else []
        choices += [] if spec.required else [of_value(spec.default)]
        shapes[name] = join(choices)
    return shapes


def _declared(spec: InputSpec, place: Location | None) -> Shape:
    return shape_of(spec.schema, spec.name, place, spec.max_tokens)
