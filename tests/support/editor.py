"""An editor for tests: a real client that starts `promptreg lsp` and talks to it over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.workspace import TextDocument

__all__ = ["Editor", "editor", "server_environment"]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds that anything may take; only a test that fails waits so long."""

Diagnostics = list[lsp.Diagnostic]


def server_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a server process of a test sees: this checkout, and no caches."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PROMPTREG_CACHE_DIR": "off", **(more or {})}


class Editor:
    """One client with its server. Files are named relative to `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = LanguageClient("test-editor", "1")
        self.latest: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.logged: list[str] = []
        self.registered: list[lsp.Registration] = []
        self.capabilities: lsp.ServerCapabilities
        self._news = asyncio.Event()
        self.texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        for method, handler in (
            (lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, self._published),
            (lsp.WINDOW_LOG_MESSAGE, self._log),
            (lsp.CLIENT_REGISTER_CAPABILITY, self._register),
        ):
            self.client.feature(method)(partial(handler))  # it wants a callable that takes attributes

    def _published(self, params: lsp.PublishDiagnosticsParams) -> None:
        self.latest[params.uri] = params
        self._news.set()

    def _log(self, params: lsp.LogMessageParams) -> None:
        self.logged.append(params.message)
        self._news.set()

    def _register(self, params: lsp.RegistrationParams) -> None:
        self.registered += params.registrations

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self.client._server is not None
        return self.client._server

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    async def start(self, *arguments: str, encodings: Sequence[str] = (), environment: Any = None, **more: Any) -> None:
        command = [sys.executable, "-m", "promptreg", "lsp", *arguments]
        await self.client.start_io(*command, env=server_environment(environment), cwd=self.folder)
        general = lsp.GeneralClientCapabilities(position_encodings=list(encodings) or None)
        watched = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        changes = lsp.WorkspaceEditClientCapabilities(document_changes=True)
        workspace = lsp.WorkspaceClientCapabilities(did_change_watched_files=watched, workspace_edit=changes)
        params = lsp.InitializeParams(
            lsp.ClientCapabilities(general=general, workspace=workspace),
            process_id=more.get("process_id", os.getpid()),
            root_uri=self.folder.as_uri(),
            workspace_folders=[lsp.WorkspaceFolder(self.folder.as_uri(), "project")],
        )
        self.capabilities = (await self._soon(self.client.initialize_async(params))).capabilities
        self.client.initialized(lsp.InitializedParams())

    async def _soon(self, awaitable: Any) -> Any:
        return await asyncio.wait_for(awaitable, PATIENCE)

    def open(self, name: str, text: str | None = None) -> str:
        """Open a file, with another text than it has on disk if one is given; the text."""
        if text is None:
            text = (self.folder / name).read_bytes().decode()
        self._versions[name] = 1
        self.texts[name] = text
        item = lsp.TextDocumentItem(self.uri(name), "markdown", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return text

    def change(self, name: str, text: str) -> None:
        """Type: the whole document has this text now."""
        self._versions[name] += 1
        self.texts[name] = text
        document = lsp.VersionedTextDocumentIdentifier(self._versions[name], self.uri(name))
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    def save(self, name: str, text: str) -> None:
        """Write a file and tell the server."""
        (self.folder / name).write_bytes(text.encode())
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(self.document(name)))

    def close(self, name: str) -> None:
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(self.document(name)))

    async def diagnostics(self, name: str, until: Callable[[Diagnostics], object] = lambda _: True) -> Diagnostics:
        """What the server last said about a file, once that is what is waited for."""
        uri = self.uri(name)

        async def wait() -> Diagnostics:
            while True:
                self._news.clear()
                found = self.latest.get(uri)
                if found is not None and until(found.diagnostics):
                    return list(found.diagnostics)
                await self._news.wait()

        try:
            return await asyncio.wait_for(wait(), PATIENCE)
        except TimeoutError:
            said = {uri: [one.message for one in params.diagnostics] for uri, params in self.latest.items()}
            raise AssertionError(f"the server only said {said}; {self.logged}") from None

    async def log(self, part: str) -> str:
        """The first message of the log that holds this part, once there is one."""

        async def wait() -> str:
            while True:
                self._news.clear()
                for message in self.logged:
                    if part in message:
                        return message
                await self._news.wait()

        return await asyncio.wait_for(wait(), PATIENCE)

    async def at(self, method: str, name: str, place: tuple[int, int]) -> Any:
        """The answer to a request about a place: `hover`, `definition` or `completion`; line and column from 0."""
        kinds = {
            "hover": (self.client.text_document_hover_async, lsp.HoverParams),
            "definition": (self.client.text_document_definition_async, lsp.DefinitionParams),
            "completion": (self.client.text_document_completion_async, lsp.CompletionParams),
        }
        ask, params = kinds[method]
        return await self._soon(ask(params(self.document(name), lsp.Position(*place))))

    async def actions(self, name: str, range: lsp.Range) -> list[lsp.CodeAction]:
        """The code actions for a range of a file."""
        context = lsp.CodeActionContext(list(self.latest[self.uri(name)].diagnostics))
        params = lsp.CodeActionParams(self.document(name), range, context)
        return list(await self._soon(self.client.text_document_code_action_async(params)) or ())

    def apply(self, action: lsp.CodeAction, texts: Mapping[str, str]) -> None:
        """Edit the documents, which have these texts, as an action says."""
        assert action.edit is not None
        for change in action.edit.document_changes or ():
            assert isinstance(change, lsp.TextDocumentEdit)
            name = next(name for name in texts if self.uri(name) == change.text_document.uri)
            text = texts[name]
            document = TextDocument(change.text_document.uri, text)
            for edit in sorted(change.edits, key=lambda edit: edit.range.start, reverse=True):
                assert isinstance(edit, lsp.TextEdit)
                start, end = document.offset_at_position(edit.range.start), document.offset_at_position(edit.range.end)
                text = text[:start] + edit.new_text + text[end:]
            self.change(name, text)

    async def stop(self) -> int:
        """Say goodbye as the protocol wants it; the exit code of the server."""
        await self._soon(self.client.shutdown_async(None))
        self.client.exit(None)
        return int(await self._soon(self.process.wait()))


@asynccontextmanager
async def editor(folder: Path, *arguments: str, **more: Any) -> AsyncIterator[Editor]:
    """An editor with a started server, which is ended whatever happens."""
    found = Editor(folder)
    await found.start(*arguments, **more)
    try:
        yield found
        if found.process.returncode is None:
            assert await found.stop() == 0
    finally:
        if found.process.returncode is None:
            found.process.kill()
        await found.process.wait()
        for task in found.client._async_tasks:
            task.cancel()
        await asyncio.gather(*found.client._async_tasks, return_exceptions=True)
