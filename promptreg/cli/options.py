"""Options that several commands share, with one spelling and one help text each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from promptreg.cli.complete import (
    complete_anything,
    complete_counters,
    complete_prompts,
    complete_revisions,
    complete_samples,
)
from promptreg.cli.session import Where
from promptreg.errors import Problem, UsageError, nearest
from promptreg.registry.moments import Moment

__all__ = [
    "Actions",
    "OneOf",
    "any_name",
    "at_option",
    "budget_options",
    "format_option",
    "input_options",
    "many_refs",
    "plugins_option",
    "prompt_name",
    "reading_options",
    "registry_option",
]

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]


class OneOf(click.Choice[str]):
    """A choice that names the nearest valid word when it refuses one."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.choices:
            return value
        subject = f"{param.opts[-1]}: " if param is not None and param.param_type_name == "option" else ""
        message = f'{subject}"{value}" is not one of {", ".join(self.choices)}'
        raise UsageError([Problem("usage", message, suggestion=nearest(value, self.choices))])


class Actions(click.Group):
    """A command whose first argument says what to do; names the nearest action when it knows none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-") and not ctx.resilient_parsing:
            message = f'{ctx.info_name} does not know "{args[0]}": {" | ".join(self.commands)}'
            raise UsageError([Problem("usage", message, suggestion=nearest(args[0], self.commands))])
        return super().resolve_command(ctx, args)


def plugins_option() -> Decorator:
    """`--no-plugins`, as the truth value `plugins`."""
    return click.option(
        "--no-plugins",
        "plugins",
        is_flag=True,
        flag_value=False,
        default=True,
        help="Do not load the rules of installed packages: they are code, and run.",
    )


def registry_option() -> Decorator:
    """`--registry DIR`."""
    return click.option(
        "--registry",
        metavar="DIR",
        type=click.Path(readable=False),
        is_eager=True,
        help="The registry folder. Default: the setting `registry` of promptreg.toml or of [tool.promptreg] in "
        "pyproject.toml, searched from here upwards; else ./prompts.",
    )


def reading_options(*, locked: bool = True, bundle: bool = True) -> Decorator:
    """`--registry`, `--at`, `--staged`, mostly `--locked` and `--bundle`: what is read, as one value named `where`."""
    offered = [registry_option(), _staged_option(), at_option()]
    if bundle:
        offered.append(_bundle_option())
    if locked:
        offered.append(_locked_option())

    def decorated(command: Function) -> Function:
        @wraps(command)
        def pack(
            *,
            registry: str | None,
            at: str | None,
            staged: bool,
            locked: bool = False,
            bundle: str | None = None,
            **others: Any,
        ) -> Any:
            return command(where=Where(registry, locked, Moment(at, staged), bundle), **others)

        packed: Function = pack
        for option in offered:
            packed = option(packed)
        return packed

    return decorated


def at_option(text: str = "Read the whole registry as it was in a git revision: v1.2, main~3, a commit.") -> Decorator:
    """`--at REV`, for commands that take no other moment."""
    return click.option("--at", metavar="REV", shell_complete=complete_revisions, help=text)


def _staged_option() -> Decorator:
    return click.option(
        "--staged", is_flag=True, help="Read the registry as it is staged in git: what the next commit will hold."
    )


def _bundle_option() -> Decorator:
    return click.option(
        "--bundle",
        metavar="FILE",
        type=click.Path(readable=False),
        is_eager=True,
        help="Read a bundle (see `promptreg bundle`) instead of a folder; a bare name is its highest release in there.",
    )


def _locked_option() -> Decorator:
    return click.option(
        "--locked",
        is_flag=True,
        help="Use releases only, each with the parts that the lock pins: a bare name is its highest release.",
    )


def format_option(choices: Sequence[str] = ("text", "json"), text: str = "What to print.") -> Decorator:
    """`--format`, with the first choice as the default."""
    return click.option(
        "--format", "form", type=OneOf(choices), default=choices[0], show_default=True, metavar="FORMAT", help=text
    )


def prompt_name() -> Decorator:
    """The argument NAME of a command that needs a prompt."""
    return click.argument("name", shell_complete=complete_prompts, is_eager=True)


def any_name(*, required: bool = True) -> Decorator:
    """The argument NAME of a command that takes prompts and components."""
    return click.argument("name", required=required, shell_complete=complete_anything)


def many_refs() -> Decorator:
    """The argument REF... of a command that takes any number of releases."""
    return click.argument("refs", nargs=-1, metavar="[REF]...", shell_complete=complete_anything)


def budget_options(command: Function) -> Function:
    """`--budget` and `--counter`: in place of what the prompt says."""
    for option in (
        click.option(
            "--counter",
            metavar="NAME",
            shell_complete=complete_counters,
            help="Count with this counter in place of the model's, such as o200k_base or approximate.",
        ),
        click.option(
            "--budget",
            metavar="N",
            type=int,
            help="The tokens that the prompt may have, in place of its own; what it reserves is still kept free.",
        ),
    ):
        command = option(command)
    return command


def input_options(command: Function) -> Function:
    """`--sample`, `-i` and `-v`: where the inputs of a prompt come from, in the order they are merged; and `--key`."""
    for option in (
        click.option(
            "--key",
            metavar="KEY",
            help="The caller, where NAME ends with a label that splits by percentages: the same KEY always gets the "
            "same version. It is not recorded.",
        ),
        click.option(
            "-v",
            "--var",
            "assignments",
            metavar="KEY=VALUE",
            multiple=True,
            help="Set one input; may be repeated and wins over -i and --sample. Text for an input of type string, "
            "JSON for all others. KEY may be a path: order.id=7, history[0].content=Hello.",
        ),
        click.option(
            "-i",
            "--inputs",
            "file",
            metavar="FILE",
            type=click.Path(readable=False, allow_dash=True),
            help="Inputs from a JSON or YAML file (- reads standard input); wins over --sample.",
        ),
        click.option(
            "--sample",
            metavar="NAME",
            shell_complete=complete_samples,
            help="Start from a sample of the prompt (see `promptreg show NAME`).",
        ),
    ):
        command = option(command)
    return command
