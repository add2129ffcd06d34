"""Hands the messages of a rendered prompt to a provider in the shape its API takes. One module per provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from promptreg.errors import UsageError, nearest
from promptreg.render.exporters import anthropic, gemini, mcp, openai, openai_responses

__all__ = ["PROVIDERS", "export"]

_EXPORTERS: dict[str, Callable[[Sequence[Mapping[str, Any]]], Any]] = {
    "openai": openai.export,
    "openai-responses": openai_responses.export,
    "anthropic": anthropic.export,
    "gemini": gemini.export,
    "mcp": mcp.export,
}

PROVIDERS = tuple(_EXPORTERS)
"""The providers that `export` knows."""


def export(messages: Sequence[Mapping[str, Any]], provider: str) -> Any:
    """The messages in the JSON shape of the provider, sharing nothing with what was given.

    `messages` have the shape of OpenAI's chat API: role (system, developer, user, assistant or tool), content (text,
    a list of content parts, or None), and where they apply name, tool_calls and tool_call_id. Every text arrives
    character by character. Raises UsageError, which names the message, for what the provider has no place for:
    nothing is left out or rewritten in silence. An unknown provider is a UsageError too.
    """
    exporter = _EXPORTERS.get(provider)
    if exporter is None:
        known = ", ".join(PROVIDERS)
        message = f'there is no export for "{provider}"; known are {known}'
        raise UsageError.at(message, suggestion=nearest(provider, PROVIDERS))
    return exporter(messages)
