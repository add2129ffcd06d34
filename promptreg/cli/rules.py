"""`promptreg rules`: which lint rules there are, and why; and the tests of those that a team writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_rules, complete_team_rules
from promptreg.cli.lint_rules import every_rule, team_rules
from promptreg.cli.options import Actions, format_option, plugins_option, registry_option
from promptreg.errors import InvalidFile, Problem, UsageError, nearest

if TYPE_CHECKING:
    from promptreg.lint.rule import Rule
    from promptreg.lint.settings import Settings
    from promptreg.lint.team.load import TeamRules
    from promptreg.lint.team.rule_file import TeamRule

__all__ = ["command"]


@click.group(
    cls=Actions,
    epilog="""\b
Examples:
  promptreg rules list
  promptreg rules list SEC hardcoded-language
  promptreg rules list --format json | jq -r '.rules[] | select(.fix) | .name'
  promptreg rules explain undefined-variable
  promptreg rules test
""",
)
def command() -> None:
    """List and explain the rules of the linter, and test those of the team."""


@command.command(
    "list",
    epilog="""\b
Examples:
  promptreg rules list
  promptreg rules list SEC hardcoded-language

\b
Columns: name, code, severity, when it is used, what it finds.
  on        used unless ignored
  off       used when selected by name or group
  pedantic  disputed: used with --pedantic
  preview   new: used with --preview
""",
)
@click.argument("rules", nargs=-1, metavar="[RULE]...", shell_complete=complete_rules)
@format_option(text="text: a table; json: promptreg/rules/1.")
@plugins_option()
@registry_option()
def list_rules(rules: tuple[str, ...], form: str, plugins: bool, registry: str | None) -> None:
    """List the rules that RULE names (names, codes, groups such as TPL), or all.

    First the built-in ones, then those of the team (TEAM), then those of installed packages.
    """
    from promptreg.lint.catalogue import find_rules
    from promptreg.output.lint_rules import rule_rows, rules_document

    found = every_rule(*_project(registry), plugins=plugins)
    if rules:
        named = {rule.name for word in rules for rule in find_rules(word, found)}
        found = tuple(rule for rule in found if rule.name in named)
    if form == "json":
        streams.write_document(rules_document(found, {}))
    else:
        streams.write_rows(rule_rows(found))


@command.command(
    epilog="""\b
Examples:
  promptreg rules explain undefined-variable
  promptreg rules explain TPL002 --format json | jq -r '.rules[0].page'
"""
)
@click.argument("rule", shell_complete=complete_rules)
@format_option(text="text: the page of the rule; json: promptreg/rules/1.")
@plugins_option()
@registry_option()
def explain(rule: str, form: str, plugins: bool, registry: str | None) -> None:
    """Print the page of RULE (a name or a code): what it finds, why, cases, known false alarms, options and fix.

    The page of a team's rule is its file.
    """
    from promptreg.lint.catalogue import find_rules
    from promptreg.output.lint_rules import page_rows, rules_document

    root, settings = _project(registry)
    found = find_rules(rule, every_rule(root, settings, plugins=plugins))
    if len(found) > 1:
        raise UsageError(f'"{rule}" names {len(found)} rules: choose one of {", ".join(one.name for one in found)}')
    page = _page(found[0], root, settings)
    if form == "json":
        streams.write_document(rules_document(found, {found[0].name: page}))
    else:
        streams.write_rows(page_rows(page))


@command.command(
    epilog="""\b
Examples:
  promptreg rules test
  promptreg rules test shouted-word
  promptreg rules test --format json | jq '.failures'
"""
)
@click.argument("rules", nargs=-1, metavar="[RULE]...", shell_complete=complete_team_rules)
@format_option(text="text: what failed, and a summary; json: promptreg/rules-test/1.")
@registry_option()
def test(rules: tuple[str, ...], form: str, registry: str | None) -> int:
    """Run the tests that stand in the files of the team's rules: those that RULE names, or all.

    A rule must have a text that it leaves alone and one that it finds; a rule with a fix, one that is fixed. Exit code
    1 when a test fails or is missing, 2 when a file is no rule.
    """
    from promptreg.lint.team.cases import test_team_rules
    from promptreg.output.lint_rules import test_lines, tests_document

    root, settings = _project(registry)
    if not os.path.isdir(os.path.join(root, settings.rules)):
        raise UsageError.at("there is no such folder, so there are no rules to test", path=settings.rules)
    team = team_rules(root, settings)
    report = test_team_rules(_named(rules, team, os.path.join(root, settings.rules), root))
    if form == "json":
        streams.write_document(tests_document(report))
    else:
        streams.write_text("".join(f"{line}\n" for line in test_lines(report)))
    if team.problems:
        streams.flush()
        streams.complain(team.problems)
        return 2
    return int(bool(report.failures))


def _named(names: tuple[str, ...], team: TeamRules, folder: str, root: str) -> tuple[TeamRule, ...]:
    """The team's rules of these names; all of them, without names.

    A broken file has its name all the same: raises InvalidFile with what is wrong when the names lead to nothing else.
    """
    broken: dict[str, list[Problem]] = {}
    for problem in team.problems:
        above, file = os.path.split(os.path.abspath(os.path.join(root, problem.path or "")))
        if above == os.path.abspath(folder):
            broken.setdefault(os.path.splitext(file)[0], []).append(problem)
    known = [*(rule.name for rule in team.rules), *broken]
    for name in names:
        if name not in known:
            raise UsageError.at(f'the team has no rule "{name}"', suggestion=nearest(name, known))
    found = tuple(rule for rule in team.rules if not names or rule.name in names)
    if names and not found:
        raise InvalidFile([problem for name in dict.fromkeys(names) for problem in broken[name]])
    return found


def _project(registry: str | None) -> tuple[str, Settings]:
    """The root of the project and its settings; outside of a project, this folder and none."""
    from promptreg.lint.settings import read_settings
    from promptreg.registry.config import find_registry

    config = find_registry(os.getcwd(), registry, on_disk=False)
    return config.root, read_settings(config)


def _page(rule: Rule, root: str, settings: Settings) -> str:
    """The page of a rule; of a team's rule, its file; of one from a package, what it says about itself."""
    from promptreg.lint.page import page_text

    try:
        return page_text(rule.name)
    except FileNotFoundError:
        pass
    for written in team_rules(root, settings).rules:
        if written.name == rule.name:
            text = written.source.text.rstrip()
            return f"# {rule.name} ({written.kind})\n\n{written.source.path}:\n\n```yaml\n{text}\n```\n"
    more = f"\nMore: {rule.link}\n" if rule.link else ""
    return f"# {rule.name}\n\n{rule.summary}\n\nA rule of an installed package.\n{more}"
