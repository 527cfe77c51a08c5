"""Findings as GitHub's workflow commands, which show them beside the changed lines."""

from __future__ import annotations

from typing import TextIO

from statelint.findings import Finding
from statelint.report import Results
from statelint.report.places import Places, Region, utf16_units
from statelint.report.wording import advised, level, titled


def write(results: Results, stream: TextIO) -> None:
    places = Places(results.texts, utf16_units)
    for finding in results.findings:
        stream.write(f"{command(finding, places.region(finding.site))}\n")


def command(finding: Finding, region: Region | None) -> str:
    """`::warning file=…,line=…::message`; below the message stand what to write instead and the verdicts.

    `region` is where it stands in the file, which for a notebook's cell isn't where it stands in the cell.
    """
    properties = {"file": finding.site.path}
    if region is not None:
        properties |= {"line": str(region.line), "endLine": str(region.end_line)}
        if region.line == region.end_line:  # GitHub takes columns only within one line
            properties |= {"col": str(region.column), "endColumn": str(region.end_column)}
    properties["title"] = titled(finding)
    listed = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    shown = "\n".join((finding.message, *advised(finding)))
    return f"::{level(finding.severity, 'error', 'warning', 'notice')} {listed}::{_escaped(shown)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
