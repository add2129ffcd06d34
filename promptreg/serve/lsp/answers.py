"""The requests that the server answers: each in a thread, so that the loop goes on and a request can be cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from promptreg.errors import PromptregError
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.finding import Edit
from promptreg.lint.rule import Rule
from promptreg.lint.settings import Settings
from promptreg.serve.lsp.actions import Action, actions
from promptreg.serve.lsp.completion import Offer, completions
from promptreg.serve.lsp.definition import definitions
from promptreg.serve.lsp.hover import hover
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.session import Asked
from promptreg.serve.lsp.symbols import Symbol, symbols

if TYPE_CHECKING:
    from promptreg.serve.lsp.server import PromptregServer
    from promptreg.serve.lsp.wire import Wire

__all__ = ["add_answers"]

_TRIGGERS = ["@", "/", "$", "|", ".", "{", '"', "["]
_KINDS = {
    "component": lsp.CompletionItemKind.Module,
    "version": lsp.CompletionItemKind.Constant,
    "input": lsp.CompletionItemKind.Field,
    "variable": lsp.CompletionItemKind.Variable,
    "filter": lsp.CompletionItemKind.Function,
    "test": lsp.CompletionItemKind.Function,
    "tag": lsp.CompletionItemKind.Keyword,
    "key": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.EnumMember,
    "rule": lsp.CompletionItemKind.Reference,
}
_SYMBOLS = {
    "input": lsp.SymbolKind.Field,
    "message": lsp.SymbolKind.Namespace,
    "part": lsp.SymbolKind.Module,
    "slot": lsp.SymbolKind.Array,
    "sample": lsp.SymbolKind.Object,
    "example": lsp.SymbolKind.Object,
    "heading": lsp.SymbolKind.String,
}


def add_answers(server: PromptregServer) -> None:
    """Let a server answer requests about documents."""
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def answer_hover(params: lsp.HoverParams) -> lsp.Hover | None:
        def answer(asked: Asked) -> lsp.Hover | None:
            wire, page = server.wire(asked.active), Page(asked.path, asked.text)
            found = hover(asked.snapshot, page, wire.offset(page.text, params.position))
            if found is None:
                return None
            text = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
            return lsp.Hover(text, wire.range(page.text, found.start, found.end))

        return await session.ask(params.text_document.uri, answer, None)

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def answer_definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        def answer(asked: Asked) -> list[lsp.Location]:
            wire, page = server.wire(asked.active), Page(asked.path, asked.text)
            return [*map(wire.place, definitions(asked.snapshot, page, wire.offset(page.text, params.position)))]

        return await session.ask(params.text_document.uri, answer, [])

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=_TRIGGERS))
    async def answer_completion(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        def answer(asked: Asked) -> list[lsp.CompletionItem]:
            wire, page = server.wire(asked.active), Page(asked.path, asked.text)
            offset = wire.offset(page.text, params.position)
            offers = completions(asked.snapshot, page, offset, _rules(server, asked))
            return [_item(wire, page, offer, number) for number, offer in enumerate(offers)]

        return await session.ask(params.text_document.uri, answer, [])

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    )
    async def answer_actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        only = params.context.only
        if only is not None and not any(_includes(kind, lsp.CodeActionKind.QuickFix) for kind in only):
            return []

        def answer(asked: Asked) -> list[lsp.CodeAction]:
            wire, page = server.wire(asked.active), Page(asked.path, asked.text)
            start, end = (wire.offset(page.text, at) for at in (params.range.start, params.range.end))
            findings = asked.active.findings.get(asked.path, ())
            found = actions(asked.snapshot, page, findings, start, end)
            return [_action(server, asked, wire, action) for action in found]

        return await session.ask(params.text_document.uri, answer, [])

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def answer_symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        def answer(asked: Asked) -> list[lsp.DocumentSymbol]:
            wire, page = server.wire(asked.active), Page(asked.path, asked.text)
            return [_symbol(wire, page, symbol) for symbol in symbols(page)]

        return await session.ask(params.text_document.uri, answer, [])


def _includes(asked: str, kind: str) -> bool:
    """Whether a kind of action that is asked for is the kind or a group around it."""
    return asked in ("", kind) or kind.startswith(f"{asked}.")


def _rules(server: PromptregServer, asked: Asked) -> Iterator[Rule]:
    """The rules that a suppression may name; read when they are asked for."""
    try:
        settings = asked.snapshot.settings
    except PromptregError:
        settings = Settings()
    try:
        yield from server.session.setup.rules(asked.snapshot.config, settings).rules
    except PromptregError:
        yield from builtin_rules()


def _item(wire: Wire, page: Page, offer: Offer, number: int) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        offer.text,
        kind=_KINDS[offer.kind],
        detail=offer.detail or None,
        sort_text=f"{number:05}",
        filter_text=offer.text,
        text_edit=lsp.TextEdit(wire.range(page.text, offer.start, offer.end), offer.text),
    )


def _symbol(wire: Wire, page: Page, symbol: Symbol) -> lsp.DocumentSymbol:
    where = wire.range(page.text, symbol.start, symbol.end)
    return lsp.DocumentSymbol(symbol.name or "?", _SYMBOLS[symbol.kind], where, where, detail=symbol.kind)


def _action(server: PromptregServer, asked: Asked, wire: Wire, action: Action) -> lsp.CodeAction:
    return lsp.CodeAction(
        action.title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[wire.diagnostic(action.finding)],
        is_preferred=action.is_best or None,
        edit=_workspace_edit(server, asked, wire, action.edits),
    )


def _workspace_edit(server: PromptregServer, asked: Asked, wire: Wire, edits: tuple[Edit, ...]) -> lsp.WorkspaceEdit:
    """Edits by file: with the versions they are made for, where the client understands these."""
    by_uri: dict[str, list[lsp.TextEdit]] = {}
    for edit in edits:
        place = edit.place
        uri = server.session.uri(asked.active, place.path)
        by_uri.setdefault(uri, []).append(wire.edit(place.source, place.start, place.end, edit.text))
    workspace = server.client_capabilities.workspace
    if not (workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes):
        return lsp.WorkspaceEdit(changes=by_uri)
    changes = []
    for uri, rows in by_uri.items():
        document = server.session.documents.get(uri)
        version = document.version if document else None
        changes.append(lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri, version), list(rows)))
    return lsp.WorkspaceEdit(document_changes=list(changes))
