"""The tests of team rules: a rule without them is refused, and each case tells what is wrong with it."""

from __future__ import annotations

import pytest

from promptreg.lint.team.cases import test_team_rules as run_cases
from tests.lint.team.written import rule

RULE = "kind: existence\nmessage: x\nphrases: [foo]\n"
SWAP = "kind: substitution\nmessage: x\nswap: {foo: bar}\n"
USES = "kind: required\nmessage: x\ncomponents: [rules/a]\n"


def failures(text: str) -> list[str]:
    return [str(failure) for failure in run_cases([rule(text)]).failures]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RULE, ["has no tests: under tests, say what passes and what fails"]),
        (f"{RULE}tests: {{pass: [a]}}\n", ['has no test under "fail": show a text that it must find']),
        (f"{RULE}tests: {{fail: [foo]}}\n", ['has no test under "pass": show a text that it must leave alone']),
        (
            f"{SWAP}tests: {{pass: [a], fail: [foo]}}\n",
            ['has no test under "fixed": show what its fix makes of a text'],
        ),
        (f"{RULE}tests: {{pass: [a, Foo], fail: [foo]}}\n", ['finds "Foo" in a text that must pass']),
        (f"{RULE}tests: {{pass: [a], fail: [foo, b]}}\n", ["finds nothing in a text that must fail"]),
        (
            f"{RULE}tests: {{pass: [a], fail: [{{text: foo FOO, finds: [foo]}}]}}\n",
            ['finds "foo", "FOO", expected "foo"'],
        ),
        (f"{SWAP}tests: {{pass: [a], fixed: [{{from: Foo, to: bar}}]}}\n", ['makes "Bar" of it, expected "bar"']),
        (f"{SWAP}tests: {{pass: [a], fixed: [{{from: a, to: bar}}]}}\n", ["finds nothing to fix"]),
        (
            f"{RULE}tests: {{pass: [a], fail: [foo], todo: {{fail: [foo]}}}}\n",
            ["fails now, as it should: move it from todo to fail"],
        ),
        (f"{RULE}tests: {{pass: [a], fail: [foo], todo: {{pass: [b]}}}}\n", ["passes now: move it from todo to pass"]),
        (f"{RULE}tests: {{pass: [a], fail: [foo], todo: {{fail: [f o o], pass: [foo]}}}}\n", []),
        (f"{USES}tests: {{pass: [{{uses: [rules/a]}}], fail: [{{uses: [rules/b]}}]}}\n", []),
        (f"{USES}tests: {{pass: [{{uses: [rules/a@2.0.0]}}], fail: [{{uses: []}}]}}\n", []),
        (
            f"{RULE}tests: {{pass: [a], fail: [{{files: {{a.md: foo}}}}]}}\n",
            ["the case cannot be run: a.md:1:1: a component starts with front matter"],
        ),
    ],
    ids=[
        "none",
        "pass-only",
        "fail-only",
        "unfixed",
        "pass",
        "fail",
        "finds",
        "fixed",
        "nothing-fixed",
        "todo-fail",
        "todo-pass",
        "todo",
        "uses",
        "version",
        "file",
    ],
)
def test_a_failure_says_what_is_wrong(text: str, expected: list[str]) -> None:
    found = [failure.message for failure in run_cases([rule(text)]).failures]
    assert len(found) == len(expected)
    assert all(one.startswith(wanted) for one, wanted in zip(found, expected, strict=True)), found


def test_a_failure_names_the_place_of_its_case() -> None:
    text = f"{RULE}tests:\n  pass:\n    - a\n    - foo\n  fail: [{{text: foo, finds: [bar]}}]\n"
    assert failures(text) == [
        'rules/mine.yaml:7:7: mine: finds "foo" in a text that must pass',
        'rules/mine.yaml:8:10: mine: finds "foo", expected "bar"',
    ]


def test_a_text_is_judged_whatever_names_kinds_and_roles_say() -> None:
    text = f"{RULE}names: [support/x]\nkinds: [prompt]\nroles: [assistant]\ntests: {{pass: [a], fail: [foo]}}\n"
    assert failures(text) == []


def test_a_text_for_examples_is_put_into_one() -> None:
    assert failures(f'{RULE}scope: [example]\ntests: {{pass: ["a: \\"b\\""], fail: ["foo: bar"]}}\n') == []


def test_the_report_counts_cases() -> None:
    report = run_cases([rule(f"{RULE}tests: {{pass: [a], fail: [foo], todo: {{fail: [f oo]}}}}\n")])
    assert (report.cases, report.todo, report.failures) == ({"mine": 3}, 1, ())
