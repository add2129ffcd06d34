"""Proof that a closure can be rendered, apart from the inputs: everything in it is compiled."""

from __future__ import annotations

from promptreg.model.prompt import Prompt
from promptreg.registry.resolve import Closure
from promptreg.registry.store import Store

__all__ = ["compile_closure"]


def compile_closure(closure: Closure, store: Store) -> None:
    """Compile a prompt with all its parts, or a component with all that it includes.

    Raises what `render` would raise later whatever the inputs: TemplateInvalid, InvalidFile.
    """
    from promptreg.render.answer import prepare_schema
    from promptreg.render.library import Library, Shelf
    from promptreg.render.program import compile_prompt

    root = closure.root
    if isinstance(root, Prompt):
        compile_prompt(closure, Shelf()).prepare()
        prepare_schema(root, store)
        return
    whole = closure._replace(
        pins={**closure.pins, root.name: closure.pin}, members={**closure.members, root.name: root}
    )
    Library(whole, Shelf()).template(root).prepare()
