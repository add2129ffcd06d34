"""The list of lint rules in docs/reference/rules.md, made from the rules themselves.

`python tests/docs/rules_page.py` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.rule import Rule

__all__ = ["PAGE", "listed", "updated"]

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/rules.md"
_MARK = "<!-- The list below is made by tests/docs/rules_page.py. -->\n"

_GROUPS = {
    "TPL": "Templates",
    "REG": "The registry",
    "CLR": "Clarity",
    "STR": "Structure",
    "EXM": "Examples",
    "OUT": "Output contracts",
    "SEC": "Security and privacy",
    "BUD": "Budget",
    "PRT": "Portability",
    "PRV": "Providers",
    "CAL": "Calls in Python code",
    "LNT": "The linter's own comments",
}


def listed() -> str:
    """The list: a table for each group."""
    return "\n".join(_tables())


def _tables() -> Iterator[str]:
    rules = builtin_rules()
    groups = [*_GROUPS, *dict.fromkeys(rule.group for rule in rules if rule.group not in _GROUPS)]
    for group in groups:
        members = [rule for rule in rules if rule.group == group]
        if members:
            yield f"\n## {group}: {_GROUPS.get(group, group)}\n"
            yield "| rule | code | severity | used | fix | finds |"
            yield "| --- | --- | --- | --- | --- | --- |"
            yield from map(_row, members)
    yield ""


def _row(rule: Rule) -> str:
    used = rule.standing if rule.stage == "stable" else f"{rule.standing}, {rule.stage}"
    page = f"[{rule.name}](../../promptreg/lint/pages/{rule.name}.md)"
    return f"| {page} | {rule.code} | {rule.severity} | {used} | {rule.fix or ''} | {rule.summary} |"


def updated(page: str) -> str:
    """The page with the list as it is now."""
    return page.partition(_MARK)[0] + _MARK + listed()


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
