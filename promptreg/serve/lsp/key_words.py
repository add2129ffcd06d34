"""The keys and fixed words of the file format by the place where they may stand."""

from __future__ import annotations

from promptreg.model.inputs import KEYWORDS
from promptreg.model.kinds import INPUT_TYPES, MESSAGE_ROLES, SLOT_ROLES, TEXT_KINDS
from promptreg.registry.read_budget import PLACES
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.yaml_outline import KeyPath

__all__ = ["keys_at", "values_at"]

_TOP = {
    "text": ("kind", "version", "summary", "inputs"),
    "examples": ("kind", "version", "summary", "inputs", "format", "separator", "examples"),
    "prompt": (
        *("kind", "version", "summary", "model", "languages", "inputs", "requires", "output", "budget", "messages"),
        "samples",
    ),
}
_INPUT = ("type", "default", "summary", "trust", "pii", "max_tokens")
_BOOLEANS = ("true", "false")


def keys_at(page: Page, path: KeyPath) -> tuple[str, ...]:
    """The keys that the mapping at a path of a page may have; empty where the format does not fix them."""
    match path:
        case ():
            return _TOP["text"] if page.is_markdown else _TOP.get(page.kind or "", _TOP["prompt"])
        case ("inputs", str()):
            return (*_INPUT, *(key for key in KEYWORDS if key not in _INPUT))
        case ("output",):
            return ("schema", "ensures")
        case ("budget",):
            return ("tokens", "reserve", "fit", "sticky")
        case ("messages",):
            return ("role", "parts", "separator", "slot")
        case ("messages", int()):
            is_slot = page.outline.word((*path, "slot")) is not None
            return ("slot", "roles", "budget") if is_slot else ("role", "parts", "separator", "slot")
        case ("messages", int(), "parts", int()):
            return ("use", "with", "text", "when", "fence", "budget")
        case ("messages", int(), "budget"):
            return tuple(PLACES["slot"])
        case ("messages", int(), "parts", int(), "budget"):
            return tuple(PLACES["use"])
        case ("messages", int(), "parts", int(), "budget", "variants", int()):
            return ("use", "text")
        case ("examples", int()):
            return ("id", "input", "output", "priority")
        case ("samples", str()):
            return ("file",)
    return ()


def values_at(page: Page, path: KeyPath) -> tuple[str, ...]:
    """The words that the value at a path may be; empty where the format does not fix them."""
    match path:
        case ("kind",):
            return TEXT_KINDS if page.is_markdown else ("prompt", "examples")
        case ("inputs", str(), "type"):
            return INPUT_TYPES
        case ("inputs", str(), "trust"):
            return ("trusted", "untrusted")
        case ("inputs", str(), "pii"):
            return _BOOLEANS
        case ("messages", int(), "role"):
            return MESSAGE_ROLES
        case ("messages", int(), "roles", int()):
            return (*SLOT_ROLES, *(role for role in MESSAGE_ROLES if role not in SLOT_ROLES))
        case ("budget", "fit"):
            return ("pack", "cutoff")
        case ("budget", "sticky"):
            return _BOOLEANS
        case ("messages", int(), *_, "budget", "truncate"):
            return ("end", "start", "middle")
        case ("messages", int(), "budget", "drop"):
            return ("oldest", "newest")
        case ("messages", int(), "parts", int(), "budget", "drop"):
            return ("first", "last", "lowest")
    return ()
