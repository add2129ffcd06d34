"""The list of lint rules in the documentation is that of the rules."""

from __future__ import annotations

from promptreg.lint.catalogue import builtin_rules
from tests.docs.rules_page import PAGE, listed, updated


def test_the_list_of_rules_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert updated(page) == page, "`PYTHONPATH=. python tests/docs/rules_page.py` writes the list anew"


def test_every_rule_is_in_the_list_once() -> None:
    rows = [line for line in listed().splitlines() if line.startswith("| [")]
    assert len(rows) == len(builtin_rules())
