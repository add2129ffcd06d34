"""Releases and schemas that are damaged are no clean bill, and nobody else's fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.support.registries import write_files

FILES = {
    "rules/tone.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Be kind.\n",
    "chat.yaml": """\
        kind: prompt
        version: 1.0.0
        output: {schema: schemas/reply.json}
        messages:
          - {role: system, parts: [{use: rules/tone}]}
        """,
    "schemas/reply.json": '{"type": "object"}\n',
}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    write_files(tmp_path, FILES)
    assert run("release", "chat", "--with-parts", folder=tmp_path).code == 0
    assert run("lint", folder=tmp_path).code == 0
    return tmp_path


@pytest.mark.parametrize("how", ["changed", "lost"])
def test_a_damaged_release_is_exit_4_and_no_finding_on_its_head(released: Path, how: str) -> None:
    frozen = released / "prompts/.versions/rules/tone/1.0.0.md"
    if how == "lost":
        frozen.unlink()
    else:
        frozen.write_bytes(frozen.read_bytes().replace(b"kind.", b"rude."))
    result = run("lint", folder=released)
    assert result.code == 4
    assert "changed-without-bump" not in result.out
    assert result.err.count("error: ") == 1
    assert ".versions/rules/tone/1.0.0.md" in result.err


def test_a_changed_head_is_a_finding(released: Path) -> None:
    (released / "prompts/rules/tone.md").write_text(FILES["rules/tone.md"].replace("kind.", "brief."))
    result = run("lint", folder=released)
    assert result.code == 1
    assert "changed-without-bump" in result.out


@pytest.mark.parametrize("text", [None, '{"type": "objekt"}', '{"type":'])
def test_a_schema_that_is_lost_or_broken_is_a_finding(released: Path, text: str | None) -> None:
    schema = released / "prompts/schemas/reply.json"
    if text is None:
        schema.unlink()
    else:
        schema.write_text(text)
    result = run("lint", "--select", "broken-schema", folder=released)
    assert result.code == 1
    assert "prompts/chat.yaml:3:18: error: the output schema" in result.out


def test_a_bump_says_who_will_not_take_it(released: Path) -> None:
    chat = released / "prompts/chat.yaml"
    chat.write_text(chat.read_text().replace("use: rules/tone", "use: rules/tone@^1"))
    head = "---\nkind: rule\nversion: 1.0.0\ninputs: {vip: {type: boolean}}\n---\n- Be kind{{ ', too' if vip }}.\n"
    (released / "prompts/rules/tone.md").write_text(head)
    result = run("lint", "prompts/rules/tone.md", folder=released)
    assert "raise the version to 2.0.0, which chat (rules/tone@^1) will not take" in result.out


def test_a_changed_schema_changes_its_prompt(released: Path) -> None:
    (released / "prompts/schemas/reply.json").write_text('{"type": "object", "required": ["answer"]}\n')
    result = run("lint", "--select", "changed-without-bump", folder=released)
    assert result.code == 1
    assert "prompts/chat.yaml:2:10: error: chat differs from its release 1.0.0" in result.out
