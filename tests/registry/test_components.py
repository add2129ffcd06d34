"""Files of components: what is read from them, and each mistake with its place and words."""

from __future__ import annotations

from pathlib import Path

import pytest

import promptreg
from promptreg.model.version import Version
from tests.registry.folders import complaints, fill, load, read_text, text_component

RULE = "prompts/rules/tone.md"


def text_file(head: str, body: str = "- Be kind.\n") -> str:
    return f"---\n{head}---\n{body}"


def test_a_text_component_holds_its_head_and_body() -> None:
    component = read_text(
        "---\nkind: rule\nversion: 1.10.0\nsummary: Says how.\ninputs:\n  who: {type: string}\n---\n"
        "- Hi {{ who }}.\n---\nx",
        RULE,
    )
    assert (component.name, component.kind, str(component.version)) == ("rules/tone", "rule", "1.10.0")
    assert (component.summary, list(component.inputs), component.uses) == ("Says how.", ["who"], ())
    assert component.body.text == "- Hi {{ who }}.\n---\nx"
    assert str(component.body.location(2)) == "prompts/rules/tone.md:8:3"


def test_a_component_may_have_no_body() -> None:
    component = read_text("---\nkind: rule\nversion: 1.0.0\n---", RULE)
    assert component.body.text == ""


def test_examples_hold_format_separator_and_fields() -> None:
    component = read_text(
        "kind: examples\nversion: 1.0.0\nformat: |\n  Q: {{ example.input }}\nexamples:\n"
        "  - {id: a, input: yes, output: {n: 1}, priority: 3}\n  - {id: b-2, input: ''}\n"
    )
    assert component.separator == "\n\n"
    assert component.body.text == "Q: {{ example.input }}\n"
    assert [(example.id, dict(example.fields), example.priority) for example in component.examples] == [
        ("a", {"id": "a", "input": "yes", "output": {"n": 1}}, 3),
        ("b-2", {"id": "b-2", "input": ""}, None),
    ]


def test_includes_are_uses_with_the_place_of_their_tag() -> None:
    component = read_text(
        text_file("kind: rule\nversion: 1.0.0\n", 'a\r\n  {% include "x/y@^1" %}{% include "z" %}\r\n'), RULE
    )
    assert [(use.text, use.ref.name, use.line, use.column) for use in component.uses] == [
        ("x/y@^1", "x/y", 6, 3),
        ("z", "z", 6, 25),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [":1:1: is empty; a component starts with front matter"]),
        ("\n \r\n", [":1:1: is empty; a component starts with front matter"]),
        ("Hello.\n", [':1:1: a component starts with front matter: a line "---", its kind and version, and a']),
        ("---\nkind: rule\n", [':1:1: the front matter opened here is never closed by a line "---"']),
        ("---\n---\nHi.\n", [":2:1: there is no value here, only white space and comments"]),
        ("---\n- a\n---\n", [":2:1: must be a mapping with kind, version, summary, inputs"]),
        (text_file("kind: rule\n"), [':2:1: the key "version" is missing']),
        (text_file("version: 1.0.0\n"), [':2:1: the key "kind" is missing']),
        (text_file("kind: rul\nversion: 1.0.0\n"),
         [':2:7: kind: "rul" is not one of instruction, rule, template (did you mean "rule"?)']),
        (text_file("kind: 3\nversion: 1.0.0\n"), [':2:7: kind: "3" is not one of instruction, rule, template']),
        (text_file("kind: [rule]\nversion: 1.0.0\n"),
         [":2:7: kind: must be one of instruction, rule, template"]),
        (text_file("kind:\nversion: 1.0.0\n"), [":2:6: kind: must be one of instruction, rule, template"]),
        (text_file("kind: prompt\nversion: 1.0.0\n"),
         [':2:7: kind: kind "prompt" does not belong in a Markdown file; use instruction or rule or template']),
        (text_file("kind: rule\nversion: 1.10\n"),
         [':3:10: version: "1.10" is not a version: write three numbers such as 1.2.0']),
        (text_file("kind: rule\nversion: v1.0.0\n"),
         [':3:10: version: "v1.0.0" is not a version: write three numbers such as 1.2.0']),
        (text_file("kind: rule\nversion:\n"), [":3:9: version: must be text"]),
        (text_file("kind: rule\nversion: {a: b}\n"), [":3:10: version: must be text"]),
        (text_file("kind: rule\nverison: 1.0.0\n"),
         [':3:1: verison: unknown key "verison" (did you mean "version"?)']),
        (text_file("kind: rule\nversion: 1.0.0\nowner: me\n"),
         [':4:1: owner: unknown key "owner"; known here: kind, version, summary, inputs']),
        (text_file("kind: rule\nversion: 1.0.0\nsummary: [a]\n"), [":4:10: summary: must be text"]),
        (text_file("kind: rule\nversion: 1.0.0\nversion: 1.0.1\n"),
         [':4:1: version: duplicate key "version", first written on line 3']),
        (text_file("kind: &k rule\nversion: 1.0.0\n"), [':2:7: kind: "&k" is an anchor; remove it, or quote']),
        (text_file("kind: rule\nversion: !!str 1.0.0\n"), [':3:10: version: "!!str" is a tag; remove it']),
        (text_file("kind: rule\nversion: 1.0.0\ninputs: [\n"), [":5:1: "]),
        (text_file("kind: rule\nversion: 1.0.0\n", '{% include "../x" %}\n'),
         [':5:1: "../x" is not a ref: the name must not hold empty, "." or ".." parts']),
        (text_file("kind: rule\nversion: 1.0.0\n", "a {% include name %}\n"),
         [":5:3: an include in rules/tone must name a component"]),
        (text_file("kind: rule\nversion: 1.0.0\n", "a\rb\n"), [":5:2: "]),
        ("\ufeff" + text_file("kind: rule\nversion: 1.0.0\n"), [":1:1: "]),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_in_a_text_component(text: str, lines: list[str]) -> None:
    found = complaints(text, RULE)
    assert len(found) == len(lines), found
    for line, expected in zip(found, lines, strict=True):
        assert line.startswith(RULE + expected)


EXAMPLES = "kind: examples\nversion: 1.0.0\nformat: x\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("kind: examples\n", [':1:1: the key "version" is missing', ':1:1: the key "format" is missing',
                              ':1:1: the key "examples" is missing']),
        (EXAMPLES + "examples: []\n", [":4:11: examples: must not be empty"]),
        (EXAMPLES + "examples: {a: b}\n", [":4:11: examples: must be a list"]),
        (EXAMPLES + "examples:\n", [":4:10: examples: must be a list"]),
        (EXAMPLES + "examples: [a]\n",
         [":4:12: examples[0]: must be a mapping with id, input, output or other fields"]),
        (EXAMPLES + "examples: [{input: a}]\n", [':4:12: examples[0]: the key "id" is missing']),
        (EXAMPLES + "examples: [{id: A}]\n",
         [':4:17: examples[0].id: "A" is not an id: lower-case letters, digits and "-"']),
        (EXAMPLES + "examples: [{id: a}, {id: b}, {id: a}]\n",
         [':4:35: examples[2].id: the id "a" is used twice']),
        (EXAMPLES + "examples: [{id: a, priority: high}]\n", [":4:30: examples[0].priority: must be a number"]),
        ("kind: examples\nversion: 1.0.0\nformat: 3\nexamples: [{id: a}]\n", [":3:9: format: must be template text"]),
        ("kind: examples\nversion: 1.0.0\nformat:\nexamples: [{id: a}]\n", [":3:8: format: must be template text"]),
        (EXAMPLES + "exmples: [{id: a}]\n",
         [':4:1: exmples: unknown key "exmples" (did you mean "examples"?)']),
        ('kind: examples\nversion: 1.0.0\nformat: "{% include \'x\' %}{% include x %}"\nexamples: [{id: a}]\n',
         [":3:27: an include in a must name a component"]),
    ],
    ids=lambda value: repr(value[-40:]) if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_in_examples(text: str, lines: list[str]) -> None:
    assert complaints(text) == [f"prompts/a.yaml{line}" for line in lines]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ":1:1: there is no value here, only white space and comments"),
        ("# nothing\n", ":1:1: there is no value here, only white space and comments"),
        ("- a\n", ":1:1: a registry file is a mapping of keys"),
        ("just text\n", ":1:1: a registry file is a mapping of keys"),
        ("version: 1.0.0\n", ':1:1: the key "kind" is missing: prompt or examples'),
        ("kind: promt\n", ':1:7: "promt" is not a kind of YAML file: prompt or examples (did you mean "prompt"?)'),
        ("kind: rule\n", ':1:7: kind "rule" is written as Markdown with front matter: rename the file to .md'),
        ("kind: [a]\n", ":1:7: "),
        ("kind:\n", ':1:1: the key "kind" is missing: prompt or examples'),
    ],
    ids=lambda value: repr(value),
)
def test_a_yaml_file_must_say_what_it_is(text: str, line: str) -> None:
    (found,) = complaints(text)
    assert found.startswith(f"prompts/a.yaml{line}")


def test_many_mistakes_of_one_file_are_as_many_problems_in_document_order() -> None:
    text = text_file(
        "kind: rul\nversion: 1.2\nsumary: x\ninputs:\n  a: {type: strng}\n  B: {type: string}\n",
        'one {% include "X" %}\n{% include "y@@" %}\n',
    )
    assert [line.partition(": ")[0].removeprefix(RULE) for line in complaints(text, RULE)] == [
        ":2:7", ":3:10", ":4:1", ":6:13", ":7:3", ":9:5", ":10:1"
    ]  # fmt: skip


def test_versions_are_read_as_they_are_written() -> None:
    assert read_text(text_file("kind: rule\nversion: '1.10.0'\n"), RULE).version == Version(1, 10, 0)


def test_mistakes_of_yaml_and_of_the_format_are_told_together(tmp_path: Path) -> None:
    text = """\
---
kind: rule
kind: rull
version: !v 1.0.0
inputs: {a: &x {type: strng}}
colour: red
---
{% include x %}
"""
    store = load(tmp_path, {"c.md": text})
    assert [(problem.line, problem.key) for problem in store.problems] == [
        (3, "kind"),
        (4, "version"),
        (5, "inputs.a"),
        (5, "inputs.a.type"),
        (6, "colour"),
        (8, None),
    ]


def test_an_include_of_examples_is_a_problem_of_the_registry(tmp_path: Path) -> None:
    examples = "kind: examples\nversion: 1.0.0\nformat: x\nexamples: [{id: a}]\n"
    text = '---\nkind: rule\nversion: 1.0.0\n---\n{% include "e" %}\n'
    registry = promptreg.load(fill(tmp_path, {"e.yaml": examples, "c.md": text}))
    assert [(problem.path, problem.line) for problem in registry.problems] == [("prompts/c.md", 5)]
    assert "it cannot be included" in registry.problems[0].message


CONFLICT = "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> feature\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(
            f"---\nkind: rule\n{CONFLICT.format('version: 1.1.0', 'version: 1.2.0')}---\n- A\n", "3:1", id="head"
        ),
        pytest.param(text_component(f"- A\n{CONFLICT.format('- B', '- C')}"), "6:1", id="body"),
        pytest.param(CONFLICT.format(text_component(), text_component("Other.\n")), "1:1", id="whole file"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_merge_conflict_is_told_as_one(text: str, place: str, end: str) -> None:
    (found,) = complaints(text.replace("\n", end), "prompts/a.md")
    assert found.startswith(f"prompts/a.md:{place}: unresolved merge conflict between HEAD and feature, up to line ")


def test_a_body_may_show_a_conflict_in_a_fence() -> None:
    text = text_component(f"- Resolve it:\n\n```\n{CONFLICT.format('a', 'b')}```\n\nTitle\n=======\n")
    assert read_text(text, "prompts/a.md").body.text.count("<<<<<<<") == 1


def test_conflicts_of_yaml_files_are_told_each() -> None:
    hunk = CONFLICT.format("version: 1.1.0", "version: 1.2.0")
    found = complaints(f"kind: prompt\n{hunk}messages: []\n{hunk}")
    assert found == [
        f"prompts/a.yaml:{line}:1: unresolved merge conflict between HEAD and feature, up to line {line + 4}"
        for line in (2, 8)
    ]
