"""Component kinds, names and roles: the closed vocabularies of the file format."""

from __future__ import annotations

import re

__all__ = [
    "COMPONENT_KINDS",
    "INPUT_TYPES",
    "KINDS",
    "MESSAGE_ROLES",
    "SLOT_ROLES",
    "TEXT_KINDS",
    "is_input_name",
    "is_label",
    "is_name",
    "name_fault",
]

TEXT_KINDS = ("instruction", "rule", "template")
COMPONENT_KINDS = (*TEXT_KINDS, "examples")
KINDS = (*COMPONENT_KINDS, "prompt")
INPUT_TYPES = ("string", "number", "integer", "boolean", "array", "object", "messages")
MESSAGE_ROLES = ("system", "developer", "user", "assistant")
SLOT_ROLES = ("user", "assistant", "tool")

_WORD = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_LABEL = re.compile(r"[a-z][a-z0-9-]*")
_INPUT = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED_INPUTS = frozenset(
    ("loop", "caller", "varargs", "kwargs", "self", "super", "true", "false", "none", "not", "and", "or", "in", "is",
     "if", "else", "output", "example")
)  # fmt: skip


def name_fault(name: str) -> str | None:
    """Why `name` is not a component name, or None when it is one.

    A name is a relative path of lower-case words (`support/refund-reply`); never a file path.
    """
    if not name:
        return "is empty"
    if name.startswith("/") or "\\" in name or ":" in name:
        return "must be a relative name of lower-case words, never a file path"
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return 'must not hold empty, "." or ".." parts'
    for part in parts:
        if not _WORD.fullmatch(part):
            return f'part "{part}" must be lower-case words joined by "-", "_" or "."'
    return None


def is_name(name: str) -> bool:
    """Whether `name` may name a component."""
    return name_fault(name) is None


def is_label(text: str) -> bool:
    """Whether `text` may be a movable label such as `production`."""
    return _LABEL.fullmatch(text) is not None


def is_input_name(text: str) -> bool:
    """Whether `text` may name an input: a lower-case identifier that the template language does not reserve."""
    return _INPUT.fullmatch(text) is not None and text not in _RESERVED_INPUTS
