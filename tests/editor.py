"""An editor for tests: a real client that talks to `statelint-server` over its standard input and output."""

# mypy: disable-error-code="untyped-decorator, no-untyped-call"
from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

import statelint

# Long enough for a machine under load; no test waits for it where the server does what it should.
PATIENCE = 180.0


class Editor(LanguageClient):
    """Keeps what it has open, and what the server tells it."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.told = 0
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.logged: list[str] = []
        self.said: list[str] = []
        self.refreshed = 0
        self._news = asyncio.Event()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = params
            self.told += 1
            self._news.set()

        @self.feature(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)
            self._news.set()

        @self.feature(types.WINDOW_SHOW_MESSAGE)
        def said(params: types.ShowMessageParams) -> None:
            self.said.append(params.message)
            self._news.set()

        @self.feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        def refresh(_: None) -> None:
            self.refreshed += 1
            self._news.set()

        @self.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(_: types.RegistrationParams) -> None:
            pass

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for the server to have told something."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def open(self, uri: str, text: str, language: str = "python") -> None:
        self.texts[uri], self.versions[uri] = text, 1
        self.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
        )

    def write(self, uri: str, text: str) -> None:
        """Put another text in the place of all that stands in a file."""
        self.texts[uri], self.versions[uri] = text, self.versions[uri] + 1
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[uri], uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def save(self, uri: str) -> None:
        self.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def touched(self, uri: str) -> None:
        """Tell that a file has changed on disk."""
        change = types.FileEvent(uri, types.FileChangeType.Changed)
        self.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))

    def codes(self, uri: str) -> list[str | int | None]:
        return [one.code for one in self.published[uri].diagnostics]

    async def shown(self, uri: str) -> list[types.Diagnostic]:
        """What the server shows in the text as it is now."""
        await self.until(lambda: uri in self.published and self.published[uri].version == self.versions[uri])
        return list(self.published[uri].diagnostics)

    async def offered(
        self, uri: str, line: int, *only: str, column: int = 0
    ) -> list[types.CodeAction | types.Command]:
        place = types.Position(line, column)
        context = types.CodeActionContext([], list(only) or None, types.CodeActionTriggerKind.Invoked)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(place, place), context)
        return list(await self.text_document_code_action_async(params) or [])

    def make(self, action: types.CodeAction | types.Command) -> None:
        """Make the edits of a code action in what is open."""
        assert isinstance(action, types.CodeAction)
        assert action.edit is not None
        for change in action.edit.document_changes or []:
            assert isinstance(change, types.TextDocumentEdit)
            uri = change.text_document.uri
            assert change.text_document.version == self.versions[uri]
            edits = [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
            self.write(uri, edited(self.texts[uri], edits))


def edited(text: str, edits: list[types.TextEdit]) -> str:
    """The text with edits made, whose columns count UTF-16 units."""
    data = text.encode("utf-16-le")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode("utf-16-le")))

    def place(position: types.Position) -> int:
        return starts[position.line] + 2 * position.character

    for edit in sorted(edits, key=lambda edit: place(edit.range.start), reverse=True):
        data = (
            data[: place(edit.range.start)]
            + edit.new_text.encode("utf-16-le")
            + data[place(edit.range.end) :]
        )
    return data.decode("utf-16-le")


def capabilities(
    *, pull: bool = False, encodings: list[types.PositionEncodingKind | str] | None = None
) -> types.ClientCapabilities:
    """What an editor can do that has all that the server makes use of."""
    shown = types.PublishDiagnosticsClientCapabilities(
        related_information=True,
        code_description_support=True,
        tag_support=types.ClientDiagnosticsTagOptions(list(types.DiagnosticTag)),
    )
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=shown,
            diagnostic=types.DiagnosticClientCapabilities(related_document_support=False) if pull else None,
        ),
        notebook_document=types.NotebookDocumentClientCapabilities(
            types.NotebookDocumentSyncClientCapabilities()
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        ),
        general=types.GeneralClientCapabilities(position_encodings=encodings),
    )


@asynccontextmanager
async def editing(
    folder: Path, able: types.ClientCapabilities | None = None, path: Sequence[Path] = ()
) -> AsyncIterator[Editor]:
    """An editor whose workspace is the folder; its server, with `path` to import from, ends in order."""
    editor = Editor()
    places = [*path, Path(statelint.__file__).parents[1]]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))}
    await editor.start_io(sys.executable, "-m", "statelint.server", cwd=folder, env=environment)
    server = editor._server
    assert server is not None
    try:
        async with asyncio.timeout(PATIENCE):
            await editor.initialize_async(
                types.InitializeParams(able or capabilities(), root_uri=folder.as_uri())
            )
        editor.initialized(types.InitializedParams())
        yield editor
        async with asyncio.timeout(PATIENCE):
            await editor.shutdown_async(None)
            editor.exit(None)
            assert await server.wait() == 0
    finally:
        if server.returncode is None:
            server.kill()
        await editor.stop()
