"""Every rule has a page, and every page tells the truth: its cases are run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import promptreg
from promptreg.lint.catalogue import MODULES, builtin_rules
from promptreg.lint.fix import Fixed, fix
from promptreg.lint.page import Case, page_cases, page_text
from promptreg.lint.report import Report
from promptreg.lint.rule import Rule
from promptreg.lint.run import lint
from promptreg.lint.settings import DEFAULT, Settings
from promptreg.lint.workspace import Workspace

RULES = builtin_rules()
SECTIONS = ("Why", "Known false alarms", "Options", "Fix")
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def cases(kinds: tuple[str, ...]) -> Iterator[tuple[Rule, Case]]:
    for rule in RULES:
        for case in page_cases(page_text(rule.name)):
            if case.kind in kinds:
                yield rule, case


def opened(case: Case, folder: Path) -> Workspace:
    """The registry of a case."""
    for name, text in case.files.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return Workspace(promptreg.load(folder / "prompts"))


def look(rule: Rule, case: Case, workspace: Workspace) -> Report:
    """What the rule finds there, and nothing else; a rule about suppressions needs those that they speak of."""
    others = DEFAULT if rule.scope == "directive" else ()
    report = lint(
        workspace, None, Settings(select=(*others, rule.name), options={rule.name: case.options}, python=("**/*.py",))
    )
    assert not report.crashes
    return report._replace(findings=tuple(one for one in report.findings if one.rule == rule.name))


def found(rule: Rule, case: Case, folder: Path) -> list[str]:
    """Where the rule finds something in the files of a case, relative to the registry folder."""
    places = [one.place.source.location(one.place.start) for one in look(rule, case, opened(case, folder)).findings]
    return sorted(str(place._replace(path=place.path.removeprefix("prompts/"))) for place in places)


@every_rule
def test_facts_are_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.name)
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}", rule.code)
    assert rule.summary.endswith(".")
    assert rule.name.replace("-", "_") in MODULES
    assert (rule.stage == "deprecated") == bool(rule.reason)


def test_names_and_codes_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.code for rule in RULES}) == len(RULES) == len(MODULES)


@every_rule
def test_page_has_its_sections_and_cases(rule: Rule) -> None:
    text = page_text(rule.name)
    assert text.startswith(f"# {rule.name} ({rule.code})\n")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [heading for heading in headings if heading in SECTIONS] == list(SECTIONS)
    assert re.search(r"^Evidence: [ABCD]\b", text, re.MULTILINE), "grade the evidence in the section Why"
    kinds = [case.kind for case in page_cases(text)]
    assert kinds.count("bad") >= 1
    assert kinds.count("good") >= 1
    for option in rule.options:
        assert f"`{option}`" in text


@pytest.mark.parametrize(("rule", "case"), list(cases(("bad", "good"))), ids=lambda one: getattr(one, "name", None))
def test_case(rule: Rule, case: Case, tmp_path: Path) -> None:
    assert bool(case.expected) == (case.kind == "bad")
    assert found(rule, case, tmp_path) == sorted(case.expected)


def make_fixes(rule: Rule, case: Case, workspace: Workspace) -> Fixed:
    return fix(workspace, partial(look, rule, case), unsafe=rule.fix == "unsafe")


def bad_case(rule: Rule, name: str) -> Case:
    """The case that a fix is shown on."""
    (case,) = [one for one in page_cases(page_text(rule.name)) if (one.kind, one.name) == ("bad", name)]
    return case


@pytest.mark.parametrize(("rule", "case"), list(cases(("fixed",))), ids=lambda one: getattr(one, "name", None))
def test_fixed_case(rule: Rule, case: Case, tmp_path: Path) -> None:
    bad = bad_case(rule, case.name)
    done = make_fixes(rule, bad, opened(bad, tmp_path))
    texts = {path.removeprefix("prompts/"): text for path, text in done.texts.items()}
    assert {**bad.files, **texts} == case.files
    assert done.refused == ()
    again = make_fixes(rule, bad, done.workspace)
    assert again.texts == {}


@every_rule
def test_a_rule_that_fixes_shows_it(rule: Rule) -> None:
    kinds = [case.kind for case in page_cases(page_text(rule.name))]
    assert (rule.fix in ("safe", "unsafe")) == ("fixed" in kinds)
