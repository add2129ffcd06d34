"""The rules that a project is linted with: those that ship, those of its team, those of installed packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptreg.errors import InvalidFile

if TYPE_CHECKING:
    from promptreg.lint.rule import Rule
    from promptreg.lint.settings import Settings
    from promptreg.lint.team.load import TeamRules

__all__ = ["every_rule", "team_rules"]

_FOLDER = "rules"


def every_rule(root: str, settings: Settings, *, plugins: bool = True) -> tuple[Rule, ...]:
    """All rules: the built-in ones by code, those of the team, and with `plugins` those of installed packages.

    Raises InvalidFile with everything that is wrong with the files of the team's rules, PluginInvalid or PluginFailed
    for a package whose rules cannot be used.
    """
    from promptreg.lint.catalogue import ALIASES, builtin_rules

    team = team_rules(root, settings)
    if team.problems:
        raise InvalidFile(team.problems)
    found = (*builtin_rules(), *team.lint_rules)
    if not plugins:
        return found
    from promptreg.lint.plugins import load_plugin_rules

    return (*found, *load_plugin_rules({*ALIASES, *(rule.name for rule in found)}))


def team_rules(root: str, settings: Settings) -> TeamRules:
    """The rules of the team that keeps the project at `root`; a folder that the settings name must be there."""
    from promptreg.lint.catalogue import ALIASES, builtin_rules
    from promptreg.lint.team.load import load_team_rules

    taken = [*ALIASES, *(rule.name for rule in builtin_rules())]
    return load_team_rules(root, settings.rules, taken=taken, expected=settings.rules != _FOLDER)
