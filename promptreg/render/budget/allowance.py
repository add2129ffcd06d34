"""How many tokens a prompt may have, as its file and its caller say."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.errors import UsageError
from promptreg.model.prompt import MAX_TOKENS, Message, Prompt

__all__ = ["Allowance", "allowance", "is_limited"]


class Allowance(NamedTuple):
    """The budget of one render. `tokens` None: only parts have limits of their own; `reserve` is kept for the answer.

    `sticky`: by how many tokens histories are cut at a time; True: by a share of the limit.
    """

    tokens: int | None
    reserve: int
    fit: str
    sticky: bool | int

    @property
    def limit(self) -> int | None:
        """What is left for the prompt."""
        return self.tokens - self.reserve if self.tokens is not None else None


def allowance(prompt: Prompt, budget: int | None) -> Allowance:
    """The budget of a prompt, or `budget` in place of its tokens; raises UsageError when that can be no budget."""
    written = prompt.budget
    reserve = written.get("reserve", 0)
    tokens = written.get("tokens")
    if budget is not None:
        _check(budget, reserve, prompt)
        tokens = budget
    return Allowance(tokens, reserve, written.get("fit", "pack"), written.get("sticky", False))


def _check(budget: int, reserve: int, prompt: Prompt) -> None:
    if type(budget) is not int or not 1 <= budget <= MAX_TOKENS:
        raise UsageError.at(f"must be a number of tokens from 1 to {MAX_TOKENS:,}, not {budget!r}", key="budget")
    if budget <= reserve:
        message = f"{budget} leaves no tokens for the prompt: {prompt.name} reserves {reserve} for the answer"
        raise UsageError.at(message, key="budget")


def is_limited(prompt: Prompt) -> bool:
    """Whether a render of this prompt has to count: it has a budget, or a part with a limit of its own."""
    if "tokens" in prompt.budget:
        return True
    for message in prompt.messages:
        units = message.parts if isinstance(message, Message) else (message,)
        if any("max_tokens" in unit.budget for unit in units):
            return True
    return False
