"""`promptreg lsp`: the language server for editors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from promptreg.cli.options import registry_option
from promptreg.errors import PromptregError, UsageError

if TYPE_CHECKING:
    from promptreg.lint.settings import Settings
    from promptreg.registry.config import Config
    from promptreg.serve.lsp.findings import RuleSet

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg lsp
  promptreg lsp --registry prompts
"""
)
@click.option("--stdio", is_flag=True, help="Talk over standard input and output, as it does anyway.")
@click.option("--no-plugins", is_flag=True, help="Not the rules of installed packages.")
@registry_option()
def command(stdio: bool, no_plugins: bool, registry: str | None) -> None:
    """Serve an editor over standard input and output by the Language Server Protocol.

    The editor starts this; see docs/how-to/editor.md for how to tell it to. Files that are not saved yet count as they
    are in the editor. The registry of a file is found from the file upwards, unless --registry names it.

    Needs the extra lsp: pip install 'promptreg[lsp]'.
    """
    try:
        import pygls.lsp.server  # noqa: F401  to tell what is missing from what is broken
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        raise UsageError(f"the language server needs {missing}: pip install 'promptreg[lsp]'") from None
    from promptreg.output.lint_secrets import conceal
    from promptreg.serve.lsp.server import serve
    from promptreg.serve.lsp.session import Setup

    serve(Setup(partial(_rules, plugins=not no_plugins), conceal, registry))


_EXTRA = ("pygls", "lsprotocol", "cattrs", "attrs", "attr")


def _rules(config: Config, settings: Settings, *, plugins: bool) -> RuleSet:
    """The rules that there are in a project; what is wrong with some takes away none of the others."""
    from promptreg.cli.lint_rules import team_rules
    from promptreg.lint.catalogue import ALIASES, builtin_rules
    from promptreg.lint.plugins import load_plugin_rules
    from promptreg.serve.lsp.findings import RuleSet

    team = team_rules(config.root, settings)
    found, problems = (*builtin_rules(), *team.lint_rules), list(team.problems)
    if plugins:
        try:
            found = (*found, *load_plugin_rules({*ALIASES, *(rule.name for rule in found)}))
        except PromptregError as error:
            problems += error.problems
    return RuleSet(found, problems)
