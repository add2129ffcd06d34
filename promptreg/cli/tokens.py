"""`promptreg tokens`: what a prompt costs, at most or with given inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from promptreg.cli import streams
from promptreg.cli.boundary import FINDINGS
from promptreg.cli.inputs import Given
from promptreg.cli.options import budget_options, format_option, input_options, prompt_name, reading_options
from promptreg.cli.session import Where, checked, open_registry, render
from promptreg.errors import UsageError
from promptreg.output.cache_notes import cache_notes, order_warning
from promptreg.output.margin import Page
from promptreg.output.tokens_document import Told
from promptreg.output.tokens_view import notes_rows, part_names
from promptreg.tokens.cache_rule import cache_rule_for

if TYPE_CHECKING:
    from promptreg.api import Registry
    from promptreg.model.prompt import Prompt
    from promptreg.output.styled import Row
    from promptreg.render.stable_prefix import StablePrefix

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg tokens support/refund-reply
  promptreg tokens support/refund-reply --check
  promptreg tokens support/refund-reply --sample small-claim --budget 3000
  promptreg tokens chat/reply -v message='How?' --format json | jq .total

\b
Signs, beside the words:
  +  kept, or required        ~  shortened, or optional
  -  dropped                  .  skipped: its `when` is false
  !  no limit: something that it prints declares no maximum
"""
)
@prompt_name()
@input_options
@budget_options
@click.option(
    "--check",
    is_flag=True,
    help="Exit with 1 when the required parts may not fit the budget. Inputs with which they do not are an error.",
)
@format_option(text="text: for reading; json: promptreg/tokens/1.")
@reading_options()
def command(
    name: str,
    sample: str | None,
    file: str | None,
    assignments: tuple[str, ...],
    key: str | None,
    budget: int | None,
    counter: str | None,
    check: bool,
    form: str,
    where: Where,
) -> int:
    """Say how many tokens prompt NAME has, part by part.

    Without inputs: the most that each part can have, from what the inputs declare (max_tokens, maxLength, maxItems,
    maximum), whether the required parts always fit the budget, and which inputs declare no maximum. With --sample, -i
    or -v: the ledger of that render, with what was shortened and dropped, how many tokens were missing, and the
    smallest budget that would keep it. Either way: what a provider's cache can reuse.
    """
    registry = open_registry(where)
    wish = _Wish(name, Given(sample, file, assignments, key), budget, counter)
    answer = _worst(registry, wish) if wish.given.is_empty else _ledger(registry, wish)
    if check and answer.fits is None:
        raise UsageError.at(f"--check: {name} has no budget to be held against; give one with --budget")
    if form == "json":
        streams.write_document(answer.document())
    else:
        streams.write_rows(answer.rows())
    streams.flush()
    registry.save_counts()
    return FINDINGS if check and not answer.fits else 0


class _Wish(NamedTuple):
    """What is asked about."""

    name: str
    given: Given
    budget: int | None
    counter: str | None


class _Answer(NamedTuple):
    """What is said in either form, and whether the prompt keeps its budget (None: it has none)."""

    rows: Callable[[], Iterable[Row]]
    document: Callable[[], dict[str, Any]]
    fits: bool | None


def _worst(registry: Registry, wish: _Wish) -> _Answer:
    from promptreg.output.tokens_document import worst_document
    from promptreg.output.tokens_worst import worst_rows

    prompt = _prompt(registry, wish)
    case = registry.worst_case(wish.name, budget=wish.budget, counter=wish.counter, key=wish.given.key)
    told = Told(case.prompt, case.prefix, cache_rule_for(prompt.model), _warnings(case.prefix))
    title = f"{case.prompt.name}@{case.prompt.version}"
    return _Answer(
        lambda: chain(worst_rows(case, title, part_names(prompt), _page()), _cache_rows(told)),
        lambda: worst_document(case, told),
        None if case.limit is None else not case.risks,
    )


def _ledger(registry: Registry, wish: _Wish) -> _Answer:
    from promptreg.output.tokens_document import ledger_document
    from promptreg.output.tokens_ledger import ledger_rows

    prompt = _prompt(registry, wish)
    rendered = checked(render(registry, wish.name, wish.given, budget=wish.budget, counter=wish.counter))
    ledger, pin = rendered.ledger, rendered.prompt
    tokens = wish.budget if wish.budget is not None else prompt.budget.get("tokens")
    told = Told(pin, rendered.prefix, cache_rule_for(prompt.model), (*rendered.warnings, *_warnings(rendered.prefix)))
    title = f"{pin.name}@{pin.version}"
    limit = ledger.tokens.limit
    return _Answer(
        lambda: chain(ledger_rows(ledger, tokens, title, part_names(prompt), _page()), _cache_rows(told)),
        lambda: ledger_document(ledger, tokens, told),
        None if limit is None else ledger.tokens.total <= limit,
    )


def _prompt(registry: Registry, wish: _Wish) -> Prompt:
    from promptreg.render.loaded import as_prompt

    return as_prompt(registry.component(wish.name, key=wish.given.key))


def _warnings(prefix: StablePrefix) -> tuple[str, ...]:
    warning = order_warning(prefix)
    return () if warning is None else (warning,)


def _page() -> Page:
    screen = streams.screen()
    return Page(screen.columns, screen.unicode)


def _cache_rows(told: Told) -> Iterable[Row]:
    return notes_rows(cache_notes(told.prefix, told.rule), _page())
