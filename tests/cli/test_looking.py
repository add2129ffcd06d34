"""The commands that look around: list, show, tree, schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.golden import check_golden
from tests.cli.registries import broken, replaced
from tests.cli.running import run
from tests.cli.schemas import valid
from tests.support.frozen import history

_NAMES = [
    "examples/refunds",
    "hello",
    "instructions/agent",
    "notes",
    "rules/refund-limits",
    "rules/tone",
    "support/reply",
    "templates/windows",
]


def test_list_shows_every_component_and_prompt() -> None:
    result = run("list")
    assert (result.code, result.err) == (0, "")
    check_golden("list.txt", result.out)


def test_list_as_json_has_exactly_the_keys_of_the_contract() -> None:
    document = valid(run("list", "--format", "json").out, "list")
    assert [item["name"] for item in document["items"]] == _NAMES
    assert document["items"][6] == {
        "name": "support/reply",
        "kind": "prompt",
        "version": "2.0.0+head",
        "path": "prompts/support/reply.yaml",
        "samples": ["small-claim", "with-history"],
    }


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["rules/*"], ["rules/refund-limits", "rules/tone"]),
        (["*o*"], [name for name in _NAMES if "o" in name]),
        (["--kind", "prompt"], ["hello", "notes", "support/reply"]),
        (["--kind", "rule", "*tone"], ["rules/tone"]),
        (["nothing"], []),
    ],
)
def test_list_keeps_what_matches(arguments: list[str], names: list[str]) -> None:
    document = valid(run("list", *arguments, "--format", "json").out, "list")
    assert [item["name"] for item in document["items"]] == names


@pytest.mark.parametrize(
    ("glob", "hint"),
    [
        ("rules", ' (did you mean "rules/*"?)'),
        ("rules/", ' (did you mean "rules/*"?)'),
        ("tone", ' (did you mean "*tone*"?)'),
        ("suport/reply", ' (did you mean "support/reply"?)'),
        ("zzz", "."),
    ],
)
def test_a_glob_that_matches_nothing_is_told_on_standard_error(glob: str, hint: str) -> None:
    result = run("list", glob)
    assert (result.code, result.out, result.err) == (0, "", f'Nothing matches "{glob}"{hint}\n')


def test_a_glob_that_matches_a_broken_file_only_gets_its_problems(tmp_path: Path) -> None:
    folder = broken(tmp_path, replaced("rules/tone.md", "kind: rule", "kind: rul"))
    result = run("list", "rules/tone", folder=folder)
    assert (result.code, result.out) == (2, "")
    assert "Nothing matches" not in result.err


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "good.md").write_text("---\nkind: rule\nversion: 1.0.0\nsummary: Good.\n---\n- Yes.\n")
    (tmp_path / "prompts" / "bad.md").write_text("---\nkind: rul\nverison: 1.0.0\n---\n- No.\n")
    for form in ("text", "json"):
        result = run("list", "--format", form, folder=tmp_path)
        assert result.code == 2
        assert "good" in result.out
        assert "bad" not in result.out
        assert 'prompts/bad.md:2:7: kind: "rul"' in result.err
        assert '(did you mean "version"?)' in result.err


@pytest.mark.parametrize("name", ["rules/refund-limits", "support/reply", "templates/windows", "hello"])
def test_show_describes_components_and_prompts(name: str) -> None:
    result = run("show", name)
    assert (result.code, result.err) == (0, "")
    check_golden(f"show-{name.replace('/', '-')}.txt", result.out)
    valid(run("show", name, "--format", "json").out, "show")


def test_show_as_json_says_everything_about_a_prompt() -> None:
    text = run("show", "support/reply", "--format", "json").out
    check_golden("show-support-reply.json", text)
    document = valid(text, "show")
    assert [use["ref"] for use in document["uses"]] == [
        "instructions/agent@^1",
        "rules/refund-limits@~1.2",
        "examples/refunds@1",
    ]
    ticket = document["inputs"][-1]
    assert (ticket["required"], "default" in ticket, ticket["trust"]) == (True, False, "untrusted")


def test_show_names_the_users_of_a_component() -> None:
    document = valid(run("show", "rules/tone", "--format", "json").out, "show")
    assert document["used_by"] == [
        {
            "name": "instructions/agent",
            "ref": "rules/tone@^1",
            "path": "prompts/instructions/agent.md",
            "line": 14,
            "column": 1,
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "golden"),
    [
        (["support/reply"], "tree-reply.txt"),
        (["rules/tone", "--dependants"], "tree-tone-dependants.txt"),
        ([], "tree-all.txt"),
        (["support/reply", "--depth", "1"], "tree-reply-depth.txt"),
    ],
)
def test_tree_draws_parts_and_users(arguments: list[str], golden: str) -> None:
    result = run("tree", *arguments)
    assert (result.code, result.err) == (0, "")
    check_golden(golden, result.out)
    valid(run("tree", *arguments, "--format", "json").out, "tree")


def test_tree_in_ascii_on_a_plain_terminal() -> None:
    result = run("tree", "support/reply", terminal=True, environment={"TERM": "dumb"})
    assert result.out.isascii()
    assert "`-- " in result.out


@pytest.mark.parametrize("command", ["show", "tree"])
def test_an_unknown_name_is_answered_with_the_nearest(command: str) -> None:
    result = run(command, "rules/tome")
    assert (result.code, result.out) == (2, "")
    assert 'did you mean "rules/tone"?' in result.err
    valid(run(command, "rules/tome", "--format", "json").out, "error")


def test_schema_lists_and_prints_the_shipped_files() -> None:
    names = run("schema").out.split()
    assert {"render", "list", "why", "error", "show", "tree"} <= set(names)
    for name in names:
        schema = json.loads(run("schema", name).out)
        jsonschema.Draft202012Validator.check_schema(schema)
        if name not in ("team-rule", "vocabulary"):  # files that people write, and no output
            assert schema["properties"]["schema"]["const"] == f"promptreg/{name}/1"
    assert run("schema", "promptreg/list/1").out == run("schema", "list").out
    assert "did you mean" in run("schema", "rendr").err


@pytest.fixture
def past(tmp_path: Path) -> Path:
    history(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("ref", "users", "above"),
    [
        ("rules/tone", ["chat/close", "rules/limits"], ["chat/close", "rules/limits", "chat/reply"]),
        ("rules/tone@1.0.0", ["chat/close", "rules/limits"], ["chat/close", "rules/limits", "chat/reply"]),
        ("rules/tone@1.1.0", ["rules/limits"], ["rules/limits", "chat/reply"]),
        ("rules/tone@^1", ["rules/limits"], ["rules/limits", "chat/reply"]),
        ("rules/tone@2.0.0", [], []),
    ],
)
def test_a_version_has_the_users_whose_refs_take_it(past: Path, ref: str, users: list[str], above: list[str]) -> None:
    document = valid(run("show", ref, "--format", "json", folder=past).out, "show")
    assert [user["name"] for user in document["used_by"]] == users
    tree = valid(run("tree", ref, "--dependants", "--format", "json", folder=past).out, "tree")
    assert [node["name"] for node in below(tree["roots"][0])] == above


def below(node: dict[str, list[object]]) -> list[dict[str, list[object]]]:
    return [found for child in node["children"] for found in (child, *below(child))]  # type: ignore[arg-type, misc]
