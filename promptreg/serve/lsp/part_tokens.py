"""How many tokens a part takes with the samples of its prompt."""

from __future__ import annotations

from collections.abc import Iterator

from promptreg.errors import PromptregError
from promptreg.model.component import Component
from promptreg.model.prompt import Message, Prompt
from promptreg.render.ledger import PartRow
from promptreg.serve.lsp.lookup import Lookup
from promptreg.serve.lsp.project import Snapshot

__all__ = ["shown_tokens", "tokens_of_users"]

_SAMPLES = 3
_USERS = 3


def shown_tokens(lookup: Lookup, part: str) -> str:
    """`part 0.1: 31 tokens with small, 33 of 40 with large`; empty where no sample can be rendered or counted."""
    if not isinstance(lookup.head, Prompt):
        return ""
    found = [_said(row, sample) for sample, row in _rows(lookup.snapshot, lookup.head, part)]
    return f"part {part}: {', '.join(found)}" if found else ""


def tokens_of_users(lookup: Lookup, head: Component) -> Iterator[str]:
    """What the component takes in the prompts that use it, a line for each of the first."""
    users = lookup.snapshot.workspace.with_dependants([head.name]) - {head.name}
    heads = lookup.snapshot.store.heads
    prompts = [heads[name] for name in sorted(users) if isinstance(heads.get(name), Prompt)]
    for prompt in prompts[:_USERS]:
        assert isinstance(prompt, Prompt)
        for part in _parts(prompt, head.name):
            rows = [_said(row, sample) for sample, row in _rows(lookup.snapshot, prompt, part)]
            if rows:
                yield f"{prompt.name}, part {part}: {', '.join(rows)}"
    if len(prompts) > _USERS:
        yield f"and {len(prompts) - _USERS} more prompts are made with it"


def _parts(prompt: Prompt, name: str) -> Iterator[str]:
    for message in prompt.messages:
        if isinstance(message, Message):
            yield from (part.id for part in message.parts if part.use is not None and part.use.ref.name == name)


def _rows(snapshot: Snapshot, prompt: Prompt, part: str) -> Iterator[tuple[str, PartRow]]:
    for sample in list(prompt.samples)[:_SAMPLES]:
        try:
            rows = snapshot.registry.render(prompt.name, sample=sample).parts
        except PromptregError:
            continue
        yield from ((sample, row) for row in rows if row.id == part)


def _said(row: PartRow, sample: str) -> str:
    if row.state in ("dropped", "skipped"):
        return f"{row.state} with `{sample}`"
    size = f"{row.tokens}" if row.tokens == row.tokens_full else f"{row.tokens} of {row.tokens_full}"
    return f"{size} tokens with `{sample}`"
