"""What digests depend on: every part of a composition, and nothing that only describes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.errors import PromptregError
from promptreg.model.digest import closure_digest, json_digest, text_digest, told_apart
from promptreg.registry.resolve import resolve
from tests.registry.folders import load, read_text
from tests.registry.graphs import NODES, Vertex, files_of, graphs, straight

lines = st.lists(st.text(st.sampled_from("ab é🙂"), max_size=4), max_size=4)


@given(lines)
def test_both_line_ends_have_one_digest(parts: list[str]) -> None:
    assert text_digest("\r\n".join(parts)) == text_digest("\n".join(parts))


@given(st.text(max_size=8), st.text(max_size=8))
def test_different_texts_have_different_digests(left: str, right: str) -> None:
    same = left.replace("\r\n", "\n") == right.replace("\r\n", "\n")
    assert (text_digest(left) == text_digest(right)) == same


def test_digests_are_sha_256_of_utf_8() -> None:
    assert text_digest("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text_digest("é\r\n") == "sha256:edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2"


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert json_digest({"a": 1, "b": [1, "é"]}) == json_digest({"b": [1, "é"], "a": 1})
    assert json_digest([1, 2]) != json_digest([2, 1])
    assert json_digest("1") != json_digest(1)


def test_a_closure_depends_on_the_order_of_its_pins() -> None:
    pins = [("a", "1.0.0", "sha256:1"), ("b", "1.0.0", "sha256:2")]
    assert closure_digest("x", "y", pins) != closure_digest("x", "y", pins[::-1])
    assert closure_digest("x", "y", pins) != closure_digest("y", "x", pins)


# -- one file ---------------------------------------------------------------------------------------------------------

TEXT = """\
---
kind: rule
version: 1.0.0
summary: Old.
inputs:
  a: {type: string, default: x, summary: Old., description: Old., title: Old.}
---
- One {{ a }}.
"""
EXAMPLES = """\
kind: examples
version: 1.0.0
summary: Old.
inputs: {a: {type: string, default: x}}
format: "{{ example.input }}"
separator: "--"
examples:
  - {id: one, input: i1, priority: 1}
  - {id: two, input: i2, extra: 1}
"""
PROMPT = """\
kind: prompt
version: 1.0.0
summary: Old.
model: openai/gpt-4.1
inputs:
  a: {type: string, default: x}
  h: {type: messages, default: []}
requires: ["a"]
output: {schema: {type: object}, ensures: ["output"]}
budget: {tokens: 100}
messages:
  - role: system
    separator: "--"
    parts:
      - {use: b, with: {x: 1.1, y: true}, budget: {priority: 1}}
      - {text: "{{ a }}", when: "a", fence: ticket}
  - slot: h
    roles: [user]
samples:
  one: {a: Old.}
"""
FILES = {"t.md": TEXT, "e.yaml": EXAMPLES, "p.yaml": PROMPT, "b.md": TEXT}


def digests(file: str, text: str) -> tuple[str, str]:
    head = read_text(text, f"prompts/{file}")
    return head.body_digest, head.contract_digest


BODY, CONTRACT = (True, False), (False, True)
"""Which of the two own digests an edit changes."""


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("t.md", "- One", "- Two", BODY),
        ("t.md", "a }}.\n", "a }}.", BODY),
        ("t.md", "default: x", "default: y", CONTRACT),
        ("t.md", "type: string,", "type: string, maxLength: 9,", CONTRACT),
        ("t.md", "type: string,", "type: string, trust: untrusted,", CONTRACT),
        ("t.md", "type: string,", "type: string, pii: true,", CONTRACT),
        ("t.md", "type: string,", "type: string, max_tokens: 9,", CONTRACT),
        ("t.md", "  a: {", "  b: {type: string}\n  a: {", CONTRACT),
        ("t.md", "kind: rule", "kind: instruction", CONTRACT),
        ("e.yaml", "input: i1", "input: i3", BODY),
        ("e.yaml", "extra: 1", "extra: 2", BODY),
        ("e.yaml", "priority: 1", "priority: 2", BODY),
        ("e.yaml", "id: two", "id: three", BODY),
        ("e.yaml", '"--"', '"-"', BODY),
        ("e.yaml", "example.input }}", "example.input }}!", BODY),
        ("e.yaml", "default: x", "default: y", CONTRACT),
        ("p.yaml", "use: b", "use: c", BODY),
        ("p.yaml", "use: b", "use: b@1", BODY),
        ("p.yaml", "x: 1.1", "x: 1.10", BODY),
        ("p.yaml", "y: true", "y: True", BODY),
        ("p.yaml", "priority: 1", "priority: 2", BODY),
        ("p.yaml", '"{{ a }}"', '"{{ a }}!"', BODY),
        ("p.yaml", 'when: "a"', 'when: "not a"', BODY),
        ("p.yaml", "fence: ticket", "fence: mail", BODY),
        ("p.yaml", '"--"', '"-"', BODY),
        ("p.yaml", "tokens: 100", "tokens: 101", BODY),
        ("p.yaml", "gpt-4.1", "gpt-4o", BODY),
        ("p.yaml", 'requires: ["a"]', 'requires: ["not a"]', CONTRACT),
        ("p.yaml", "type: object", "type: array", CONTRACT),
        ("p.yaml", '["output"]', '["not output"]', CONTRACT),
        ("p.yaml", "default: x", "default: y", CONTRACT),
        ("p.yaml", "role: system", "role: user", (True, True)),
        ("p.yaml", "roles: [user]", "roles: [user, tool]", (True, True)),
    ],
)
def test_an_edit_changes_the_digest_of_what_it_touches(
    file: str, old: str, new: str, changes: tuple[bool, bool]
) -> None:
    text = FILES[file]
    assert old in text
    before, after = digests(file, text), digests(file, text.replace(old, new, 1))
    assert (before[0] != after[0], before[1] != after[1]) == changes


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("t.md", lambda text: text.replace("Old.", "New.")),
        ("t.md", lambda text: text.replace("\n", "\r\n")),
        ("t.md", lambda text: text.replace("version: 1.0.0", "version: 2.0.0")),
        ("t.md", lambda text: text.replace("kind: rule\n", "# a note\nkind:   'rule'\n")),
        ("e.yaml", lambda text: text.replace("Old.", "New.")),
        ("e.yaml", lambda text: text.replace("\n", "\r\n")),
        ("p.yaml", lambda text: text.replace("Old.", "New.")),
        ("p.yaml", lambda text: text.replace("\n", "\r\n")),
        ("p.yaml", lambda text: text.replace("samples:\n", "samples:\n  two: {file: x.json}\n")),
        ("p.yaml", lambda text: text.replace('separator: "--"', "separator: '--'  # dashes")),
    ],
    ids=["summary", "line ends", "version", "layout", "summary", "line ends", "samples and summary", "line ends",
         "more samples", "layout"],
)  # fmt: skip
def test_descriptions_samples_layout_and_line_ends_change_no_digest(file: str, edit: Callable[[str], str]) -> None:
    text = FILES[file]
    assert edit(text) != text
    assert digests(file, edit(text)) == digests(file, text)


# -- closures ---------------------------------------------------------------------------------------------------------

sound = graphs(kinds=("component",))


def closures(folder: Path, graph: dict[str, Vertex], files: dict[str, str]) -> dict[str, str]:
    store = load(folder, files)
    return {name: resolve(name, store).pin.digest for name in graph}


def below(graph: dict[str, Vertex], name: str) -> set[str]:
    found = {name}
    while True:
        more = {ref.partition("@")[0] for user in found for ref in graph[user].refs}
        if more <= found:
            return found
        found |= more


@settings(max_examples=60)
@given(sound.map(straight), st.sampled_from(NODES), st.booleans())
def test_an_edit_changes_the_closure_of_all_that_reach_it_and_of_no_other(
    tmp_path_factory: pytest.TempPathFactory, graph: dict[str, Vertex], edited: str, version: bool
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    files = files_of(graph)
    before = closures(folder, graph, files)
    file = f"{edited}.yaml" if edited == "p" else f"{edited}.md"
    if version:
        files[file] = files[file].replace(f"version: {graph[edited].version}", "version: 7.7.7", 1)
    else:
        files[file] += "      - text: more\n" if edited == "p" else "more"
    after = closures(folder, graph, files)
    changed = {name for name in graph if before[name] != after[name]}
    reaching = {name for name in graph if edited in below(graph, name)}
    assert changed == (reaching - {edited} if version else reaching)


def test_a_digest_does_not_depend_on_the_place_of_the_registry(tmp_path: Path) -> None:
    graph = {"p": Vertex("1.0.0", ("a",), "prompt"), "a": Vertex("1.0.0", ())}
    assert closures(tmp_path / "x", graph, files_of(graph)) == closures(tmp_path / "y/z", graph, files_of(graph))


SCHEMA_PROMPT = """\
kind: prompt
version: 1.0.0
output: {schema: s/reply.json}
messages: [{role: user, parts: [{text: x}]}]
"""


def test_the_file_of_an_output_schema_is_part_of_the_closure(tmp_path: Path) -> None:
    def digest(schema: str) -> str:
        return resolve("p", load(tmp_path, {"p.yaml": SCHEMA_PROMPT, "s/reply.json": schema})).pin.digest

    assert digest('{"type":\n"object"}') == digest('{"type":\r\n"object"}')
    assert digest('{"type":\n"object"}') != digest('{"type":\n"array"}')


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        (None, "prompts/p.yaml:3:18: prompts/s/reply.json cannot be read: no such file or directory"),
        (b"", "prompts/s/reply.json:1:1: is empty"),
        (b'{"a": "\xff"}', "prompts/s/reply.json:1:8: is not UTF-8 (byte 0xff): save it as UTF-8"),
    ],
    ids=["missing", "empty", "not UTF-8"],
)
def test_a_schema_file_that_cannot_be_read_is_told_with_the_refs(
    tmp_path: Path, schema: bytes | None, line: str
) -> None:
    prompt = SCHEMA_PROMPT.replace("{text: x}", "{use: gone}")
    files: dict[str, str | bytes] = {"p.yaml": prompt}
    store = load(tmp_path, files if schema is None else {**files, "s/reply.json": schema})
    with pytest.raises(PromptregError) as caught:
        resolve("p", store)
    assert [str(problem) for problem in caught.value.problems] == [
        'prompts/p.yaml:4:39: the registry holds nothing named "gone"',
        line,
    ]


@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 63), st.integers(1, 15))
def test_two_digests_are_never_shown_as_the_same_text(digits: str, at: int, step: int) -> None:
    other = f"{digits[:at]}{(int(digits[at], 16) + step) % 16:x}{digits[at + 1 :]}"
    one, two = told_apart(f"sha256:{digits}", f"sha256:{other}")
    assert one != two
    assert len(one) == len(two)
    assert f"sha256:{digits}".startswith(one.removesuffix("…"))
    assert len(one.removesuffix("…")) == max(len("sha256:") + 8, len("sha256:") + at + 1)


def test_what_is_no_digest_is_shown_as_it_is() -> None:
    assert told_apart("missing", "sha256:" + "0" * 64) == ("missing", "sha256:00000000…")
