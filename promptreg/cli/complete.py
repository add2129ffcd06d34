"""Shell completion: what may stand at the cursor. Fast and silent: no candidates is the answer to every trouble.

Names come from the folder tree and a look at the head of each file, so that nothing is parsed for them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.lint.rule import Rule
    from promptreg.registry.config import Config

__all__ = [
    "complete_anything",
    "complete_counters",
    "complete_prompts",
    "complete_revisions",
    "complete_rules",
    "complete_samples",
    "complete_schemas",
    "complete_team_rules",
]

_KIND = re.compile(rb"^kind:[ \t]*[\"']?prompt\b", re.MULTILINE)
_HEAD_BYTES = 4096


def complete_anything(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of components and prompts."""
    return _matching((name for name, _ in _files(ctx)), incomplete)


def complete_prompts(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of prompts."""
    return _matching((name for name, file in _files(ctx) if _is_prompt(file)), incomplete)


def complete_samples(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Sample names of the prompt that is already on the line."""
    from promptreg.registry.files import read_file
    from promptreg.registry.strict_yaml import parse_yaml

    words = {str(word).partition("@")[0] for word in (ctx.params.get("name"), *ctx.args)}
    for name, file in _files(ctx):
        if name in words:
            root = parse_yaml(read_file(file, file)).root
            samples = root.get("samples") if isinstance(root, dict) else None
            return _matching(samples if isinstance(samples, dict) else (), incomplete)
    return []


def complete_revisions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Branches and tags of the repository that holds the registry."""
    from promptreg.registry.git import open_repository

    names = (ref.name.split("/", 2)[-1] for ref in open_repository(_config(ctx).registry).refs())
    return _matching((name for name in names if name.isprintable()), incomplete)


def complete_counters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the counters that ship and that installed packages bring."""
    from promptreg.tokens import counter_names

    return _matching(counter_names(), incomplete)


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names and groups of the lint rules, those of the team too; of a list with commas, its last word."""
    before, comma, word = incomplete.rpartition(",")
    rules = _rules(ctx)
    words = [*dict.fromkeys(rule.group for rule in rules), *sorted(rule.name for rule in rules)]
    return [f"{before}{comma}{found}" for found in _matching(words, word)]


def complete_team_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the team's rules."""
    return _matching(sorted(rule.name for rule in _rules(ctx) if rule.group == "TEAM"), incomplete)


def _rules(ctx: click.Context) -> Sequence[Rule]:
    """The rules of the project without those of packages; the built-in ones where there is some trouble."""
    from promptreg.cli.lint_rules import every_rule
    from promptreg.errors import PromptregError
    from promptreg.lint.catalogue import builtin_rules
    from promptreg.lint.settings import read_settings
    from promptreg.registry.config import find_registry

    try:
        config = find_registry(os.getcwd(), ctx.params.get("registry"), on_disk=False)
        return every_rule(config.root, read_settings(config), plugins=False)
    except PromptregError:
        return builtin_rules()


def complete_schemas(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the schema files that come with the package."""
    from promptreg.cli.schema import schema_names

    return _matching(schema_names(), incomplete)


def _matching(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _config(ctx: click.Context) -> Config:
    from promptreg.registry.config import find_registry

    folder = ctx.params.get("registry") or _unread_option(ctx, "--registry")
    return find_registry(os.getcwd(), folder, on_disk=False)


def _files(ctx: click.Context) -> Iterator[tuple[str, str]]:
    from promptreg.registry.files import find_files

    if ctx.params.get("bundle") or _unread_option(ctx, "--bundle"):
        return
    config = _config(ctx)
    for found in find_files(config.registry, config.root)[0]:
        yield found.name, found.file


def _unread_option(ctx: click.Context, option: str) -> str | None:
    """The value of an option that click left among the arguments, because the last option still lacks its own."""
    return next((value for word, value in pairwise(ctx.args) if word == option), None)


def _is_prompt(file: str) -> bool:
    if not file.endswith(".yaml"):
        return False
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return _KIND.search(os.read(descriptor, _HEAD_BYTES)) is not None
    finally:
        os.close(descriptor)
