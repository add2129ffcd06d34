"""The kinds of team rules: what each finds, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.lint.team.written import apply, component, findings, found, rule

EXISTENCE = "kind: existence\nphrases: [do your best, e-mail, C++]\npatterns: ['\\bTODO\\b.*']\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do  your\nbest, and send an E-Mail.", ["Do  your\nbest", "E-Mail"]),
        ("Redo your best e-mails in C++.", ["C++"]),
        ("Wait. todo: this\nand this", ["todo: this"]),
        ("- do\n- your best", []),
        ("do {{ x }} your best", []),
        ("do{# #} your best", []),
        ("`do your best`\n\n```\ndo your best\n```\n\n    do your best\n", []),
        ("<rules>\ndo your best\n</rules>\n", ["do your best"]),
        ("<!-- do your best -->", []),
        ("| a |\n|---|\n| e-mail |", ["e-mail"]),
    ],
    ids=["folded", "inside", "pattern", "blocks", "tag", "comment", "code", "section", "markup", "table"],
)
def test_existence(text: str, expected: list[str]) -> None:
    assert found(EXISTENCE, text) == expected


def test_a_rule_may_mind_capitals() -> None:
    written = "kind: existence\nignore_case: false\nphrases: [NASA]\npatterns: [Esa]\n"
    assert found(written, "nasa NASA Esa ESA") == ["NASA", "Esa"]


def test_exceptions_spare_what_lies_inside_of_them() -> None:
    written = "kind: existence\nphrases: [cloud, sky]\nexceptions: [Cloud Nine]\nvocabularies: [products]\n"
    assert found(written, "A cloud on cloud nine in the blue sky of Sky One.", products=("Sky One",)) == [
        "cloud",
        "sky",
    ]


def test_a_vocabulary_can_be_what_is_looked_for() -> None:
    written = "kind: existence\nvocabulary: banned\n"
    assert found(written, "A Foo and a big  bar.", banned=("foo", "big bar")) == ["Foo", "big  bar"]


def test_the_longest_of_matches_that_overlap_is_told() -> None:
    assert found("kind: existence\nphrases: [a b, a b c, b c d]\n", "a b c d") == ["a b c"]


SWAP = "kind: substitution\nswap: {whitelist: allowlist, in order to: to, e-mail: email}\n"


def test_substitution_writes_words_as_they_were_written() -> None:
    files = component("In order to whitelist it, WHITELIST the E-mail.\n")
    result = findings(rule(SWAP), files)
    assert [one.fix.title for one in result if one.fix] == [
        'Write "To"', 'Write "allowlist"', 'Write "ALLOWLIST"', 'Write "Email"',
    ]  # fmt: skip
    assert apply(files["case.md"], result).endswith("To allowlist it, ALLOWLIST the Email.\n")
    assert {one.fix.applicability for one in result if one.fix} == {"unsafe"}


def test_a_replacement_over_a_tag_or_over_yaml_syntax_is_not_offered() -> None:
    written = "kind: substitution\npatterns: [{pattern: 'foo.*?bar', replace: baz}]\nscope: [all]\n"
    (over_tag,) = findings(rule(written), component("foo {{ x }} bar"))
    assert over_tag.fix is None
    text = "kind: prompt\nversion: 1.0.0\nmessages:\n  - {role: system, parts: [{text: %s}]}\n"
    for scalar, is_fixed in {
        '"a foo bar"': True, "a foo bar b": True, '"foo\\u0020bar b"': False, "foo bar": False,
        "'a foo''s bar'": False, "[foo bar]": None,
    }.items():  # fmt: skip
        if is_fixed is None:
            continue
        (one,) = findings(rule(written), {"case.yaml": text % scalar})
        assert (one.fix is not None) == is_fixed, scalar


@pytest.mark.parametrize(
    ("swap", "message"),
    [
        ("{use: make use of}", 'swap.use: holds "use", which this rule replaces again'),
        ("{big: large, large: big}", 'holds "large", which this rule replaces again'),
        ("{x: ''}", "must not be empty: what is only to be deleted is a rule of the kind existence"),
        ('{x: "{{ y }}"}', "must be words that can be put into a sentence: no tags, code, line ends or list marks"),
        ('{x: "- y"}', "must be words that can be put into a sentence"),
    ],
    ids=["itself", "circle", "empty", "tag", "mark"],
)
def test_replacements_that_could_go_on_for_ever_are_refused(swap: str, message: str) -> None:
    from promptreg.errors import InvalidFile

    with pytest.raises(InvalidFile) as caught:
        rule(f"kind: substitution\nswap: {swap}\n")
    assert message in str(caught.value)


def test_words_that_fall_into_a_match_by_the_fix_keep_it_from_being_offered() -> None:
    written = "kind: substitution\nswap: {a b: c}\npatterns: [{pattern: '\\bx\\b', replace: a}]\n"
    with_circle = component("- x b\n- x and c\n")
    result = findings(rule(written), with_circle)
    assert [(one.place.text, one.fix is not None) for one in result] == [("x", False), ("x", True)]


OCCURRENCE = "kind: occurrence\nmessage: '{count} of {limit}'\npatterns: ['\\bmust\\b']\n"


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ("max: 1", "You must. You must.\n\n- must", ["3 of 1"]),
        ("max: 1\nper: block", "You must. You must.\n\n- must", ["2 of 1"]),
        ("max: 1\nper: sentence", "You must. You must.\n\n- must", []),
        ("max: 0\nper: sentence", "You must. You must.\n\n- must", ["1 of 0", "1 of 0", "1 of 0"]),
        ("min: 1", "You may.", ["0 of 1"]),
        ("min: 1\nscope: [heading]", "You must.", ["0 of 1"]),
        ("min: 1\nscope: [heading]", "{% if x %}{{ x }}{% endif %}", []),
        ("min: 1\nper: block", "You must.\n\nYou may.", ["0 of 1"]),
    ],
    ids=["component", "block", "sentence", "each", "least", "heading", "tags", "block-least"],
)
def test_occurrence(keys: str, text: str, expected: list[str]) -> None:
    assert [one.message for one in findings(rule(f"{OCCURRENCE}{keys}\n"), component(text))] == expected


def test_what_is_missing_is_told_where_the_text_begins() -> None:
    (one,) = findings(rule(f"{OCCURRENCE}min: 1\n"), component("\n\nYou may."))
    assert (one.place.start, one.place.text) == (len("---\nkind: instruction\nversion: 1.0.0\n---\n") + 2, "")


REPETITION = "kind: repetition\npatterns: ['\\w+']\n"


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ("", "the The\nthe cat", ["The", "the"]),
        ("", "the, the", []),
        ("adjacent: false", "one two, one", ["one"]),
        ("adjacent: false", "one\n\none", []),
        ("adjacent: false\nper: text", "one\n\none one", ["one", "one"]),
    ],
    ids=["touching", "comma", "anywhere", "blocks", "text"],
)
def test_repetition(keys: str, text: str, expected: list[str]) -> None:
    assert found(f"{REPETITION}{keys}\n", text) == expected


CONSISTENCY = "kind: consistency\nmessage: '{match}, {other}'\neither: [[[adviser, advisers], advisor], [ok, okay]]\n"


def test_consistency_tells_the_first_use_of_the_other_form() -> None:
    text = "An adviser. Advisers.\n\n- the advisor, an advisor\n- okay"
    (one,) = findings(rule(CONSISTENCY), component(text))
    assert (one.message, one.related[0].place.text) == ("advisor, adviser", "adviser")
    assert found(f"{CONSISTENCY}per: block\n", text) == []


CONDITIONAL = """kind: conditional
ignore_case: false
if: {patterns: ['\\b([A-Z]{3})\\b']}
then: {patterns: ['\\(([A-Z]{3})\\)']}
"""


def test_conditional() -> None:
    assert found(CONDITIONAL, "The ABC and the XYZ (ABC).") == []
    assert found(f"{CONDITIONAL}same: true\n", "The ABC and XYZ and XYZ (ABC).") == ["XYZ"]
    assert found(f"{CONDITIONAL}per: block\n", "The ABC.\n\nIt (ABC).") == ["ABC"]
    assert found(f"{CONDITIONAL}exceptions: [ABC]\n", "The ABC.") == []


SEQUENCE = "kind: sequence\nsteps: [never, {phrases: [unless, except]}]\n"


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ("", "Never do it unless asked. Never sleep. Eat unless full.", ["Never do it unless"]),
        ("gap: 1", "Never do it unless asked, never do except.", ["never do except"]),
        ("", "Unless asked, never.", []),
        ("per: block", "Never. Unless.", ["Never. Unless"]),
        ("ordered: true", "Unless asked. Never.", ["Unless"]),
        ("ordered: true", "Never. Unless.", []),
        ("ordered: true", "Unless asked.", []),
    ],
    ids=["sentence", "gap", "turned", "block", "ordered", "in-order", "alone"],
)
def test_sequence(keys: str, text: str, expected: list[str]) -> None:
    assert found(f"{SEQUENCE}{keys}\n", text) == expected


def test_a_step_out_of_order_names_the_step_that_comes_before_it() -> None:
    made = rule(f"{SEQUENCE}ordered: true\nmessage: '{{match}} should come after {{other}}'\n")
    (one,) = findings(made, component("Unless asked.\n\nNever."))
    assert (one.message, one.related[0].place.text) == ("Unless should come after Never", "Never")


@pytest.mark.parametrize(
    ("style", "text", "better"),
    [
        ("sentence", "## Form Of The Answer", "## Form of the answer"),
        ("sentence", "## FORM OF IT", "## Form of it"),
        ("sentence", "## what I'd do with URLs on iOS", "## What I'd do with URLs on iOS"),
        ("sentence", "## 2. Next Step: Ask {{ name }} In Python", "## 2. Next step: Ask {{ name }} in Python"),
        ("title", "## the end of a story", "## The End of a Story"),
        ("lower", "## The End", "## the end"),
        ("upper", "The End\n=======", "THE END\n======="),
    ],
    ids=["sentence", "loud", "names", "colon", "title", "lower", "upper"],
)
def test_capitalization(style: str, text: str, better: str) -> None:
    made = rule(f"kind: capitalization\nstyle: {style}\nexceptions: [Python]\n")
    files = component(text)
    result = findings(made, files)
    if "{{" in text:
        assert [one.fix for one in result] == [None]  # the edit would go over a tag
        return
    fixed = apply(files["case.md"], result)
    assert fixed.endswith(f"---\n{better}")
    assert findings(made, {"case.md": fixed}) == []


TONE = "---\nkind: rule\nversion: 1.2.0\n---\n## Tone\n\n- Be kind, customer.\n"
ROLES = """kind: prompt
version: 1.0.0
messages:
  - role: system
    parts:
      - {use: rules/tone}
      - {text: Be fair.}
  - {role: user, parts: [{text: Be loud.}, {use: rules/loud}]}
"""
LOUD = '---\nkind: rule\nversion: 1.0.0\n---\n- Be shrill.\n{% include "rules/quiet" %}\n'
QUIET = "---\nkind: rule\nversion: 1.0.0\n---\n- Be quiet, client.\n"
FILES = {"rules/tone.md": TONE, "rules/loud.md": LOUD, "rules/quiet.md": QUIET, "chat/reply.yaml": ROLES}


def test_roles_follow_parts_and_includes_and_name_the_component() -> None:
    made = "kind: existence\npatterns: ['Be \\w+']\nroles: [%s]\n"
    system = findings(rule(made % "system"), FILES)
    assert [(one.place.text, one.component, one.version) for one in system] == [
        ("Be fair", "chat/reply", "1.0.0+head"),
        ("Be kind", "rules/tone", "1.2.0+head"),
    ]
    user = findings(rule(made % "user"), FILES)
    assert [one.place.text for one in user] == ["Be loud", "Be shrill", "Be quiet"]


def test_names_and_kinds_choose_components() -> None:
    made = "kind: existence\npatterns: ['Be \\w+']\n%s\n"
    for keys, expected in {
        "names: ['rules/*']": {"kind", "shrill", "quiet"},
        "names: ['**/l*']": {"shrill"},
        "names: [rules/tone, 'chat/**']": {"kind", "fair", "loud"},
        "except: ['rules/**']": {"fair", "loud"},
        "kinds: [prompt]": {"fair", "loud"},
        "kinds: rule\nexcept: rules/tone": {"shrill", "quiet"},
    }.items():
        assert {one.place.text[3:] for one in findings(rule(made % keys), FILES)} == expected, keys


def test_per_prompt_joins_what_a_prompt_is_made_of() -> None:
    made = "kind: consistency\nmessage: '{match}, {other}'\neither: [[customer, client]]\n"
    assert findings(rule(made), FILES) == []
    (one,) = findings(rule(f"{made}per: prompt\n"), FILES)
    assert (one.message, one.component, one.related[0].place.path) == (
        "client, customer",
        "rules/quiet",
        "rules/tone.md",
    )


def test_examples_are_a_scope_of_their_own() -> None:
    files = {
        "examples/some.yaml": "kind: examples\nversion: 1.0.0\nformat: 'Say foo: {{ example.input }}'\n"
        "examples:\n  - {id: foo, input: a foo, output: {text: [foo]}}\n"
    }
    made = "kind: existence\nphrases: [foo]\nscope: [%s]\n"
    assert [one.place.start for one in findings(rule(made % "prose"), files)] == [43]
    lines = [one.place.as_dict()["line"] for one in findings(rule(made % "example"), files)]
    assert lines == [5, 5]


def test_a_secret_is_kept_out_of_messages_and_excerpts() -> None:
    made = "kind: existence\nmessage: a key\nsecret: true\npatterns: ['key-\\d+']\n"
    (one,) = findings(rule(made), component("key-123"))
    assert one.secret
    assert "123" not in one.message
