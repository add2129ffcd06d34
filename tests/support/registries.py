"""Small registries on disk for tests."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import promptreg
from promptreg.api import Registry

__all__ = ["SUPPORT", "component", "load_files", "write_files"]


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a registry (paths relative to it, texts dedented) into `folder`/prompts and give its path."""
    registry = folder / "prompts"
    for name, text in files.items():
        file = registry / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(textwrap.dedent(text).encode())
    return registry


def load_files(folder: Path, files: Mapping[str, str]) -> Registry:
    """The registry made of these files; it must be free of problems."""
    registry = promptreg.load(write_files(folder, files))
    assert registry.problems == ()
    return registry


def component(body: str, inputs: str = "{}", kind: str = "instruction", version: str = "1.0.0") -> str:
    """The text of a component file."""
    return f"---\nkind: {kind}\nversion: {version}\ninputs: {inputs}\n---\n{body}"


SUPPORT = {
    "instructions/agent.md": component("You answer for {{ shop }}.\n", "{shop: {type: string, default: Acme}}"),
    "rules/limits.md": component(
        "Keep to these rules:\n- Never promise more than {{ limit }} {{ currency }}.\n- Be kind.\n",
        "{limit: {type: number}, currency: {type: string, enum: [EUR, USD], default: EUR}}",
        kind="rule",
    ),
    "examples/replies.yaml": """\
        kind: examples
        version: 1.0.0
        format: |
          Q: {{ example.input }}
          A: {{ example.output }}
        examples:
          - {id: late, input: Where is it?, output: On its way.}
          - id: broken
            input: "It \\"broke\\"."
            output: |
              Sorry.
              We refund it.
        """,
    "reply.yaml": """\
        kind: prompt
        version: 1.0.0
        model: openai/gpt-4.1
        inputs:
          limit: {type: number}
          internal: {type: boolean, default: false}
          ticket: {type: string, trust: untrusted}
          history: {type: messages, trust: untrusted, default: []}
        requires: ["limit > 0"]
        messages:
          - role: system
            parts:
              - use: instructions/agent@^1
              - use: rules/limits
                with: {limit: $limit}
              - use: examples/replies@1
              - text: "Write in the customer's language."
                when: "not internal"
          - slot: history
          - role: user
            parts:
              - {text: "{{ ticket }}", fence: ticket}
        samples:
          small: {limit: 50, ticket: "Where is my parcel?"}
        """,
}
"""A small registry with every kind of component and one prompt, `reply`."""
