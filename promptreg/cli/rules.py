"""`promptreg rules`: which lint rules there are, and why."""

from __future__ import annotations

import click

from promptreg.cli import streams
from promptreg.cli.complete import complete_rules
from promptreg.cli.options import Actions, format_option

__all__ = ["command"]


@click.group(
    cls=Actions,
    epilog="""\b
Examples:
  promptreg rules list
  promptreg rules list SEC hardcoded-language
  promptreg rules list --format json | jq -r '.rules[] | select(.fix) | .name'
  promptreg rules explain undefined-variable
""",
)
def command() -> None:
    """List and explain the rules of the linter."""


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
def list_rules(rules: tuple[str, ...], form: str) -> None:
    """List the rules that RULE names (names, codes, groups such as TPL), or all, by code."""
    from promptreg.lint.catalogue import builtin_rules, find_rules
    from promptreg.output.lint_rules import rule_rows, rules_document

    found = list(builtin_rules())
    if rules:
        named = {rule.name for word in rules for rule in find_rules(word, found)}
        found = [rule for rule in found if rule.name in named]
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
def explain(rule: str, form: str) -> None:
    """Print the page of RULE (a name or a code): what it finds, why, cases, known false alarms, options and fix."""
    from promptreg.errors import UsageError
    from promptreg.lint.catalogue import builtin_rules, find_rules
    from promptreg.lint.page import page_text
    from promptreg.output.lint_rules import page_rows, rules_document

    found = find_rules(rule, builtin_rules())
    if len(found) > 1:
        raise UsageError(f'"{rule}" names {len(found)} rules: choose one of {", ".join(one.name for one in found)}')
    page = page_text(found[0].name)
    if form == "json":
        streams.write_document(rules_document(found, {found[0].name: page}))
    else:
        streams.write_rows(page_rows(page))
