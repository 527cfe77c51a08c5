"""Fixes as an editor offers them."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.workspace import PositionCodec

from statelint.findings import Finding, Fix
from statelint.fixes.text import in_order
from statelint.server.analysis import Outcome
from statelint.server.diagnostics import Atlas
from statelint.server.documents import Buffer
from statelint.server.places import Lines

FIX_ALL = "source.fixAll.statelint"
NOTEBOOK_FIX_ALL = "notebook.source.fixAll.statelint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL)


def wants(only: Sequence[str] | None, kind: str) -> bool:
    """Whether actions of a kind are asked for; `only` names kinds and beginnings of kinds."""
    return not only or any(kind == one or kind.startswith(f"{one}.") for one in only)


class Offers:
    """Makes code actions from what was found in what is open."""

    def __init__(self, outcome: Outcome, codec: PositionCodec, *, versioned: bool) -> None:
        self._outcome = outcome
        self._atlas = Atlas(outcome, codec)
        self._versioned = versioned
        self._codec = codec

    def fix(self, finding: Finding, fix: Fix, diagnostic: types.Diagnostic) -> types.CodeAction:
        """A fix of a finding, marked where it is one of those that want a look."""
        note = "; unsafe: look at what it changes" if fix is finding.fix and not fix.safe else ""
        return types.CodeAction(
            title=f"{fix.title[:1].upper()}{fix.title[1:]} ({finding.code}{note})",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=fix.safe,
            edit=self._workspace_edit(self._edits(fix)),
        )

    def fix_all(self, buffer: Buffer, mended: bytes, kind: str) -> types.CodeAction:
        """All safe fixes of a file or notebook, whose contents are then `mended`."""
        after = zip(buffer.texts, buffer.contents(mended), strict=True)
        edits = {text.uri: Lines(text.text, self._codec).changed(new) for text, new in after}
        edits = {uri: changes for uri, changes in edits.items() if changes}
        return types.CodeAction(
            title="Fix all that statelint can fix safely", kind=kind, edit=self._workspace_edit(edits)
        )

    def _edits(self, fix: Fix) -> dict[str, list[types.TextEdit]]:
        edits: dict[str, list[types.TextEdit]] = {}
        for edit in in_order(fix.edits):
            uri, lines = self._atlas.lines(edit.site)
            text = edit.text.replace("\n", lines.newline)
            edits.setdefault(uri, []).append(types.TextEdit(lines.range(edit.site), text))
        return edits

    def _workspace_edit(self, edits: dict[str, list[types.TextEdit]]) -> types.WorkspaceEdit:
        if not self._versioned:
            return types.WorkspaceEdit(changes=edits)
        versions = {uri: part.text.version for uri, part in self._outcome.parts.items()}
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=versions.get(uri)), those
                )
                for uri, those in edits.items()
            ]
        )
