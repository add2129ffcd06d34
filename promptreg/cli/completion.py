"""`promptreg completion SHELL`: the script that connects a shell to our completion."""

from __future__ import annotations

import click

from promptreg.cli import streams
from promptreg.cli.options import OneOf

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  bash:  in ~/.bashrc
         command -v promptreg >/dev/null && eval "$(promptreg completion bash)"
  zsh:   in ~/.zshrc, after compinit
         command -v promptreg >/dev/null && eval "$(promptreg completion zsh)"
  fish:  promptreg completion fish > ~/.config/fish/completions/promptreg.fish
"""
)
@click.argument("shell", type=OneOf(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL.

    Completes commands, options, formats, names of prompts and components, and the samples of a prompt. Bash 4.4 or
    later.
    """
    from click.shell_completion import get_completion_class

    from promptreg.cli.group import cli

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(cli, {}, "promptreg", "_PROMPTREG_COMPLETE")
    streams.write_text(script.source_template % script.source_vars())
