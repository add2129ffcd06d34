"""The language server itself: which messages it answers, and how it starts and ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
from typing import BinaryIO, NoReturn

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from promptreg import __version__
from promptreg.serve.lsp.answers import add_answers
from promptreg.serve.lsp.findings import Known
from promptreg.serve.lsp.lines import Encoding
from promptreg.serve.lsp.session import Active, Session, Setup
from promptreg.serve.lsp.uris import file_of, uri_of
from promptreg.serve.lsp.wire import Wire

__all__ = ["PromptregServer", "serve"]

_WATCHED = ("**/*.{md,yaml,yml,json,lock,py}", "**/{promptreg,pyproject}.toml")
_GARBAGE = (10_000, 10, 10)
"""How often garbage is looked for: commands hardly do, because they end soon."""

_PARENT_SECONDS = 2.0
"""How often the server looks whether the client is still there: one that was killed cannot say that it goes."""


class PromptregServer(LanguageServer):
    """Answers one client. `said_goodbye` is whether it asked to shut down before the end, as it must."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(
            "promptreg",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Full,
            protocol_cls=_Protocol,
            converter_factory=default_converter,
        )
        self.session = Session(setup, self._publish, self.log)
        self.said_goodbye = False
        self._sent: dict[str, list[lsp.Diagnostic]] = {}

    def log(self, message: str) -> None:
        """Tell the client something for its log."""
        self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, message))

    def report_server_error(self, error: Exception, source: type[PyglsError | JsonRpcException]) -> None:
        """A message that could not be read, or a fault of ours: for the log of the client, never a window."""
        self.log(f"{type(error).__name__}: {error}")

    def wire(self, active: Active) -> Wire:
        """Converts what is said about a project."""
        encoding = self.server_capabilities.position_encoding
        units: Encoding = "utf-16"
        if encoding == lsp.PositionEncodingKind.Utf8:
            units = "utf-8"
        elif encoding == lsp.PositionEncodingKind.Utf32:
            units = "utf-32"
        return Wire(units, lambda path: self.session.uri(active, path))

    def _publish(self, active: Active, path: str, known: Known, must: bool) -> None:
        uri = self.session.uri(active, path)
        troubles = [trouble for trouble in known.troubles if trouble.path == path]
        found = self.wire(active).diagnostics(known.findings.get(path, ()), troubles)
        if must or self._sent.get(uri, []) != found:
            self._sent[uri] = found
            document = self.session.documents.get(uri)
            version = document.version if document else None
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, version))

    async def watch_parent(self, process: int) -> None:
        """End when the process of the client has ended without a word."""
        while True:
            await asyncio.sleep(_PARENT_SECONDS)
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                os._exit(1)  # nobody is there to read what is left to say
            except OSError:  # it belongs to somebody else, so it is there
                continue


class _Protocol(LanguageServerProtocol):
    """The protocol of pygls, which leaves a request with wrong parameters without an answer; clients would wait."""

    def structure_message(self, data: dict[str, object]) -> object:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            number = data.get("id")
            if isinstance(number, (int, str)) and "method" in data:
                self._send_response(number, error=error.to_response_error())
            raise


def _build(setup: Setup) -> PromptregServer:
    server = PromptregServer(setup)
    session = server.session

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        uris = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        session.folders = [folder for folder in map(file_of, uris) if folder]

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        if server.process_id is not None:
            session.background(server.watch_parent(server.process_id))
        await _watch_files(server)

    @server.feature(lsp.SHUTDOWN)
    def shutdown(params: None) -> None:
        server.said_goodbye = True

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        gone = {folder.uri for folder in params.event.removed}
        new = [folder for folder in (file_of(one.uri) for one in params.event.added) if folder]
        session.folders = [folder for folder in session.folders if uri_of(folder) not in gone] + new
        session.reload()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        session.put(document.uri, document.version, document.text, wait=False)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        session.put(document.uri, document.version, params.content_changes[-1].text, wait=True)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        session.saved(filter(None, [file_of(params.text_document.uri)]))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        session.drop(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        session.saved(filter(None, (file_of(change.uri) for change in params.changes)))

    add_answers(server)
    return server


async def _watch_files(server: PromptregServer) -> None:
    """Ask the client to tell of files that change on disk, where it can be asked."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if not watched or not watched.dynamic_registration:
        return
    options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(pattern) for pattern in _WATCHED])
    wanted = lsp.Registration("watched-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    with contextlib.suppress(JsonRpcException):
        await server.client_register_capability_async(lsp.RegistrationParams([wanted]))


def serve(setup: Setup) -> NoReturn:
    """Talk to a client over standard input and output, and end the process: with 0 after a proper goodbye, else 1.

    Whatever else writes to standard output in this process, or in one that it starts, goes to standard error.
    """
    gc.set_threshold(*_GARBAGE)
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    incoming, outgoing = _take_streams()
    server = _build(setup)
    server.start_io(incoming, outgoing)
    sys.stderr.flush()
    os._exit(0 if server.said_goodbye else 1)  # a run of the linter that is under way is not waited for


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    sys.stdout.flush()
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")
