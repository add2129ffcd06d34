"""How calls, texts and inputs are named in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptreg.lint.finding import Related
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Prompt

if TYPE_CHECKING:
    from promptreg.lint.calls.texts import Text
    from promptreg.lint.workspace import Workspace

__all__ = ["declared", "described", "excerpt"]

_LENGTH = 40


def excerpt(text: Text) -> str:
    """The first words of a text in quotes, holes as `{}`."""
    words = " ".join("".join(piece if isinstance(piece, str) else "{}" for piece in text.pieces).split())
    return f'"{words}"' if len(words) <= _LENGTH else f'"{words[:_LENGTH].rstrip()}…"'


def declared(workspace: Workspace, prompt: Prompt, name: str) -> Related:
    """The place where a prompt declares an input."""
    head = workspace.wrap(prompt)
    return Related(f'"{name}" is declared here', head.key_place(("inputs", name)), prompt.name, str(prompt.version))


def described(spec: InputSpec) -> str:
    """The type of an input with its article."""
    if spec.type == "messages":
        return "a list of messages"
    return f"an {spec.type}" if spec.type[0] in "aio" else f"a {spec.type}"
