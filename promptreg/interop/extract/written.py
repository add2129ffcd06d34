"""The files of what is extracted: template bodies that print exactly a text, components and prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

__all__ = ["component_file", "prompt_file", "template_text"]

_CONTROL = r"\x00-\x08\x0b-\x1f\x7f\ufeff"
_SPECIAL = re.compile(rf"\{{(?=[{{%#{_CONTROL}]|\Z)|[{_CONTROL}]+")


def template_text(pieces: Sequence[str | tuple[str]]) -> str:
    """A template that prints the pieces: text as it is, and the input that each one-tuple names.

    An opening brace that would begin a tag and control characters (a carriage return is one) are printed as literals.
    """
    found = [f"{{{{ {piece[0]} }}}}" if isinstance(piece, tuple) else _escaped(piece) for piece in pieces]
    if pieces and isinstance(pieces[-1], str) and pieces[-1].endswith("{"):
        found[-1] = found[-1].removesuffix(_literal("{")) + "{"
    return "".join(found)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _literal(match.group()), text)


def _literal(text: str) -> str:
    return f"{{{{ {json.dumps(text)} }}}}"


def component_file(kind: str, summary: str, inputs: Mapping[str, str], body: str) -> str:
    """A text component, version 1.0.0."""
    head = ["---", f"kind: {kind}", "version: 1.0.0", f"summary: {json.dumps(summary, ensure_ascii=False)}"]
    return "\n".join([*head, *_inputs(inputs), "---", body]) + "\n"


def prompt_file(summary: str, inputs: Mapping[str, str], messages: Sequence[tuple[str, str]]) -> str:
    """A prompt, version 1.0.0, of one component for each message: (role, component name)."""
    lines = ["kind: prompt", "version: 1.0.0", f"summary: {json.dumps(summary, ensure_ascii=False)}", *_inputs(inputs)]
    lines.append("messages:")
    for role, component in messages:
        lines += [f"  - role: {role}", "    parts:", f"      - use: {component}@^1"]
    return "\n".join(lines) + "\n"


def _inputs(inputs: Mapping[str, str]) -> list[str]:
    if not inputs:
        return []
    return ["inputs:", *(f"  {name}: {{type: {kind}}}" for name, kind in inputs.items())]
