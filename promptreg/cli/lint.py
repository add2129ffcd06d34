"""`promptreg lint`: what is wrong with components and prompts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

import click

from promptreg.cli.complete import complete_rules
from promptreg.cli.lint_baseline import Drawing, before_first, over, update
from promptreg.cli.lint_fix import Fixing, fix_files, show_diff, tell_fixes
from promptreg.cli.lint_record import is_repeatable, watch
from promptreg.cli.lint_report import FORMATS, close, integrity_faults, write_report
from promptreg.cli.lint_rules import every_rule
from promptreg.cli.options import OneOf, format_option, plugins_option, reading_options
from promptreg.cli.session import Where
from promptreg.errors import UsageError
from promptreg.registry.moments import NOW

if TYPE_CHECKING:
    from promptreg.cli.lint_record import Watch
    from promptreg.lint.finding import Severity
    from promptreg.lint.fix import Fixed
    from promptreg.lint.report import Report
    from promptreg.lint.rule import Rule
    from promptreg.lint.settings import Settings
    from promptreg.lint.workspace import Workspace

__all__ = ["command"]


class _Chosen(NamedTuple):
    """What the options say about the rules."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    pedantic: bool
    preview: bool

    def over(self, settings: Settings) -> Settings:
        """The settings of the project under these options."""
        settings = settings._replace(
            pedantic=settings.pedantic or self.pedantic, preview=settings.preview or self.preview
        )
        return settings.chosen(_words("--select", self.select), _words("--ignore", self.ignore))


@click.command(
    epilog="""\b
Examples:
  promptreg lint
  promptreg lint prompts/support prompts/rules/tone.md
  promptreg lint --select TPL,unused-variable --fail-on warning
  promptreg lint --pedantic --ignore vague-term
  promptreg lint --fix
  promptreg lint --unsafe-fixes --diff
  promptreg lint --baseline lint-baseline.json --update-baseline
  promptreg lint --format sarif -o lint.sarif
  promptreg lint --staged --format github

\b
Exit codes:
  1  findings of severity error (see --fail-on); with --diff, fixes to make, too
  2  wrong options, settings or targets
  3  a rule crashed: what it would have found is not known
  4  a release is not what the lock says
"""
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...", type=click.Path(readable=False))
@format_option(
    FORMATS,
    "text: findings with their line; json: promptreg/lint/1; sarif: 2.1.0, for code scanning; github: annotations; "
    "gitlab: Code Quality; junit: XML.",
)
@click.option(
    "--select",
    metavar="RULES",
    multiple=True,
    shell_complete=complete_rules,
    help="Only these rules: names, codes, groups such as TPL, `all` or `default`; with commas between, or repeated.",
)
@click.option(
    "--ignore",
    metavar="RULES",
    multiple=True,
    shell_complete=complete_rules,
    help="Not these rules; may be repeated.",
)
@click.option("--pedantic", is_flag=True, help="Also the rules that are disputed.")
@click.option("--preview", is_flag=True, help="Also the rules that are new and may still change.")
@click.option(
    "--fail-on",
    type=OneOf(("error", "warning", "note")),
    default="error",
    show_default=True,
    metavar="SEVERITY",
    help="The least severity that makes the exit code 1: error, warning or note.",
)
@click.option("--fix", is_flag=True, help="Make the fixes that are proven to change no rendered sample.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="Make fixes that may change rendered text, too; read them before you commit."
)
@click.option(
    "--diff",
    is_flag=True,
    help="Print what the fixes would change, and change nothing; exit code 1 if there are any, or findings that stay "
    "and fail.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Do not report the findings that FILE holds. Default: the setting lint.baseline.",
)
@click.option(
    "--update-baseline",
    is_flag=True,
    help="Write the baseline: the first time with every finding; later it only shrinks, to what is still found.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Write to FILE instead of standard output, whole or not at all.",
)
@plugins_option()
@reading_options(locked=False, bundle=False)
def command(
    targets: tuple[str, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    pedantic: bool,
    preview: bool,
    fail_on: Severity,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    baseline: str | None,
    update_baseline: bool,
    output: str | None,
    plugins: bool,
    where: Where,
) -> int:
    """Check the files TARGET (files or folders; without any, the whole registry) and all that is made with them.

    Components, templates, compositions, every sample rendered, examples and output contracts are looked at; a finding
    in rendered text is placed in the files that it comes from. `promptreg rules list` names the rules, `promptreg rules
    explain NAME` says why one exists. Settings are in [tool.promptreg.lint] of pyproject.toml or in [lint] of
    promptreg.toml.
    """
    from promptreg.lint.targets import choose

    fixing, drawing = Fixing(fix, unsafe_fixes, diff), Drawing(baseline, update_baseline)
    fixing.check(where, form)
    repeatable = output is None and not fixing.is_wanted and not update_baseline
    chosen = _Chosen(select, ignore, pedantic, preview)
    workspace, settings, watched = _open(where, chosen, drawing, targets if repeatable else None)
    root = os.fspath(workspace.registry.root)
    drawing.check(where, settings, diff=diff)
    rules = every_rule(root, settings, plugins=plugins)
    stamp = None if watched is None else watched.world(rules)
    named = _from_root(targets, workspace)
    faults = integrity_faults(workspace, choose(workspace, named, settings).names)
    found = _look(workspace, named, before_first(settings, drawing, root), rules, fixing, stamp)
    if fixing.is_wanted:
        if diff:
            show_diff(workspace, found, output)
        tell_fixes(found, fixing)
    report = update(found.report, settings, root) if update_baseline else found.report
    with nullcontext() if watched is None else watched.listening():
        if not diff:
            write_report(report, form, output, workspace=found.workspace, rules=rules, fail_on=fail_on)
        code = max(close(report, fail_on, faults), int(diff and bool(found.texts)))
    if watched is not None and is_repeatable(report, rules):
        watched.keep(code)
    return code


def _look(
    workspace: Workspace,
    targets: Sequence[str] | None,
    settings: Settings,
    rules: Sequence[Rule],
    fixing: Fixing,
    stamp: str | None,
) -> Fixed:
    """What the linter finds, after the fixes that were asked for; with a `stamp` it is kept for the next run."""
    from promptreg.cli.patience import patience
    from promptreg.lint.fix import Fixed
    from promptreg.lint.run import lint

    def look(at: Workspace) -> Report:
        return lint(at, targets, settings, rules=rules, stamp=stamp)

    if fixing.is_wanted:
        with patience("linting and fixing"):
            return fix_files(workspace, look, fixing, targets)
    with patience("linting"):
        return Fixed(workspace, look(workspace))


def _open(
    where: Where, chosen: _Chosen, drawing: Drawing, watched: Sequence[str] | None
) -> tuple[Workspace, Settings, Watch | None]:
    """The registry to look at, the settings of its project under the options, and what notices that a file changes.

    `watched` are the targets of a run that the next one may repeat, None for any other.
    """
    from promptreg.api import open_registry
    from promptreg.lint.settings import read_settings
    from promptreg.lint.workspace import Workspace
    from promptreg.registry.config import find_registry

    config = find_registry(os.getcwd(), where.folder, on_disk=where.moment == NOW)
    settings = over(chosen.over(read_settings(config)), drawing, config.root, where.folder)
    before = None
    if watched is not None and where.moment.at is None:
        before = watch(config, settings, watched, staged=where.moment.staged)
    return Workspace(open_registry(config, moment=where.moment)), settings, before


def _from_root(targets: Sequence[str], workspace: Workspace) -> Sequence[str] | None:
    """The targets as the linter takes them: as they are where this folder is the project root, else absolute."""
    if not targets:
        return None
    if os.path.realpath(os.getcwd()) == os.path.realpath(workspace.registry.root):
        return targets
    return [os.path.abspath(target) for target in targets]


def _words(option: str, values: Iterable[str]) -> tuple[str, ...]:
    """The rules that an option names; a value that names none would choose the opposite of what was meant."""
    found = []
    for value in values:
        words = [word.strip() for word in value.split(",") if word.strip()]
        if not words:
            raise UsageError(f"{option} names no rule")
        found += words
    return tuple(found)
