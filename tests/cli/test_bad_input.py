"""Bad input of every sort: exit code 2, one clear message with its place, nothing on stdout, nothing written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.registries import Change, broken, copy_small, replaced, written
from tests.cli.running import run
from tests.cli.schemas import valid

_REPLY = "support/reply.yaml"
_GOOD = ("-v", "max_amount=5", "-v", "ticket=Hi")


class Case(NamedTuple):
    """One thing wrong: how to break the registry, the inputs, and what the message holds."""

    id: str
    message: str
    change: Change | None = None
    arguments: tuple[str, ...] = ("support/reply", *_GOOD)


def _link_out(prompts: Path) -> None:
    (prompts.parent / "secret.md").write_text("---\nkind: rule\nversion: 1.0.0\nsummary: x\n---\n- x\n")
    (prompts / "rules" / "tone.md").unlink()
    (prompts / "rules" / "tone.md").symlink_to("../../secret.md")


def _folder_for_file(prompts: Path) -> None:
    (prompts / "rules" / "tone.md").unlink()
    (prompts / "rules" / "tone.md").mkdir()


_CASES = [
    Case("broken yaml", "prompts/support/reply.yaml:6:3:", replaced(_REPLY, "inputs:\n", "inputs: [\n")),
    Case(
        "duplicate key",
        "prompts/support/reply.yaml:2:1: kind: ",
        replaced(_REPLY, "kind: prompt\n", "kind: prompt\nkind: prompt\n"),
    ),
    Case(
        "unknown key",
        'prompts/support/reply.yaml:3:1: sumary: unknown key "sumary" (did you mean "summary"?)',
        replaced(_REPLY, "summary:", "sumary:"),
    ),
    Case("anchor", "prompts/support/reply.yaml:3:10: ", replaced(_REPLY, "summary: Answers", "summary: &a Answers")),
    Case(
        "alias",
        "prompts/support/reply.yaml:3:10: ",
        replaced(_REPLY, "summary: Answers a refund request.", "summary: *a"),
    ),
    Case("tag", "prompts/support/reply.yaml:3:10: ", replaced(_REPLY, "summary: Answers", "summary: !x Answers")),
    Case(
        "wrong type in a file",
        ':2:10: version: "2.0" is not a version',
        replaced(_REPLY, "version: 2.0.0", "version: 2.0"),
    ),
    Case("wrong kind", '(did you mean "prompt"?)', replaced(_REPLY, "kind: prompt", "kind: promt")),
    Case(
        "missing input",
        "prompts/support/reply.yaml:7:3: max_amount: is missing",
        arguments=("support/reply", "-v", "ticket=Hi"),
    ),
    Case(
        "extra input",
        'tickt: is not an input of the prompt (did you mean "ticket"?)',
        arguments=("support/reply", *_GOOD, "-v", "tickt=x"),
    ),
    Case("ill-typed input", "max_amount: must be a number", arguments=("support/reply", *_GOOD, "-v", "max_amount=x")),
    Case(
        "null", "max_amount: must be a number, not null", arguments=("support/reply", *_GOOD, "-v", "max_amount=null")
    ),
    Case("enum", '(did you mean "de"?)', arguments=("support/reply", *_GOOD, "-v", "language=dee")),
    Case("nested input", "customer.nam", arguments=("support/reply", *_GOOD, "-v", "customer.nam=x")),
    Case("unknown prompt", '(did you mean "support/reply"?)', arguments=("suport/reply", *_GOOD)),
    Case("a component, not a prompt", "of kind rule", arguments=("rules/tone",)),
    Case("unsatisfiable version", "support/reply@^3", arguments=("support/reply@^3", *_GOOD)),
    Case("label", "production", arguments=("support/reply@production", *_GOOD)),
    Case("unknown sample", '(did you mean "small-claim"?)', arguments=("support/reply", "--sample", "smal-claim")),
    Case("name with ..", "../", arguments=("../secret", *_GOOD)),
    Case("absolute name", "/etc/passwd", arguments=("/etc/passwd", *_GOOD)),
    Case(
        "unsatisfiable range",
        "prompts/support/reply.yaml:23:14:",
        replaced(_REPLY, "rules/refund-limits@~1.2", "rules/refund-limits@^9"),
    ),
    Case(
        "unknown component",
        '(did you mean "rules/refund-limits"?)',
        replaced(_REPLY, "rules/refund-limits@~1.2", "rules/refund-limit@~1.2"),
    ),
    Case(
        "cycle",
        "instructions/agent (prompts/instructions/agent.md:14) > rules/tone (prompts/rules/tone.md:8) > instructions",
        replaced("rules/tone.md", '"Team {{ shop }}".', '{% include "instructions/agent" %}'),
    ),
    Case(
        "two versions",
        "rules/tone",
        replaced(
            _REPLY,
            "      - use: rules/refund-limits@~1.2",
            "      - use: rules/refund-limits@~1.2\n      - use: rules/tone@^2",
        ),
    ),
    Case(
        "dialect",
        "prompts/rules/tone.md:8:",
        replaced("rules/tone.md", "{{ shop }}", "{{ shop.upper() }}"),
    ),
    Case(
        "unknown filter",
        '(did you mean "upper"?)',
        replaced("rules/tone.md", "{{ shop }}", "{{ shop | uper }}"),
    ),
    Case(
        "undefined variable",
        '(did you mean "shop"?)',
        replaced("rules/tone.md", "{{ shop }}", "{{ shopp }}"),
    ),
    Case("template syntax", "prompts/rules/tone.md:8:", replaced("rules/tone.md", "{{ shop }}", "{{ shop")),
    Case(
        "not utf-8",
        "prompts/rules/tone.md:4:",
        written("rules/tone.md", b"---\nkind: rule\nversion: 1.0.0\nsummary: \xe9\n---\n"),
    ),
    Case("empty file", "prompts/rules/tone.md:1:1: ", written("rules/tone.md", b"")),
    Case("folder for a file", "prompts/rules/tone.md", _folder_for_file),
    Case("link that leaves", "prompts/rules/tone.md", _link_out),
    Case(
        "lone carriage return",
        "prompts/rules/tone.md:6:4: ",
        written("rules/tone.md", b"---\nkind: rule\nversion: 1.0.0\nsummary: a\n---\n- a\rb\n"),
    ),
    Case("no equals sign", "expected KEY=VALUE", arguments=("support/reply", "-v", "ticket")),
    Case("missing input file", "none.json", arguments=("support/reply", "-i", "none.json")),
    Case("folder as input file", "prompts", arguments=("support/reply", "-i", "prompts")),
]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.id)
def test_bad_input_is_one_clear_message(case: Case, tmp_path: Path) -> None:
    folder = broken(tmp_path, case.change or (lambda _: None))
    before = _listing(folder)
    result = run("render", *case.arguments, folder=folder)
    assert (result.code, result.out) == (2, "")
    assert case.message in result.err
    assert "Traceback" not in result.err
    lines = result.err.splitlines()
    assert all(line.startswith(("error: ", "hint: ")) for line in lines)
    assert len(lines) == 1
    assert _listing(folder) == before


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.id)
def test_bad_input_is_an_error_document_under_json(case: Case, tmp_path: Path) -> None:
    folder = broken(tmp_path, case.change or (lambda _: None))
    result = run("render", *case.arguments, "--format", "json", folder=folder)
    assert (result.code, result.err) == (2, "")
    errors = valid(result.out, "error")["errors"]
    assert len(errors) == 1


def _listing(folder: Path) -> list[str]:
    return sorted(path.as_posix() for path in folder.rglob("*"))


def test_five_mistakes_in_one_file_are_five_messages(tmp_path: Path) -> None:
    text = (
        "kind: prompt\nverison: 1.0.0\nversion: 1.0\nsummary: [x]\ninputs: {A: {type: string}, b: {type: strin}}\n"
        "messages: []\n"
    )
    folder = broken(tmp_path, written("bad.yaml", text.encode()))
    result = run("render", "bad", folder=folder)
    assert (result.code, result.out) == (2, "")
    lines = result.err.splitlines()
    assert len(lines) >= 5
    assert all(line.startswith("error: prompts/bad.yaml:") for line in lines)
    document = valid(run("render", "bad", "--format", "json", folder=folder).out, "error")
    assert len(document["errors"]) == len(lines)


def test_five_bad_inputs_are_five_messages() -> None:
    values = ("max_amount=x", "ticket=", "language=it", "internal=1", "nope=1", "shop=a")
    result = run("render", "support/reply", *(word for value in values for word in ("-v", value)))
    assert result.code == 2
    assert len(result.err.splitlines()) == 4


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("internal=True", '"True" is not JSON: expecting value (did you mean "true"?)'),
        ("internal=no", '"no" is not JSON: expecting value (did you mean "false"?)'),
        ("internal=perhaps", '"perhaps" is not JSON: expecting value'),
        ("max_amount=abc", 'must be a number, not string: -v takes JSON for this input, and "abc" is not JSON'),
        ("customer={bad json", '"{bad json" is not JSON: expecting property name'),
        ('max_amount="5"', "max_amount: must be a number, not string\n"),
    ],
)
def test_a_value_that_is_no_json_is_quoted(value: str, message: str) -> None:
    result = run("render", "support/reply", *_GOOD, "-v", value)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("given", [(), ("-v", "language=de"), ("-v", "internal=false")])
def test_a_wrong_sample_is_named_with_its_place(given: tuple[str, ...], tmp_path: Path) -> None:
    change = replaced(_REPLY, "max_amount: 50,", "max_amount: fifty,")
    result = run("render", "support/reply", "--sample", "small-claim", *given, folder=broken(tmp_path, change))
    assert (result.code, result.out) == (2, "")
    assert 'max_amount: must be a number, not string; see sample "small-claim" at prompts/support/rep' in result.err


def test_what_replaces_an_input_of_a_sample_is_not_blamed_on_it() -> None:
    result = run("render", "support/reply", "--sample", "small-claim", "-v", "max_amount=abc")
    assert result.code == 2
    assert '"abc" is not JSON' in result.err
    assert "see sample" not in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("render", "hello", "-o", ""), "error: -o: the name of the file is empty\n"),
        (("list", "--registry", "promts"), 'promts: the registry does not exist (did you mean "prompts"?)'),
        (("list", "--registry", "prompts/hello.yaml"), "prompts/hello.yaml: the registry is not a folder"),
        (("schema", "zzz"), 'no schema is named "zzz"; known: '),
        (("show", "zzz"), 'error: the registry holds nothing named "zzz"; see `promptreg list`\n'),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_there_is(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("command", ["list", "tree"])
def test_an_empty_registry_is_told_on_standard_error(command: str, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    result = run(command, folder=tmp_path)
    assert (result.code, result.out) == (0, "")
    assert result.err == "The registry is empty: `promptreg init --help` tells how to start one.\n"


def test_no_inputs_at_all_hint_at_the_samples() -> None:
    result = run("render", "support/reply")
    assert result.code == 2
    assert result.err.splitlines()[-1] == (
        "hint: to try the prompt, use one of its samples: --sample small-claim | with-history"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"max_amount": 1, "max_amount": 2}', 'in.json:1:19: duplicate key "max_amount"'),
        (b'{"max_amount": }', "in.json:1:16: is not JSON"),
        (b'{"max_amount": NaN}', "in.json:1:16: NaN is not JSON"),
        (b'{"ticket": "\\ud800", "max_amount": 1}', "ticket: holds a lone surrogate"),
        (b"\xff\xfe", "in.json:1:1: is not UTF-8"),
        (b"", "in.json:1:1: is empty"),
        (b"[]", "in.json:1:1: must be an object"),
    ],
    ids=["duplicate", "syntax", "NaN", "surrogate", "utf-16", "empty", "list"],
)
def test_a_bad_input_file_is_named_with_its_place(data: bytes, message: str, tmp_path: Path) -> None:
    folder = copy_small(tmp_path)
    (folder / "in.json").write_bytes(data)
    result = run("render", "support/reply", "-i", "in.json", folder=folder)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("registry = [", "promptreg.toml"),
        ("registy = 'prompts'", 'did you mean "registry"?'),
        ("registry = 5", "registry"),
        ("registry = 'elsewhere'", "elsewhere: the registry does not exist"),
        ("registry = 'promptreg.toml'", "promptreg.toml: the registry is not a folder"),
    ],
    ids=["syntax", "unknown setting", "type", "missing folder", "file as folder"],
)
def test_a_bad_configuration_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "promptreg.toml").write_text(text)
    result = run("list", folder=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize(
    "command", [["list"], ["release", "a"], ["verify"], ["label", "list"], ["tree"], ["show", "a"]]
)
@pytest.mark.parametrize("written", ["nowhere", "./far/nowhere", "../project/nowhere", "{}/nowhere"])
@pytest.mark.parametrize("configured", [False, True], ids=["no configuration", "configured"])
def test_a_missing_registry_is_named_as_it_was_written(
    command: list[str], written: str, configured: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    if configured:
        (folder / "promptreg.toml").write_text("")
    written = written.format(tmp_path)
    result = run(*command, "--registry", written, folder=folder)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {written}: the registry does not exist\n"


def test_no_registry_says_how_to_make_one(tmp_path: Path) -> None:
    result = run("list", folder=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "promptreg init" in result.err


def test_the_output_file_is_untouched_when_the_render_fails(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    result = run("render", "support/reply", "-o", str(target))
    assert result.code == 2
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_folder_or_missing_folder_as_output_is_refused(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "none" / "out.txt"):
        result = run("render", "hello", "-o", str(target))
        assert (result.code, result.out) == (2, "")
        assert str(target) in result.err
    assert os.listdir(tmp_path) == []


def test_error_documents_hold_path_line_and_column(tmp_path: Path) -> None:
    folder = broken(tmp_path, replaced(_REPLY, "summary:", "sumary:"))
    result = run("render", "support/reply", "--format", "json", folder=folder)
    assert json.loads(result.out)["errors"][0] == {
        "code": "invalid-file",
        "message": 'sumary: unknown key "sumary"',
        "path": "prompts/support/reply.yaml",
        "line": 3,
        "column": 1,
        "suggestion": "summary",
    }
