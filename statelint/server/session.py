"""One editor's session: what is checked when, and what of it is shown."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from statelint.findings import Finding
from statelint.server.actions import FIX_ALL, NOTEBOOK_FIX_ALL, Offers, wants
from statelint.server.analysis import Analyst, Job, Outcome, StaleError
from statelint.server.diagnostics import Client, diagnostics
from statelint.server.documents import Buffer, buffers
from statelint.server.pages import hover
from statelint.server.places import overlap

# How long somebody must have stopped typing.
PAUSE = 0.25
# Programs are followed in deep recursion.
_STACK = 64 * 2**20

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown in a text, finding by finding, and of which check; `id` is new with each content."""

    id: str
    outcome: Outcome
    found: tuple[tuple[Finding, types.Diagnostic], ...]


class Session:
    """Checks what is open, one job at a time, the newest texts only; runs in the server's loop."""

    def __init__(self, server: LanguageServer, client: Client) -> None:
        self._server = server
        self._client = client
        capabilities = server.client_capabilities
        text, workspace = capabilities.text_document, capabilities.workspace
        self._is_asked = text is not None and text.diagnostic is not None
        self._can_refresh = bool(
            workspace and workspace.diagnostics and workspace.diagnostics.refresh_support
        )
        self._versioned = bool(
            workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes
        )
        shown = text.hover.content_format if text is not None and text.hover is not None else None
        is_plain = shown is not None and types.MarkupKind.Markdown not in shown
        self._markup = types.MarkupKind.PlainText if is_plain else types.MarkupKind.Markdown
        self._analyst = Analyst()
        threading.stack_size(_STACK)
        self._worker = ThreadPoolExecutor(1, "statelint")
        self._dirty: set[str] = set()
        self._settled: set[str] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        # What the client knows to have changed: it asks for that by itself.
        self._told: set[str] = set()
        self._shown: dict[str, Shown] = {}
        self._complaints: list[str] = []
        self._count = 0

    # What the editor tells.

    def changed(self, uri: str, settled: tuple[str, ...] = ()) -> None:
        """A file or notebook has other contents; the texts in `settled` were opened or saved."""
        self._dirty.add(uri)
        self._told.add(uri)
        self._settled.update(settled)
        self._wait(0 if settled else PAUSE)

    def saved(self, uri: str) -> None:
        buffer = self._buffer(uri)
        if buffer is not None:
            self.changed(buffer.uri, tuple(text.uri for text in buffer.texts))

    def closed(self, uris: list[str]) -> None:
        """Texts are no longer open: nothing is shown in them, and who imports them reads the files."""
        for uri in uris:
            self._shown.pop(uri, None)
            self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        self.everything_changed()

    def everything_changed(self) -> None:
        """Something outside of the open texts has changed: settings, or files that they import."""
        self._dirty.update(buffer.uri for buffer in buffers(self._server.workspace))
        self._wait(PAUSE)

    # What the editor asks.

    async def report(self, uri: str, known: str | None) -> types.DocumentDiagnosticReport:
        """What is found in a text, as the client asks for it; `known` is what it has from the last time.

        Of half-typed code the client keeps what it has, and moves that with the text.
        """
        await self._idle.wait()
        shown = self._shown.get(uri)
        buffer = self._buffer(uri)
        # Not every client asks about cells, so that they are told.
        if shown is None or (buffer is not None and buffer.is_notebook):
            return types.RelatedFullDocumentDiagnosticReport([])
        if known == shown.id:
            return types.RelatedUnchangedDocumentDiagnosticReport(shown.id)
        return types.RelatedFullDocumentDiagnosticReport([one for _, one in shown.found], result_id=shown.id)

    def hover(self, uri: str, position: types.Position) -> types.Hover | None:
        """What is to be said of the findings at a position."""
        here = self._found(uri, types.Range(position, position))
        if not here:
            return None
        text = hover([finding for finding, _ in here])
        return types.Hover(types.MarkupContent(self._markup, text), here[0][1].range)

    async def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """The fixes for a range: each is checked to do what it says."""
        await self._hurry()
        uri, only = params.text_document.uri, params.context.only
        shown, buffer = self._shown.get(uri), self._buffer(uri)
        if shown is None or buffer is None or not self._is_current(shown, buffer):
            return []
        offers = Offers(shown.outcome, self._server.workspace.position_codec, versioned=self._versioned)
        found: list[types.CodeAction] = []
        if wants(only, types.CodeActionKind.QuickFix):
            for finding, diagnostic in self._found(uri, params.range):
                for fix in await self._apart(self._analyst.fixes, shown.outcome, finding):
                    found.append(offers.fix(finding, fix, diagnostic))
        # Editors that ask at every move of the cursor don't mean what concerns the whole file.
        is_automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
        kinds = (FIX_ALL, NOTEBOOK_FIX_ALL) if buffer.is_notebook else (FIX_ALL,)
        kind = next((kind for kind in kinds if wants(only, kind)), None)
        if kind is not None and not (is_automatic and not only):
            mended = await self._apart(self._analyst.mended, shown.outcome, buffer)
            if mended is not None:
                found.append(offers.fix_all(buffer, mended, kind))
        return found if self._is_current(shown, self._buffer(uri)) else []

    # How it is done.

    def _wait(self, seconds: float) -> None:
        self._idle.clear()
        if self._pause is not None:
            self._pause.cancel()
        self._pause = asyncio.get_running_loop().call_later(seconds, self._begin)

    async def _hurry(self) -> None:
        """Check what has been typed without waiting for more."""
        if self._pause is not None:
            self._pause.cancel()
            self._begin()
        await self._idle.wait()

    def _begin(self) -> None:
        self._pause = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._check_all())

    async def _check_all(self) -> None:
        """Check what has changed, until nothing has."""
        while self._dirty and self._pause is None:
            changed, self._dirty = frozenset(self._dirty), set()
            settled, self._settled = frozenset(self._settled), set()
            job = Job(tuple(buffers(self._server.workspace)), changed, settled)
            try:
                self._show(await self._apart(self._analyst.check, job, partial(bool, self._dirty)))
            except StaleError:
                self._dirty |= changed
                self._settled |= settled
            except Exception:
                self._log(traceback.format_exc())
        if self._pause is None:
            self._idle.set()

    async def _apart(self, work: Callable[..., _T], *given: object) -> _T:
        """Do it in the thread that follows programs: one, since it keeps what it knows in one place."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *given)

    def _show(self, outcome: Outcome) -> None:
        workspace = self._server.workspace
        opened = {text.uri: (text, buffer) for buffer in buffers(workspace) for text in buffer.texts}
        shown = diagnostics(outcome, workspace.position_codec, self._client)
        must_ask = False
        for uri, part in outcome.parts.items():
            text, buffer = opened.get(uri, (None, None))
            # What has changed meanwhile is checked next; half-typed code keeps what is shown in it.
            if buffer is None or text != part.text or not part.is_current:
                continue
            is_new = self._keep(uri, outcome, shown[uri])
            if not self._is_asked or buffer.is_notebook:
                self._server.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri, shown[uri], text.version)
                )
            elif is_new and buffer.uri not in self._told:
                must_ask = True
        self._told -= {buffer.uri for buffer in outcome.buffers}
        if must_ask and self._can_refresh:
            self._server.workspace_diagnostic_refresh(None)
        if outcome.complaints != self._complaints:
            self._complaints = outcome.complaints
            for complaint in outcome.complaints:
                self._server.window_show_message(
                    types.ShowMessageParams(types.MessageType.Warning, f"statelint: {complaint}")
                )
        for failure in outcome.failures:
            self._log(f"{failure.shown}: internal error in {failure.rule or 'statelint'}\n{failure.error}")

    def _keep(self, uri: str, outcome: Outcome, shown: list[types.Diagnostic]) -> bool:
        """Remember what is shown in a text; whether it differs from what was shown before."""
        before = self._shown.get(uri)
        is_new = before is None or [one for _, one in before.found] != shown
        self._count += is_new
        found = tuple(zip(outcome.parts[uri].found, shown, strict=True))
        self._shown[uri] = Shown(str(self._count) if is_new or before is None else before.id, outcome, found)
        return is_new

    def _found(self, uri: str, range_: types.Range) -> list[tuple[Finding, types.Diagnostic]]:
        shown = self._shown.get(uri)
        return [] if shown is None else [one for one in shown.found if overlap(one[1].range, range_)]

    def _buffer(self, uri: str) -> Buffer | None:
        """The file or notebook of this name, or the notebook with a cell of this name."""
        for buffer in buffers(self._server.workspace):
            if uri == buffer.uri or any(uri == text.uri for text in buffer.texts):
                return buffer
        return None

    @staticmethod
    def _is_current(shown: Shown, buffer: Buffer | None) -> bool:
        """Whether what is shown was found in what stands in the editor now."""
        if buffer is None:
            return False
        parts = shown.outcome.parts
        return all(
            text.uri in parts and parts[text.uri].text == text and parts[text.uri].is_current
            for text in buffer.texts
        )

    def _log(self, message: str) -> None:
        sys.stderr.write(f"statelint-server: {message}\n")
        self._server.window_log_message(types.LogMessageParams(types.MessageType.Error, message))
