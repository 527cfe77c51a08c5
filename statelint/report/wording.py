"""What reports for other programs say of a finding, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Verdict
from statelint.report.closing import fixable
from statelint.report.visible import visible


def told(finding: Finding) -> str:
    """What is wrong, what to write instead, whether that can be fixed, and the verdicts, in lines."""
    return plain("\n".join((finding.message, *advised(finding))))


def advised(finding: Finding) -> Iterator[str]:
    """What there is to say beside the message."""
    if finding.instead:
        yield f"Instead: {finding.instead}"
    if finding.fix is not None:
        yield fixable(finding).replace("fixable", "Fixable", 1)
    yield from map(judged, finding.verdicts)


def judged(verdict: Verdict) -> str:
    """`Keras 3: confirmed – the state's norm …`."""
    evidence = f" – {verdict.evidence}" if verdict.evidence else ""
    return f"Keras {verdict.keras}: {verdict.status}{evidence}"


def titled(finding: Finding) -> str:
    """`SRN301 state-carried-across-epochs`, for a notebook with the cell and the line in it."""
    site = finding.site
    where = "" if site.cell is None else f" (cell {site.cell}, line {site.line})"
    return f"{finding.code} {finding.rule}{where}"


def plain(text: str) -> str:
    """The text in its lines, with nothing in them that a terminal would obey or that no encoding has."""
    return "\n".join(map(visible, text.expandtabs(4).replace("\r\n", "\n").split("\n")))


def level(severity: Severity, error: str, warning: str, advice: str) -> str:
    """What another program calls this severity."""
    return {Severity.ERROR: error, Severity.WARNING: warning, Severity.ADVICE: advice}[severity]
