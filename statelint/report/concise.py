"""One line for each finding, as editors and grep like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from statelint.report import Results
from statelint.report.closing import fixable
from statelint.report.visible import can_print, one_line

if TYPE_CHECKING:
    from statelint.findings import Finding


def write(results: Results, stream: TextIO) -> None:
    if not results.findings:
        return
    from statelint.report.links import linked, shows_links

    dash = "–" if can_print("–", stream.encoding) else "-"
    with_links = shows_links(stream)
    for finding in results.findings:
        text = line(finding, dash)
        if with_links:
            text = text.replace(f": {finding.code} ", f": {linked(finding.code, finding.rule)} ", 1)
        stream.write(f"{text}\n")


def line(finding: Finding, dash: str = "–") -> str:
    """`path:line:column: CODE message [fixable with --fix] [Keras 3: confirmed – evidence]`."""
    fix = f" [{fixable(finding).partition(':')[0]}]" if finding.fix else ""
    verdicts = "; ".join(
        f"Keras {verdict.keras}: {verdict.status}"
        + (f" {dash} {verdict.evidence}" if verdict.evidence else "")
        for verdict in finding.verdicts
    )
    return one_line(
        f"{finding.site}: {finding.code} {finding.message}{fix}" + (f" [{verdicts}]" if verdicts else "")
    )
