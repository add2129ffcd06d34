"""The language server as editors have it: a process, a real client, and files that change."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from tests.support.editor import Editor, editor, server_environment
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


def test_positions_count_code_units_of_the_encoding_that_was_agreed_on(project: Path) -> None:
    text = FILES["rules/tone.md"].replace("- Be {{ mood }}.", "- 😀é {{ moood }}.").replace("\n", "\r\n")
    columns = {"utf-16": 9, "utf-8": 12, "utf-32": 8}

    async def story(encoding: str, asked: list[str]) -> None:
        async with editor(project, encodings=asked) as one:
            assert one.capabilities.position_encoding == encoding
            one.open(TONE, text)
            wrong = next(item for item in await one.diagnostics(TONE) if item.code == "undefined-variable")
            start = columns[encoding]
            assert wrong.range == lsp.Range(lsp.Position(5, start), lsp.Position(5, start + 5))
            one.change(TONE, text.replace("moood", "mood"))
            (place,) = await one.at("definition", TONE, (5, start + 1))
            assert place.range.start == lsp.Position(3, 9)

    for encoding, asked in (("utf-16", []), ("utf-8", ["utf-8"]), ("utf-32", ["utf-32"])):
        asyncio.run(story(encoding, asked))


def test_hover_definition_completion_and_outline_are_answered_for_unsaved_texts(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            text = one.open(CHAT)
            hover = await one.at("hover", CHAT, (6, 16))
            assert isinstance(hover, lsp.Hover)
            assert isinstance(hover.contents, lsp.MarkupContent)
            assert "**rules/tone@1.0.0+head** (rule)" in hover.contents.value
            assert "tokens with `one`" in hover.contents.value
            assert hover.range == lsp.Range(lsp.Position(6, 13), lsp.Position(6, 26))
            (place,) = await one.at("definition", CHAT, (6, 16))
            assert place.uri == one.uri(TONE)
            one.change(CHAT, text.replace("rules/other@1", "rules/ot"))
            items = await one.at("completion", CHAT, (7, 21))
            assert [item.label for item in items] == ["rules/other", "rules/tone"]
            assert items[0].text_edit == lsp.TextEdit(
                lsp.Range(lsp.Position(7, 13), lsp.Position(7, 21)), "rules/other"
            )
            params = lsp.DocumentSymbolParams(one.document(CHAT))
            found = await one.client.text_document_document_symbol_async(params)
            assert [symbol.name for symbol in found or ()] == [
                *("mood", "system", "0.0 rules/tone@^1", "0.1 rules/ot", "one")
            ]

    asyncio.run(story())


def test_an_applied_code_action_gives_the_fixed_text(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            text = one.open(TONE).replace("{{ mood }}", "{{ moood }}")
            one.change(TONE, text)
            found = await one.diagnostics(TONE, bool)
            wrong = next(item for item in found if item.code == "undefined-variable")
            actions = await one.actions(TONE, wrong.range)
            fix = next(action for action in actions if "(unsafe: " in action.title)
            assert fix.kind == lsp.CodeActionKind.QuickFix
            assert list(fix.diagnostics or ()) == [wrong]
            one.apply(fix, {TONE: text})
            assert one.texts[TONE] == FILES["rules/tone.md"]
            assert await one.diagnostics(TONE, lambda found: not found) == []
            ignore = next(action for action in actions if action.title == "Ignore undefined-variable here")
            one.apply(ignore, {TONE: text})
            assert "{# promptreg: ignore[undefined-variable] #}\n- Be {{ moood }}." in one.texts[TONE]
            await one.diagnostics(TONE, lambda found: rules(found) == ["unused-variable"])

    asyncio.run(story())


def test_a_cancelled_request_is_answered_as_cancelled_and_harms_nothing(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            one.open(CHAT)
            params = lsp.HoverParams(one.document(CHAT), lsp.Position(6, 16))
            first = [one.client.text_document_hover_async(params) for _ in range(20)]
            protocol = one.client.protocol
            last = protocol.send_request_async("textDocument/hover", params, msg_id="last")
            protocol.notify("$/cancelRequest", lsp.CancelParams(id="last"))
            with pytest.raises(JsonRpcException) as caught:
                await asyncio.wait_for(last, 60)
            assert caught.value.code == lsp.LSPErrorCodes.RequestCancelled
            assert all(await asyncio.gather(*first))

    asyncio.run(story())


def test_messages_that_make_no_sense_are_survived(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            stdin = one.process.stdin
            assert stdin is not None
            for body in (b"{{{{", b"\xff\xfe", b"[" * 100_000, b"[1]", b'"x"', b'{"jsonrpc": "2.0", "method": 5}'):
                stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            stdin.write(b"Nonsense: yes\r\nContent-Length: 2\r\n\r\n{}")
            with pytest.raises(JsonRpcException) as caught:
                await one.client.protocol.send_request_async("promptreg/nothing", None)
            assert caught.value.code == lsp.ErrorCodes.MethodNotFound
            wrong = b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": {"position": "here"}}'
            one.client.protocol._request_futures[7] = answer = Future()
            one.client.protocol._result_types[7] = None
            stdin.write(b"Content-Length: %d\r\n\r\n" % len(wrong) + wrong)
            with pytest.raises(JsonRpcException):
                await asyncio.wait_for(asyncio.wrap_future(answer), 60)
            one.open(TONE)
            assert await one.diagnostics(TONE) == []
            assert await one.at("hover", TONE, (5, 8))

    asyncio.run(story())


def test_files_that_change_on_disk_are_seen(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            one.open(CHAT)
            await one.diagnostics(CHAT)
            assert [found.method for found in one.registered] == ["workspace/didChangeWatchedFiles"]
            file = project / TONE
            file.write_text(FILES["rules/tone.md"].replace("1.0.0", "2.0.0"))
            event = lsp.FileEvent(one.uri(TONE), lsp.FileChangeType.Changed)
            one.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
            assert rules(await one.diagnostics(CHAT, bool)) == ["version-unsatisfied"]
            file.unlink()
            event = lsp.FileEvent(one.uri(TONE), lsp.FileChangeType.Deleted)
            one.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
            await one.diagnostics(CHAT, lambda found: "missing-reference" in rules(found))

    asyncio.run(story())


def test_a_file_that_was_never_saved_is_of_the_registry(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            text = one.open(CHAT)
            one.change(CHAT, text.replace("rules/other@1", "new/folder/rule@1"))
            await one.diagnostics(CHAT, lambda found: "missing-reference" in rules(found))
            one.open("prompts/new/folder/rule.md", FILES["rules/other.md"])
            await one.diagnostics(CHAT, lambda found: "missing-reference" not in rules(found))

    asyncio.run(story())


def test_wrong_settings_are_shown_where_they_stand_and_the_rest_goes_on(project: Path) -> None:
    async def story() -> None:
        async with editor(project) as one:
            one.open(TONE, FILES["rules/tone.md"].replace("mood }}", "moood }}"))
            one.save("promptreg.toml", "[lint]\nselct = ['all']\n")
            (wrong,) = await one.diagnostics("promptreg.toml", bool)
            assert "selct" in wrong.message
            assert wrong.range.start == lsp.Position(1, 0)
            assert "undefined-variable" in rules(await one.diagnostics(TONE, bool))
            one.save("promptreg.toml", "[lint]\nignore = ['undefined-variable', 'unused-variable']\n")
            assert await one.diagnostics("promptreg.toml", lambda found: not found) == []
            assert await one.diagnostics(TONE, lambda found: not found) == []

    asyncio.run(story())


def test_calls_in_python_are_checked_as_they_are_typed(project: Path) -> None:
    code = "import promptreg\n\nreg = promptreg.load('prompts')\nreg.render('chat', {'mood': 'kind'})\n"

    async def story() -> None:
        async with editor(project) as one:
            (project / "app.py").write_text(code)
            one.open("app.py")
            assert await one.diagnostics("app.py") == []
            one.change("app.py", code.replace("'chat'", "'chta'"))
            (wrong,) = await one.diagnostics("app.py", bool)
            assert wrong.code == "unknown-prompt"
            assert wrong.range.start.line == 3

    asyncio.run(story())


CRASHING = """
from promptreg.lint.rule import Rule

def check(subject, options):
    raise ZeroDivisionError("on purpose")
    yield from ()

RULE = Rule("crashing", "ZZZ001", "Crashes.", "head", check)
"""


def test_a_rule_that_crashes_is_shown_and_ends_nothing(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    installed = tmp_path_factory.mktemp("installed")
    (installed / "crashing.py").write_text(CRASHING)
    info = installed / "crashing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crashing\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[promptreg.rules]\ncrashing = crashing:RULE\n")
    path = os.pathsep.join([server_environment()["PYTHONPATH"], str(installed)])

    async def story() -> None:
        async with editor(project, environment={"PYTHONPATH": path}) as one:
            one.open(TONE, FILES["rules/tone.md"].replace("mood }}", "moood }}"))
            found = await one.diagnostics(TONE, lambda found: "no-answer" in rules(found))
            assert "undefined-variable" in rules(found)
            assert "ZeroDivisionError: on purpose" in await one.log("crashed on rules/tone")
            assert await one.at("hover", TONE, (3, 10))

    asyncio.run(story())


def test_what_is_printed_does_not_disturb_the_protocol(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    installed = tmp_path_factory.mktemp("installed")
    loud = CRASHING.replace("raise ZeroDivisionError(", "import os; os.system('echo y'); print(")
    (installed / "printing.py").write_text(loud)
    info = installed / "printing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: printing\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[promptreg.rules]\nprinting = printing:RULE\n")
    path = os.pathsep.join([server_environment()["PYTHONPATH"], str(installed)])

    async def story() -> None:
        pipe = asyncio.subprocess.PIPE
        environment = server_environment({"PYTHONPATH": path})
        command = [sys.executable, "-m", "promptreg", "lsp"]
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment, cwd=project)
        assert process.stdin is not None
        assert process.stdout is not None
        document = {
            "uri": (project / TONE).as_uri(),
            "languageId": "markdown",
            "version": 1,
            "text": FILES["rules/tone.md"],
        }
        for message in (
            {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
            {"method": "initialized", "params": {}},
            {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        ):
            body = json.dumps({"jsonrpc": "2.0", **message}).encode()
            process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        seen = ""
        while seen != "textDocument/publishDiagnostics":
            header = await asyncio.wait_for(process.stdout.readuntil(b"\r\n\r\n"), 60)
            assert header.startswith(b"Content-Length: ")
            size = int(header.split(b"\r\n")[0].partition(b": ")[2])
            seen = json.loads(await process.stdout.readexactly(size)).get("method", "")
        process.kill()
        await process.wait()

    asyncio.run(story())


def test_a_client_that_exits_without_shutdown_gets_another_exit_code(project: Path) -> None:
    async def story() -> None:
        one = Editor(project)
        await one.start()
        one.client.exit(None)
        assert await asyncio.wait_for(one.process.wait(), 60) == 1

    asyncio.run(story())


def test_a_client_that_is_gone_ends_the_server_though_the_pipe_is_open(project: Path) -> None:
    async def story() -> None:
        gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
        one = Editor(project)
        await one.start(process_id=gone.pid)
        await gone.communicate(b"\n")
        assert await asyncio.wait_for(one.process.wait(), 60) == 1

    asyncio.run(story())


def test_a_client_that_ends_without_a_word_ends_the_server(project: Path) -> None:
    async def story() -> None:
        one = Editor(project)
        await one.start()
        assert one.process.stdin is not None
        one.process.stdin.close()
        assert await asyncio.wait_for(one.process.wait(), 60) == 1

    asyncio.run(story())
