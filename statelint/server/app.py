"""The server: what the protocol asks for, and who answers."""

from __future__ import annotations

import os
import sys
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from statelint import __version__
from statelint.server.actions import KINDS
from statelint.server.diagnostics import Client
from statelint.server.documents import OpenWorkspace
from statelint.server.session import Session

_WATCHED = ("**/*.py", "**/*.toml", "**/requirements*.txt")
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="*", cells=[types.NotebookCellLanguage(language="python")]
        )
    ]
)


class Server(LanguageServer):
    """A language server whose errors go to the log: no window pops up for them."""

    session: Session
    was_shut_down = False

    def report_server_error(self, error: Exception, source: Any) -> None:
        sys.stderr.write(f"statelint-server: {error}\n")


def serve() -> int:
    """Serve over standard input and output; returns the exit status, 0 after an orderly end."""
    # Whatever prints, it mustn't be among the messages.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    server = made()
    server.start_io(sys.stdin.buffer, output)
    return 0 if server.was_shut_down else 1


def made() -> Server:
    """A server with all that it can do."""
    server = Server("statelint", __version__, notebook_document_sync=_NOTEBOOKS)
    _begin_and_end(server)
    _documents(server)
    _notebooks(server)
    _questions(server)
    return server


def _begin_and_end(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        encoding = server.workspace.position_encoding
        server.protocol._workspace = OpenWorkspace(
            server.workspace.root_uri,
            types.TextDocumentSyncKind.Incremental,
            params.workspace_folders or [],
            encoding,
        )
        server.session = Session(server, Client.of(params.capabilities))

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        if workspace and workspace.did_change_watched_files:
            if workspace.did_change_watched_files.dynamic_registration:
                watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
                options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
                what = types.Registration("watched", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
                await server.client_register_capability_async(types.RegistrationParams([what]))

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.was_shut_down = True

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_: types.DidChangeWatchedFilesParams) -> None:
        server.session.everything_changed()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configuration_changed(_: types.DidChangeConfigurationParams) -> None:
        server.session.everything_changed()


def _documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.session.changed(uri, (uri,))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.session.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.session.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.session.closed([params.text_document.uri])


def _notebooks(server: Server) -> None:
    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenNotebookDocumentParams) -> None:
        cells = tuple(cell.uri for cell in params.cell_text_documents)
        server.session.changed(params.notebook_document.uri, cells)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeNotebookDocumentParams) -> None:
        structure = params.change.cells.structure if params.change.cells else None
        if structure is not None and structure.did_close:
            server.session.closed([cell.uri for cell in structure.did_close])
        server.session.changed(params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveNotebookDocumentParams) -> None:
        server.session.saved(params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseNotebookDocumentParams) -> None:
        server.session.closed([cell.uri for cell in params.cell_text_documents])


def _questions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        return server.session.hover(params.text_document.uri, params.position)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=False),
    )
    async def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await server.session.actions(params)

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=False, identifier="statelint"
        ),
    )
    async def diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return await server.session.report(params.text_document.uri, params.previous_result_id)
