"""Findings as GitHub's workflow commands, which show them beside the changed lines."""

from __future__ import annotations

from typing import TextIO

from statelint.findings import Finding, Severity
from statelint.report import Results
from statelint.report.closing import fixable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def write(results: Results, stream: TextIO) -> None:
    for finding in results.findings:
        stream.write(f"{command(finding)}\n")


def command(finding: Finding) -> str:
    """`::warning file=…,line=…::message`; below the message stand what to write instead and the verdicts."""
    site = finding.site
    properties = {"file": site.path}
    title = f"{finding.code} {finding.rule}"
    if site.cell is not None:  # a notebook's lines are counted in its cell, GitHub counts them in the file
        title += f" (cell {site.cell}, line {site.line})"
    else:
        properties |= {"line": str(site.line), "endLine": str(site.end_line)}
        if site.line == site.end_line:  # GitHub takes columns only within one line
            properties |= {"col": str(site.column), "endColumn": str(site.end_column)}
    properties["title"] = title
    text = [finding.message, f"Instead: {finding.instead}" if finding.instead else ""]
    text.append(fixable(finding).replace("fixable", "Fixable", 1))
    text += [f"Keras {verdict.keras}: {verdict.status} – {verdict.evidence}" for verdict in finding.verdicts]
    listed = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    shown = "\n".join(filter(None, text))
    return f"::{_COMMANDS[finding.severity]} {listed}::{_escaped(shown)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
