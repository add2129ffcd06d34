"""Declared inputs: typing of YAML where a type is declared, defaults, and each mistake at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.model.inputs import MISSING, InputSpec
from promptreg.registry.core_schema import NotJson, typed
from tests.registry.folders import complaints, problems_of, read_text

HEAD = "kind: prompt\nversion: 1.0.0\ninputs:\n"
TAIL = "messages: [{role: user, parts: [{text: x}]}]\n"


def inputs_of(declared: str) -> dict[str, InputSpec]:
    """The inputs of a prompt, written as lines below `inputs:`."""
    lines = "".join(f"  {line}\n" for line in declared.splitlines())
    return dict(read_text(HEAD + lines + TAIL).inputs)


def said(declared: str) -> list[str]:
    lines = "".join(f"  {line}\n" for line in declared.splitlines())
    return [line.removeprefix("prompts/a.yaml:") for line in complaints(HEAD + lines + TAIL)]


def spec(declared: str) -> InputSpec:
    return inputs_of(f"a: {declared}")["a"]


def test_an_input_keeps_its_keywords_and_order() -> None:
    found = inputs_of("b: {type: string}\na: {type: integer, minimum: 1, trust: untrusted, pii: true, summary: Count}")
    assert list(found) == ["b", "a"]
    assert found["b"] == InputSpec("b", "string", {"type": "string"})
    assert found["a"] == InputSpec(
        "a", "integer", {"type": "integer", "minimum": 1}, trust="untrusted", pii=True, summary="Count"
    )


def test_an_input_is_required_exactly_when_it_has_no_default() -> None:
    assert spec("{type: string}").required
    assert spec("{type: string}").default is MISSING
    assert not spec("{type: string, default: ''}").required
    assert not spec("{type: array, default: []}").required


# -- what the author wrote --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "default"),
    [
        ("{type: string, default: 1.10}", "1.10"),
        ("{type: string, default: no}", "no"),
        ("{type: string, default: true}", "true"),
        ("{type: string, default: True}", "True"),
        ("{type: string, default: 0123}", "0123"),
        ("{type: string, default: 0x1F}", "0x1F"),
        ("{type: string, default: 1e3}", "1e3"),
        ("{type: string, default: 2024-01-01}", "2024-01-01"),
        ("{type: number, default: 1.10}", 1.1),
        ("{type: integer, default: 0x1F}", 31),
        ("{type: boolean, default: true}", True),
        ("{type: array, items: {type: string}, default: [1.10, no, on, 7]}", ["1.10", "no", "on", "7"]),
        ("{type: array, default: [1.10, no]}", [1.1, "no"]),
        ("{type: array, items: {type: [string, 'null']}, default: [1.10, ~]}", ["1.10", None]),
        ("{type: array, items: {type: [string, number]}, default: [1.10, true]}", [1.1, "true"]),
        ("{type: array, items: {type: [string, number]}, default: [7]}", [7]),
        ("{type: object, properties: {v: {type: string}}, default: {v: 1.10, w: 1.10}}", {"v": "1.10", "w": 1.1}),
        ("{type: object, additionalProperties: {type: string}, default: {v: 1.10}}", {"v": "1.10"}),
        ("{type: messages, default: [{role: user, content: 1.10}]}", [{"role": "user", "content": "1.10"}]),
        (
            "{type: messages, default: [{role: user, name: 007, content: [{type: text, text: true}]}]}",
            [{"role": "user", "name": "007", "content": [{"type": "text", "text": "true"}]}],
        ),
    ],
)  # fmt: skip
def test_where_a_string_is_expected_a_default_stays_what_the_author_wrote(declared: str, default: Any) -> None:
    found = spec(declared).default
    assert found == default
    assert type(found) is type(default)


@pytest.mark.parametrize(
    ("declared", "schema"),
    [
        ("{type: string, enum: [1.10, no, on, ~x, 7]}", {"type": "string", "enum": ["1.10", "no", "on", "~x", "7"]}),
        ("{type: string, const: 1.10}", {"type": "string", "const": "1.10"}),
        ("{type: number, enum: [1.10, 2]}", {"type": "number", "enum": [1.1, 2]}),
        (
            "{type: array, items: {type: string, enum: [1.10, no]}}",
            {"type": "array", "items": {"type": "string", "enum": ["1.10", "no"]}},
        ),
        (
            "{type: object, properties: {v: {type: string, const: 2.0}},"
            " additionalProperties: {type: string, enum: [3.0]}}",
            {
                "type": "object",
                "properties": {"v": {"type": "string", "const": "2.0"}},
                "additionalProperties": {"type": "string", "enum": ["3.0"]},
            },
        ),
        (
            "{type: string, pattern: 1.10, description: 1.10}",
            {"type": "string", "pattern": "1.10", "description": "1.10"},
        ),
    ],
)  # fmt: skip
def test_where_strings_are_listed_they_stay_what_the_author_wrote(declared: str, schema: Any) -> None:
    assert spec(declared).schema == schema


words = st.text(st.sampled_from("0123456789.+-eExXo_nfaltrusyF"), min_size=1, max_size=8)


@given(words)
def test_any_plain_word_is_itself_where_a_string_is_declared(word: str) -> None:
    try:
        value = typed(word)
    except NotJson:
        return
    if value is not None and not word.startswith("-"):
        assert spec(f"{{type: string, default: {word}, enum: [{word}]}}").default == word


def test_a_sample_keeps_what_the_author_wrote_where_its_input_is_a_string() -> None:
    prompt = read_text(
        HEAD
        + "  a: {type: string}\n  b: {type: number}\n  c: {type: array, items: {type: string}}\n"
        + "  d: {type: object, properties: {k: {type: string}}}\n"
        + TAIL
        + "samples:\n  one: {a: 1.10, b: 1.10, c: [1.10, no], d: {k: 1.10, o: 1.10}, other: 1.10}\n"
    )
    assert prompt.samples["one"].inputs == {
        "a": "1.10", "b": 1.1, "c": ["1.10", "no"], "d": {"k": "1.10", "o": 1.1}, "other": 1.1
    }  # fmt: skip


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "lines"),
    [
        ("a: strng", ["4:6: inputs.a: must be a mapping with type, enum, "]),
        ("a: string", ['4:6: inputs.a: must be a mapping (did you mean "{type: string}"?)']),
        ("a:", ["4:5: inputs.a: must be a mapping with "]),
        ("a: {}", ['4:6: inputs.a: the key "type" is missing']),
        ("a: {type: strng}", ['4:13: inputs.a.type: "strng" is not one of string, number, integer, boolean, array, '
                              'object, messages (did you mean "string"?)']),
        ("a: {type: [string, number]}", ["4:13: inputs.a.type: must be one of string, number, "]),
        ("a: {type: null}", ["4:13: inputs.a.type: must be one of string, "]),
        ("a: {tpe: string}", ['4:7: inputs.a.tpe: unknown key "tpe" (did you mean "type"?)']),
        ("a: {type: string, defualt: x}", ['4:21: inputs.a.defualt: unknown key "defualt" (did you mean "default"?)']),
        ("a: {type: string, $ref: x}", ['4:21: inputs.a.$ref: unknown key "$ref"; known here: ']),
        ("A: {type: string}", ['4:3: inputs.A: "A" cannot name an input: lower-case letters']),
        ("loop: {type: string}", ['4:3: inputs.loop: "loop" cannot name an input']),
        ("a-b: {type: string}", ['4:3: inputs.a-b: "a-b" cannot name an input']),
        ("a: {type: string, trust: none}", ['4:28: inputs.a.trust: "none" is not one of trusted, untrusted']),
        ("a: {type: string, pii: yes}", ["4:26: inputs.a.pii: must be true or false"]),
        ("a: {type: string, pii: 1}", ["4:26: inputs.a.pii: must be true or false"]),
        ("a: {type: string, max_tokens: 0}", ["4:33: inputs.a.max_tokens: must be a whole number of at least 1"]),
        ("a: {type: string, max_tokens: 1.5}", ["4:33: inputs.a.max_tokens: must be a whole number of at least 1"]),
        ("a: {type: string, max_tokens: true}", ["4:33: inputs.a.max_tokens: must be a whole number of at least 1"]),
        ("a: {type: number, max_tokens: 5}",
         ["4:21: inputs.a.max_tokens: is for inputs of type string or messages"]),
        ("a: {type: string, summary: [x]}", ["4:30: inputs.a.summary: must be text"]),
        ("a: {type: string, default: null}",
         ["4:30: inputs.a.default: null is not a value: leave out the default to make the input required"]),
        ("a: {type: string, default: [x]}", ["4:30: inputs.a.default: must be a string, not array"]),
        ("a: {type: number, default: 1x}", ["4:30: inputs.a.default: must be a number, not string"]),
        ("a: {type: integer, default: 1.0}", ["4:31: inputs.a.default: must be an integer, not number"]),
        ("a: {type: boolean, default: no}", ["4:31: inputs.a.default: must be a boolean, not string"]),
        ("a: {type: string, enum: [red, green], default: gren}",
         ['4:50: inputs.a.default: must be one of red, green (did you mean "green"?)']),
        ("a: {type: array, items: {type: number}, default: [1, x, y]}",
         ["4:56: inputs.a.default[1]: must be a number, not string",
          "4:59: inputs.a.default[2]: must be a number, not string"]),
        ("a: {type: object, required: [k], default: {}}", ["4:45: inputs.a.default.k: is missing"]),
        ("a: {type: messages, default: [{role: root, content: x}]}",
         ["4:40: inputs.a.default[0].role: must be one of user, assistant, tool"]),
        ("a: {type: messages, maxItems: 0, default: [{role: user, content: x}]}",
         ["4:45: inputs.a.default: must have at most 0 items"]),
        ("a: {type: messages, items: {type: string}}", ["4:23: inputs.a.items: is not for inputs of type messages"]),
        ("a: {type: messages, enum: [[]], minLength: 1}",
         ["4:23: inputs.a.enum: is not for inputs of type messages",
          "4:35: inputs.a.minLength: is not for inputs of type messages"]),
        ("a: {type: string, pattern: '('}", ["4:30: inputs.a.pattern: is not a regular expression: "]),
        ("a: {type: string, minLength: -1}", ["4:32: inputs.a.minLength: must be a whole number, zero or more"]),
        ("a: {type: number, minimum: 3, maximum: 2}", ["4:30: inputs.a.minimum: is above maximum: no value fits"]),
        ("a: {type: array, items: {type: strng}}",
         ['4:34: inputs.a.items.type: "strng" is not a type (did you mean "string"?)']),
        ("a: {type: object, properties: {k: {minimun: 1}}}",
         ['4:38: inputs.a.properties.k.minimun: is not a schema keyword that inputs may use']),
        ("a: {type: string, enum: []}", ["4:27: inputs.a.enum: must be a list with at least one value"]),
        ("a: {type: strng, default: [x], pii: 3}",
         ['4:13: inputs.a.type: "strng" is not one of', "4:39: inputs.a.pii: must be true or false"]),
        ("a: {type: string}\na: {type: number}",
         ['5:3: inputs.a: duplicate key "a", first written on line 4']),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_in_an_input_is_told_once_at_its_place(declared: str, lines: list[str]) -> None:
    found = said(declared)
    assert len(found) == len(lines), found
    for line, expected in zip(found, lines, strict=True):
        assert line.startswith(expected)


@pytest.mark.parametrize(
    ("block", "line"),
    [("inputs: []\n", ":3:9: inputs: must be a mapping"), ("inputs: a\n", ":3:9: inputs: must be a mapping")],
)
def test_inputs_are_a_mapping(block: str, line: str) -> None:
    assert complaints(f"kind: prompt\nversion: 1.0.0\n{block}{TAIL}") == [f"prompts/a.yaml{line}"]


def test_a_fault_inside_a_flow_value_is_placed_at_the_item() -> None:
    (problem,) = problems_of(
        HEAD + "  a:\n    type: array\n    items: {type: integer}\n    default:\n      - 1\n      - two\n" + TAIL
    )
    assert (problem.line, problem.column, problem.key) == (9, 9, "inputs.a.default[1]")
