"""The language server as editors have it: a process, a real client, and files that change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.support.editor import Editor, editor
from tests.support.registries import write_files

TONE = "prompts/rules/tone.md"
CHAT = "prompts/chat.yaml"
FILES = {
    "rules/tone.md": "---\nkind: rule\nversion: 1.0.0\ninputs: {mood: {type: string}}\n---\n- Be {{ mood }}.\n",
    "rules/other.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Be kind.\n",
    "chat.yaml": (
        "kind: prompt\nversion: 1.0.0\ninputs: {mood: {type: string}}\n"
        "messages:\n  - role: system\n    parts:\n      - use: rules/tone@^1\n      - use: rules/other@1\n"
        "samples: {one: {mood: kind}}\n"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(tmp_path, FILES)
    (tmp_path / "promptreg.toml").write_text("")
    return tmp_path


def rules(diagnostics: object) -> list[object]:
    assert isinstance(diagnostics, list | tuple)
    return [one.code for one in diagnostics]


def test_an_opened_file_is_diagnosed_and_a_change_of_it_too(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            text = one.open(TONE)
            assert await one.diagnostics(TONE) == []
            one.change(TONE, text.replace("{{ mood }}", "{{ moood }}"))
            found = await one.diagnostics(TONE, bool)
            assert "undefined-variable" in rules(found)
            wrong = next(item for item in found if item.code == "undefined-variable")
            assert wrong.range == lsp.Range(lsp.Position(5, 8), lsp.Position(5, 13))
            assert wrong.severity == lsp.DiagnosticSeverity.Error
            assert wrong.source == "promptreg"
            one.change(TONE, text)
            assert await one.diagnostics(TONE, lambda found: not found) == []

    asyncio.run(story())


def test_what_is_made_with_a_changed_file_is_diagnosed_though_it_is_not_open(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            text = one.open(TONE)
            await one.diagnostics(TONE)
            one.change(TONE, text.replace("1.0.0", "2.0.0"))
            assert rules(await one.diagnostics(CHAT, bool)) == ["version-unsatisfied"]
            one.close(TONE)
            assert await one.diagnostics(CHAT, lambda found: not found) == []

    asyncio.run(story())


def test_a_client_that_ends_without_a_word_ends_the_server(project: Path) -> None:
    async def story() -> None:
        one = Editor(project)
        await one.start()
        assert one.process.stdin is not None
        one.process.stdin.close()
        assert await asyncio.wait_for(one.process.wait(), 60) == 1

    asyncio.run(story())
