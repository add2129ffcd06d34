"""Rule files: every mistake with its place, all at once, and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.errors import InvalidFile, UsageError
from promptreg.lint.team.load import load_team_rules
from promptreg.lint.team.read_rule import read_rule
from promptreg.text import Source
from tests.lint.team.written import rule

BROKEN = """kind: existence
mesage: no
severity: fatal
scope: [prose, listitem]
per: block
phrases: ["", 3]
patterns: ['a(b', 'x*', "\\x41["]
names: [prompts/a.md]
vocabularies: [names]
"""


def complaints(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        rule(text)
    return [str(problem) for problem in caught.value.problems]


def test_every_mistake_is_told_with_its_place() -> None:
    assert complaints(f"message: x\n{BROKEN}") == [
        'rules/mine.yaml:3:1: mesage: unknown key "mesage"; known here: kind, summary, message, severity, link, names, '
        "except, tests, scope, roles, kinds, exceptions, vocabularies, ignore_case, secret, phrases, patterns, "
        "vocabulary",
        'rules/mine.yaml:4:11: severity: "fatal" is not one of warning, error, note',
        'rules/mine.yaml:5:16: scope[1]: "listitem" is not one of prose, paragraph, list-item, heading, table, code, '
        'markup, example, all (did you mean "list-item"?)',
        'rules/mine.yaml:6:1: per: unknown key "per"; known here: kind, summary, message, severity, link, names, '
        "except, tests, scope, roles, kinds, exceptions, vocabularies, ignore_case, secret, phrases, patterns, "
        "vocabulary",
        "rules/mine.yaml:7:11: phrases[0]: must not be blank",
        "rules/mine.yaml:8:14: patterns[0]: is no regular expression: missing ), unterminated subpattern",
        "rules/mine.yaml:8:19: patterns[1]: matches the empty text",
        "rules/mine.yaml:8:30: patterns[2]: is no regular expression: unterminated character set",
        "rules/mine.yaml:9:9: names[0]: is matched with names, not with paths of files: write support/reply "
        "or support/**",
        'rules/mine.yaml:10:16: vocabularies[0]: there is no vocabulary "names" in the folder vocabularies',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("message: x", 'the key "kind" is missing: one of existence, substitution, occurrence'),
        ("kind: existance\nmessage: x", '"existance" is not one of existence'),
        ("kind: existence\nmessage: x", 'says neither "phrases" nor "patterns" nor "vocabulary"'),
        ("kind: existence\nphrases: [a]\nmessage: ''", "message: must not be blank"),
        (
            "kind: existence\nphrases: [a]\nmessage: '{macth}'",
            '{macth} stands for nothing here; known: {match}, {component} (did you mean "{match}"?)',
        ),
        (
            "kind: existence\nphrases: [a]\nmessage: '{match}'\nsecret: true",
            "{match} would show what the rule calls secret",
        ),
        ("kind: occurrence\nphrases: [a]\nmessage: x", 'says neither "min" nor "max"'),
        ("kind: occurrence\nphrases: [a]\nmessage: x\nmin: 3\nmax: 1", "min: is more than max, 1"),
        ("kind: substitution\nmessage: x", 'says neither "swap" nor "patterns"'),
        ("kind: consistency\nmessage: x\neither: [[a]]", "either[0]: must have two forms or more"),
        ("kind: sequence\nmessage: x\nsteps: [a]", "steps: must have two steps or more"),
        ("kind: sequence\nmessage: x\nsteps: [a, {}]", 'steps[1]: says neither "phrases" nor'),
        ("kind: conditional\nmessage: x\nif: {phrases: [a]}", 'the key "then" is missing'),
        ("kind: capitalization\nmessage: x\nstyle: camel", '"camel" is not one of sentence, title, lower, upper'),
        ("kind: required\nmessage: x\ncomponents: []", "components: must not be empty"),
        ("kind: required\nmessage: x\ncomponents: ['a@production']", "names a label"),
        ("kind: required\nmessage: x\ncomponents: ['a@1.x']", "components[0]:"),
        ("kind: banned\nmessage: x\ncomponents: [a]\nalways: true", 'unknown key "always"'),
        ("kind: existence\nmessage: x\nphrases: [a]\ntests: {passes: [b]}", 'unknown key "passes"'),
        (
            "kind: existence\nmessage: x\nphrases: [a]\ntests: {fixed: [{from: a, to: b}]}",
            "a rule of the kind existence fixes nothing",
        ),
        ("kind: existence\nmessage: x\nphrases: [a]\ntests: {fail: [{finds: [a]}]}", "must have one of text or files"),
        (
            "kind: required\nmessage: x\ncomponents: [a]\ntests: {fail: [some text]}",
            "must be a mapping with uses or files",
        ),
        ("kind: existence\nmessage: x\nphrases: [a]\ntests: {fail: [{files: {'A.md': x}}]}", "lower-case words"),
        ("kind: existence\nmessage: |\n  a\n  b\nphrases: [a]", "message: must be one line"),
        ("kind: existence\nmessage: x\nphrases: [a]\nlink: see there", "link: must be an address"),
        ("- a", "must be a mapping with kind, message and tests"),
        ("kind: existence\nmessage: &x y\nphrases: [*x]", "is an anchor"),
    ],
    ids=lambda value: value[-18:] if isinstance(value, str) else None,
)
def test_a_mistake_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_rule(Source("rules/mine.yaml", text), "mine", lambda name: None)
    assert message in str(caught.value)


def write(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return str(folder)


GOOD = "kind: existence\nmessage: x\nphrases: [a]\n"


def test_one_broken_file_hides_no_other(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "good.yaml": GOOD,
            "broken.yaml": "kind: [",
            "Upper_Case.yaml": GOOD,
            "short.yml": GOOD,
            "taken.yaml": GOOD,
            "notes.md": "no rule",
            "vocabularies/names.yaml": "words: [a, a, '']\n",
            "uses-names.yaml": f"{GOOD}vocabularies: [names]\n",
        },
    )
    loaded = load_team_rules(root, taken=["taken"])
    assert [one.name for one in loaded.rules] == ["good", "uses-names"]
    assert sorted(str(problem) for problem in loaded.problems) == [
        "rules/Upper_Case.yaml: must be named in small letters, digits and single dashes, such as upper-case.yaml",
        "rules/broken.yaml:1:8: kind: expected a value here; quote the value if it is text",
        "rules/short.yml: must be named in small letters, digits and single dashes, such as short.yaml",
        'rules/taken.yaml:1:1: "taken" is the name of another rule: choose another one for the file',
        'rules/vocabularies/names.yaml:1:12: words[1]: "a" is there already',
        "rules/vocabularies/names.yaml:1:15: words[2]: must not be blank",
    ]


def test_the_digest_changes_with_every_file(tmp_path: Path) -> None:
    digests = set()
    for files in ({"a.yaml": GOOD}, {"a.yaml": f"{GOOD}\n"}, {"vocabularies/v.yaml": "words: [a]\n"}, {"b.yaml": GOOD}):
        loaded = load_team_rules(write(tmp_path, files))
        digests.add(loaded.digest)
        assert {one.digest for one in loaded.lint_rules} == {loaded.digest}  # it is part of the key of the cache
    assert len(digests) == 4


def test_a_folder_that_is_missing_is_empty_unless_it_was_named(tmp_path: Path) -> None:
    assert load_team_rules(str(tmp_path)).rules == ()
    with pytest.raises(UsageError, match="does not exist"):
        load_team_rules(str(tmp_path), "linting", expected=True)
