"""Composition: joining, conditions, bindings, examples and slots, on real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.errors import ConditionFailed, InputError, InvalidFile, PromptregError, RenderError
from tests.support.registries import SUPPORT, component, load_files

SMALL = {"limit": 50, "ticket": "Where is my parcel?"}


def prompt(parts: str, inputs: str = "{}", extra: str = "") -> str:
    return f"kind: prompt\nversion: 1.0.0\ninputs: {inputs}\n{extra}messages:\n  - role: user\n    parts:\n{parts}"


def test_the_support_prompt_renders_whole(tmp_path: Path) -> None:
    rendered = load_files(tmp_path, SUPPORT).render("reply", SMALL)
    assert rendered.messages == [
        {
            "role": "system",
            "content": "You answer for Acme.\n\n"
            "Keep to these rules:\n- Never promise more than 50 EUR.\n- Be kind.\n\n"
            "Q: Where is it?\nA: On its way.\n\n"
            'Q: It "broke".\nA: Sorry.\nWe refund it.\n\n'
            "Write in the customer's language.",
        },
        {"role": "user", "content": "<ticket>\nWhere is my parcel?\n</ticket>"},
    ]
    assert rendered.text == "\n\n".join(message["content"] for message in rendered.messages)


def test_a_false_when_leaves_the_part_out(tmp_path: Path) -> None:
    registry = load_files(tmp_path, SUPPORT)
    rendered = registry.render("reply", {**SMALL, "internal": True})
    assert "customer's language" not in rendered.text
    row = next(row for row in rendered.parts if row.id == "0.3")
    assert (row.state, row.stage, row.tokens, row.reason) == ("skipped", None, 0, "when: not internal")


def test_slot_messages_stand_between_the_others_in_order(tmp_path: Path) -> None:
    history = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function"}]},
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "42"}, {"type": "image_url"}]},
    ]
    rendered = load_files(tmp_path, SUPPORT).render("reply", {**SMALL, "history": history})
    assert rendered.messages[1:-1] == history
    assert [message["role"] for message in rendered.messages] == ["system", "user", "assistant", "tool", "user"]


def test_messages_handed_out_share_nothing_with_the_inputs_or_each_other(tmp_path: Path) -> None:
    history = [{"role": "user", "content": [{"type": "text", "text": "x"}]}]
    rendered = load_files(tmp_path, SUPPORT).render("reply", {**SMALL, "history": history})
    rendered.messages[1]["content"][0]["text"] = "changed"
    history[0]["content"][0]["text"] = "changed"  # type: ignore[index]
    assert rendered.messages[1]["content"][0]["text"] == "x"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"role": "system", "content": "x"}, "must be one of user, assistant, tool"),
        ({"role": "user"}, "is missing"),
        ({"role": "user", "content": None}, "is null"),
        ({"role": "user", "content": "x", "rolle": "y"}, "is not a key of a message"),
        ({"role": "user", "content": [{"type": "text"}]}, "must be a string"),
        ("hello", "must be a message"),
    ],
    ids=[
        "a role the slot does not list",
        "no content",
        "null content",
        "unknown key",
        "text part without text",
        "text",
    ],
)
def test_a_broken_slot_message_is_refused(tmp_path: Path, message: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        load_files(tmp_path, SUPPORT).render("reply", {**SMALL, "history": [message]})


def test_a_slot_may_list_more_roles(tmp_path: Path) -> None:
    files = {
        "p.yaml": "kind: prompt\nversion: 1.0.0\ninputs: {h: {type: messages}}\n"
        "messages:\n  - slot: h\n    roles: [system]\n"
    }
    registry = load_files(tmp_path, files)
    assert registry.render("p", {"h": [{"role": "system", "content": "x"}]}).messages[0]["role"] == "system"
    with pytest.raises(InputError, match=r"h\[0\]\.role"):
        registry.render("p", {"h": [{"role": "user", "content": "x"}]})


def test_a_failed_precondition_names_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConditionFailed) as caught:
        load_files(tmp_path, SUPPORT).render("reply", {**SMALL, "limit": 0})
    problem = caught.value.problems[0]
    assert (problem.path, problem.line, problem.column) == ("prompts/reply.yaml", 9, 12)
    assert "limit > 0" in problem.message


def test_a_condition_that_is_no_boolean_is_an_error(tmp_path: Path) -> None:
    files = {"p.yaml": prompt("      - {text: x, when: n}\n", "{n: {type: integer}}")}
    with pytest.raises(RenderError, match="must be true or false, not integer: n"):
        load_files(tmp_path, files).render("p", {"n": 1})


def test_every_input_fault_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_files(tmp_path, SUPPORT).render("reply", {"limt": 5, "ticket": 7, "internal": None})
    found = {problem.key: (problem.message, problem.suggestion, problem.line) for problem in caught.value.problems}
    assert found == {
        "limit": ("is missing; it is a number", None, 5),
        "internal": ("must be a boolean, not null", None, 6),
        "ticket": ("must be a string, not integer", None, 7),
        "limt": ("is not an input of the prompt", "limit", 4),
    }


@pytest.mark.parametrize(
    ("texts", "separator", "content"),
    [
        (["a", "b"], None, "a\n\nb"),
        (["a\n\n\n", "\nb\n"], None, "a\n\n\nb"),
        (["a", "", "b"], None, "a\n\nb"),
        (["", "a", "\n"], None, "a"),
        (["a", "b"], "---", "a---b"),
        (["a", "b"], "", "ab"),
        ([" a ", " b "], "|", " a | b "),
        (["a\r\n", "b"], None, "a\n\nb"),
    ],
)
def test_one_separator_stands_between_parts_that_are_there(
    tmp_path: Path, texts: list[str], separator: str | None, content: str
) -> None:
    import json

    names = [f"t{index}" for index in range(len(texts))]
    parts = "".join(f'      - text: "{{{{ {name} }}}}"\n' for name in names)
    text = prompt(parts, "{" + ", ".join(f"{name}: {{type: string}}" for name in names) + "}")
    if separator is not None:
        text = text.replace("    parts:", f"    separator: {json.dumps(separator)}\n    parts:")
    rendered = load_files(tmp_path, {"p.yaml": text}).render("p", dict(zip(names, texts, strict=True)))
    assert rendered.messages == [{"role": "user", "content": content}]


def test_a_message_with_no_part_left_is_not_sent(tmp_path: Path) -> None:
    text = (
        prompt('      - {text: "{{ a }}", fence: a}\n', "{a: {type: string}}")
        + "  - role: user\n    parts: [text: b]\n"
    )
    rendered = load_files(tmp_path, {"p.yaml": text}).render("p", {"a": "\n"})
    assert rendered.messages == [{"role": "user", "content": "b"}]
    assert [segment.message for segment in rendered.segments] == [0]


def test_bindings_take_paths_literals_own_inputs_and_defaults(tmp_path: Path) -> None:
    files = {
        "c.md": component(
            "{{ a }}|{{ b }}|{{ c }}|{{ d }}|{{ e }}|{{ f.x }}",
            "{a: {type: string}, b: {type: integer}, c: {type: string}, d: {type: string, default: dd},"
            " e: {type: string}, f: {type: object}}",
        ),
        "p.yaml": prompt(
            "      - use: c\n        with: {a: $o.k, b: 7, e: $$x, f: {x: deep}}\n",
            "{o: {type: object, properties: {k: {type: string}}}, c: {type: string}}",
        ),
    }
    rendered = load_files(tmp_path, files).render("p", {"o": {"k": "path"}, "c": "own"})
    assert rendered.text == "path|7|own|dd|$x|deep"
    found = {segment.text: (segment.kind, segment.input) for segment in rendered.segments if segment.text != "|"}
    assert found == {
        "path": ("value", "o.k"),
        "7": ("literal", None),
        "own": ("value", "c"),
        "dd": ("literal", None),
        "$x": ("literal", None),
        "deep": ("literal", None),
    }


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("with: {a: $nope}", 'the prompt has no input "nope"'),
        ("with: {a: 5}", "must be a string|5"),
        ("with: {a: [x]}", "must be a string, not array"),
        ("with: {a: x, b: n}", r'must be an integer, not string \(did you mean "\$n"\?\)'),
        ("with: {a: x, z: y}", "has no such input"),
        ("with: {}", 'the input "a" of c is not bound'),
        ("with: {a: $n}", 'wants "a" as string, but n is integer'),
        ("with: {a: $n..x}", "is not a path of an input"),
    ],
)
def test_a_wrong_binding_is_an_error_of_the_prompt(tmp_path: Path, given: str, reason: str) -> None:
    files = {
        "c.md": component("{{ a }}", "{a: {type: string}, b: {type: integer, default: 1}}"),
        "p.yaml": prompt(f"      - use: c\n        {given}\n", "{n: {type: integer}}"),
    }
    registry = load_files(tmp_path, files)
    if given == "with: {a: 5}":
        assert registry.render("p", {"n": 1}).text == "5"
        return
    with pytest.raises(InvalidFile, match=reason) as caught:
        registry.render("p", {"n": 1})
    assert all(problem.path == "prompts/p.yaml" and problem.line for problem in caught.value.problems)


def test_a_bound_value_is_checked_against_the_component(tmp_path: Path) -> None:
    files = {
        "c.md": component("{{ a }}", "{a: {type: integer, maximum: 9}}"),
        "p.yaml": prompt("      - use: c\n        with: {a: $n}\n", "{n: {type: integer}}"),
    }
    registry = load_files(tmp_path, files)
    assert registry.render("p", {"n": 9}).text == "9"
    with pytest.raises(InputError) as caught:
        registry.render("p", {"n": 10})
    assert str(caught.value) == "prompts/c.md:4:10: n: must be at most 9"


def test_what_components_refuse_is_told_at_once_where_they_declare_it(tmp_path: Path) -> None:
    files = {
        "c.md": component(
            "{{ a }}{{ b }}{{ c }}",
            "{a: {type: string, pattern: ^x}, b: {type: string, enum: [red, green]}, c: {type: string, max_tokens: 2}}",
        ),
        "p.yaml": prompt(
            "      - use: c\n        with: {b: $o.colour}\n",
            "{a: {type: string}, c: {type: string}, o: {type: object}}",
        ),
    }
    with pytest.raises(InputError) as caught:
        load_files(tmp_path, files).render("p", {"a": "y", "c": "one two three", "o": {"colour": "gren"}})
    assert [str(problem) for problem in caught.value.problems] == [
        "prompts/c.md:4:10: a: must match ^x",
        'prompts/c.md:4:42: o.colour: must be one of red, green (did you mean "green"?)',
        "prompts/c.md:4:81: c: has 3 tokens; at most 2 are allowed",
    ]


def test_faults_of_a_sample_name_it_and_those_of_given_inputs_do_not(tmp_path: Path) -> None:
    files = {
        "c.md": component("{{ a }}", "{a: {type: string, maxLength: 3}}"),
        "p.yaml": prompt("      - use: c\n", "{a: {type: string}, b: {type: integer}}")
        + "samples:\n  one: {a: abcd, b: 1}\n  two: {a: abc, b: x, bb: 1}\n  three: {a: abc}\n",
    }
    registry = load_files(tmp_path, files)

    def told(sample: str, **inputs: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            registry.render("p", inputs, sample=sample)
        return [str(problem) for problem in caught.value.problems]

    assert told("one") == [
        'prompts/c.md:4:10: a: must have at most 3 characters; see sample "one" at prompts/p.yaml:9:3'
    ]
    assert told("one", a="efgh") == ["prompts/c.md:4:10: a: must have at most 3 characters"]
    assert told("two", a=5) == [
        "prompts/p.yaml:3:10: a: must be a string, not integer",
        'prompts/p.yaml:3:29: b: must be an integer, not string; see sample "two" at prompts/p.yaml:10:3',
        'prompts/p.yaml:3:1: bb: is not an input of the prompt; see sample "two" at prompts/p.yaml:10:3'
        ' (did you mean "b"?)',
    ]
    assert told("three") == [
        'prompts/p.yaml:3:29: b: is missing; it is an integer; see sample "three" at prompts/p.yaml:11:3'
    ]


def test_a_binding_that_leads_nowhere_is_told_where_it_stands(tmp_path: Path) -> None:
    files = {
        "c.md": component("{{ a }}", "{a: {type: string}}"),
        "p.yaml": prompt("      - use: c\n        with: {a: $o.k.x}\n", "{o: {type: object}}"),
    }
    with pytest.raises(InputError) as caught:
        load_files(tmp_path, files).render("p", {"o": {"k": {}}})
    assert str(caught.value) == "prompts/p.yaml:8:19: o.k.x: is needed by a binding of p and is missing"


def test_an_include_sees_its_declared_inputs_only_and_its_defaults(tmp_path: Path) -> None:
    files = {
        "inner.md": component("[{{ a }} {{ b }}]", "{a: {type: string}, b: {type: string, default: bb}}"),
        "outer.md": component(
            '{% for a in list %}{% include "inner@1" %}{% endfor %}'
            '{% set b = "set" %}{% for a in list %}{% include "inner" %}{% endfor %}',
            "{list: {type: array}}",
        ),
        "p.yaml": prompt("      - use: outer\n", "{list: {type: array}}"),
    }
    rendered = load_files(tmp_path, files).render("p", {"list": ["1", "2"]})
    assert rendered.text == "[1 bb][2 bb][1 set][2 set]"
    value = next(segment for segment in rendered.segments if segment.text == "2")
    assert (value.kind, value.input) == ("value", "list[1]")
    assert [link.label.name for link in value.chain] == ["p", "outer"]


def test_an_error_in_an_include_discards_the_render(tmp_path: Path) -> None:
    files = {
        "inner.md": component("{{ a }}", "{a: {type: string}}"),
        "outer.md": component('x{% include "inner" %}', "{}"),
        "p.yaml": prompt("      - use: outer\n"),
    }
    with pytest.raises(PromptregError, match="a: is missing"):
        load_files(tmp_path, files).render("p")


def test_max_tokens_is_checked_before_any_text(tmp_path: Path) -> None:
    files = {"p.yaml": prompt('      - text: "{{ a }}"\n', "{a: {type: string, max_tokens: 5}}")}
    registry = load_files(tmp_path, files)
    assert registry.render("p", {"a": "one two three four five"}).text
    with pytest.raises(InputError, match="a: has 6 tokens; at most 5 are allowed"):
        registry.render("p", {"a": "one two three four five six"})
