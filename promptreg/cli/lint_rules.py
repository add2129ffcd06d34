"""The rules that a project is linted with: those that ship, and those of its team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptreg.errors import InvalidFile

if TYPE_CHECKING:
    from promptreg.lint.rule import Rule
    from promptreg.lint.settings import Settings
    from promptreg.lint.team.load import TeamRules

__all__ = ["every_rule", "team_rules"]

_FOLDER = "rules"


def every_rule(root: str, settings: Settings) -> tuple[Rule, ...]:
    """All rules, by code. Raises InvalidFile with everything that is wrong with the files of the team's rules."""
    from promptreg.lint.catalogue import builtin_rules

    team = team_rules(root, settings)
    if team.problems:
        raise InvalidFile(team.problems)
    return (*builtin_rules(), *team.lint_rules)


def team_rules(root: str, settings: Settings) -> TeamRules:
    """The rules of the team that keeps the project at `root`; a folder that the settings name must be there."""
    from promptreg.lint.catalogue import builtin_rules
    from promptreg.lint.team.load import load_team_rules

    taken = [rule.name for rule in builtin_rules()]
    return load_team_rules(root, settings.rules, taken=taken, expected=settings.rules != _FOLDER)
