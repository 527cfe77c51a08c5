"""Findings as an editor shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls import uris
from pygls.workspace import PositionCodec

from statelint.findings import Finding, Severity
from statelint.report.links import near_address
from statelint.server.analysis import Outcome
from statelint.server.places import Lines
from statelint.sites import Site

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.ADVICE: types.DiagnosticSeverity.Information,
}
# What Keras 3 has no more, and what has no effect.
_TAGS = {
    "SRN502": types.DiagnosticTag.Deprecated,
    "SRN504": types.DiagnosticTag.Deprecated,
    "SRN002": types.DiagnosticTag.Unnecessary,
    "SRN307": types.DiagnosticTag.Unnecessary,
}


@dataclass(frozen=True, slots=True)
class Client:
    """What the client can show."""

    related: bool = False
    tags: bool = False
    described: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Client:
        text = capabilities.text_document
        able = text.publish_diagnostics if text is not None else None
        if able is None and text is not None and text.diagnostic is not None:
            able = types.PublishDiagnosticsClientCapabilities(
                related_information=text.diagnostic.related_information,
                tag_support=text.diagnostic.tag_support,
                code_description_support=text.diagnostic.code_description_support,
            )
        if able is None:
            return cls()
        return cls(
            related=bool(able.related_information),
            tags=able.tag_support is not None,
            described=bool(able.code_description_support),
        )


class Atlas:
    """The texts that the places of an outcome lie in, by the names that the client has for them."""

    def __init__(self, outcome: Outcome, codec: PositionCodec) -> None:
        self._codec = codec
        self._lines: dict[tuple[str, int | None], tuple[str, Lines]] = {}
        for buffer in outcome.buffers:
            for number, text in enumerate(buffer.texts):
                cell = number if buffer.is_notebook else None
                self._lines[buffer.shown, cell] = text.uri, Lines(outcome.parts[text.uri].read, codec)

    def lines(self, site: Site) -> tuple[str, Lines]:
        """The text in which a place lies: an open one, or a file that isn't."""
        key = site.path, site.cell
        if key not in self._lines:
            path = Path(site.path).absolute()
            try:
                text = path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                text = ""
            self._lines[key] = uris.from_fs_path(str(path)) or path.as_uri(), Lines(text, self._codec)
        return self._lines[key]

    def location(self, site: Site) -> types.Location:
        uri, lines = self.lines(site)
        return types.Location(uri, lines.range(site))


def diagnostics(outcome: Outcome, codec: PositionCodec, client: Client) -> dict[str, list[types.Diagnostic]]:
    """What to show in each text, in the order of its findings."""
    atlas = Atlas(outcome, codec)
    return {
        uri: [_diagnostic(finding, atlas, client) for finding in part.found]
        for uri, part in outcome.parts.items()
    }


def _diagnostic(finding: Finding, atlas: Atlas, client: Client) -> types.Diagnostic:
    page = near_address(finding.rule)
    tag = _TAGS.get(finding.code)
    related = [
        types.DiagnosticRelatedInformation(atlas.location(one.site), one.message) for one in finding.related
    ]
    return types.Diagnostic(
        range=atlas.location(finding.site).range,
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(page) if page and client.described else None,
        source="statelint",
        tags=[tag] if tag is not None and client.tags else None,
        related_information=related if related and client.related else None,
    )
