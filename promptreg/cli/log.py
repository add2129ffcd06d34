"""`promptreg log`: the versions of a component or prompt over the commits of its repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.options import any_name, at_option, format_option, registry_option
from promptreg.errors import TokenizerMissing, UsageError
from promptreg.output.log import LogRow, log_document, log_rows
from promptreg.output.origin import as_text

if TYPE_CHECKING:
    from promptreg.registry.config import Config
    from promptreg.registry.git_log import Logged, Step
    from promptreg.tokens.counter import Counter

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg log rules/refund-limits
  promptreg log support/refund-reply --limit 5
  promptreg log rules/tone --at v1.2
  promptreg log rules/tone --format json | jq -r '.entries[].version'

\b
Changes:
  major, minor, patch  by the contract and the text of this file
  none                 nothing that is sent: summary, samples, layout, version
  added, removed       the file came or went
  broken, repaired     the file cannot be read after it, or could not before
  release              a frozen copy was added and nothing else
  oldest               the oldest commit of a shallow clone
"""
)
@any_name()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N commits only.")
@at_option("Begin at a git revision instead of the commit that is checked out.")
@format_option(text="text: a table; json: promptreg/log/1.")
@registry_option()
def command(name: str, limit: int | None, at: str | None, form: str, registry: str | None) -> None:
    """List the commits that changed component or prompt NAME, newest first.

    Shows date, commit, version, the first digits of the file's digest, what kind of change it was, by how many tokens
    the component's own text grew, author and subject, and which releases the commit made. The file need not be there
    any more, and may have had another name. Needs a git repository; what is not committed is not listed.
    """
    from promptreg.registry.config import find_registry
    from promptreg.registry.git_log import component_log
    from promptreg.template import scan_includes

    config = find_registry(os.getcwd(), registry, on_disk=False)
    found = component_log(config, name, lambda body, path: scan_includes(body, name=path), at=at)
    entries = list(islice(found, limit))
    counter = _counter(config, entries)
    rows = [_row(entry, counter.count if counter else None) for entry in entries]
    if form == "json":
        streams.write_document(log_document(name, counter.id if counter else None, rows))
    else:
        screen = streams.screen()
        streams.write_rows(log_rows(rows, screen.columns if screen.is_terminal else None))


def _counter(config: Config, entries: Iterable[Logged]) -> Counter | None:
    """One counter for all versions: that of the model which the newest of them names; None, with a warning, without."""
    from promptreg.registry.config import blamed_on_counter
    from promptreg.tokens import counter_for

    heads = (step.head for entry in entries for step in (entry.after, entry.before) if step and step.head)
    try:
        return counter_for(getattr(next(heads, None), "model", None), config.counter, config.ranks)
    except TokenizerMissing as error:
        for problem in error.problems:
            streams.warn(f"tokens are not counted: {problem.message}")
        return None
    except UsageError as error:
        raise blamed_on_counter(error, config) from None


def _row(entry: Logged, count: Callable[[str], int] | None) -> LogRow:
    after, before = entry.after, entry.before
    head = after.head if after else None
    tokens = _tokens(after, count)
    old = _tokens(before, count) if entry.change != "oldest" else None
    return LogRow(
        commit=entry.commit,
        date=entry.time,
        author=as_text(entry.author),
        subject=as_text(entry.subject),
        change=entry.change,
        reasons=[as_text(reason) for reason in entry.reasons],
        version=str(head.version) if head else None,
        digest=after.digest if after and after.digest else None,
        body=head.body_digest if head else None,
        contract=head.contract_digest if head else None,
        path=after.path if after else None,
        tokens=tokens if after else None,
        token_delta=None if tokens is None or old is None else tokens - old,
        releases=entry.releases,
    )


def _tokens(step: Step | None, count: Callable[[str], int] | None) -> int | None:
    """The tokens of a component's own text; 0 where there is no file, None where it cannot be read or counted."""
    from promptreg.registry.git_log import own_text

    if count is None or (step is not None and step.head is None):
        return None
    return count(own_text(step.head)) if step is not None and step.head is not None else 0
