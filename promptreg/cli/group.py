"""The `promptreg` group: a table of subcommands that are imported when used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from promptreg.errors import Problem, UsageError, nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "cli"]

COMMANDS = {
    "demo": "Show what promptreg does, on a small registry in a temporary folder.",
    "init": "Write a starter registry: a prompt, its components and samples.",
    "list": "List the components and prompts of the registry.",
    "show": "Describe one component or prompt: inputs, uses, users, samples.",
    "render": "Turn a prompt and its inputs into the final messages.",
    "why": "Say which component, file, line and input a piece of text came from.",
    "tokens": "Say how many tokens a prompt has at most, or with given inputs, part by part.",
    "lint": "Check components, prompts and what is rendered from them.",
    "rules": "List and explain the rules of the linter.",
    "lsp": "Serve editors: findings, hovers, definitions, completions, fixes.",
    "tree": "Draw what a prompt is made of, or who depends on a component.",
    "release": "Freeze heads as versions that never change, and write the lock.",
    "log": "List the versions of a component or prompt over the commits that made them.",
    "outdated": "List releases that are made of parts with newer releases.",
    "label": "List, set, move and remove labels: names for released versions.",
    "verify": "Check that releases are what they were: frozen files, lock, pins, labels.",
    "bundle": "Put released prompts and all they need into one file.",
    "extract": "Move the prompt texts of a Python file into the registry.",
    "schema": "Print the JSON Schema of a --format json output.",
    "completion": "Print the completion script for bash, zsh or fish.",
}
"""Every subcommand with its one-line help; the module promptreg.cli.<name> holds its click command as `command`."""


class _LazyGroup(click.Group):
    """A group whose listing, help and completion come from `COMMANDS`; only the command that runs is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"promptreg.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            _refuse_command(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def _refuse_command(name: str) -> NoReturn:
    message = f'no command "{name}"'
    suggestion = nearest(name, COMMANDS)
    if suggestion is None:
        message += ' (see "promptreg --help")'
    raise UsageError([Problem("usage", message, suggestion=suggestion)])


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from promptreg import __version__

        click.echo(f"promptreg {__version__}")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='"promptreg COMMAND --help" explains a command, with examples. Exit codes: 0 fine, 1 findings, '
    "2 usage, configuration or bad input, 3 could not answer, 4 integrity, 130 interrupted.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def cli() -> None:
    """Prompts from versioned components, with an origin for every character.

    A registry is a folder of a git repository that holds small components (instructions, rules, examples,
    templates) and prompts that compose them into messages.
    """
