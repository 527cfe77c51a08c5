"""Findings as GitLab's code quality report, which its merge requests show."""

from __future__ import annotations

import json
from typing import Any, TextIO

from statelint.baseline import fingerprints
from statelint.findings import Finding
from statelint.report import Results
from statelint.report.places import Places, utf16_units
from statelint.report.wording import advised, level, plain, titled


def write(results: Results, stream: TextIO) -> None:
    """Write one JSON array."""
    places = Places(results.texts, utf16_units)
    marks = fingerprints(results.findings, places.texts)
    issues = [_issue(finding, mark, places) for finding, mark in zip(results.findings, marks, strict=True)]
    json.dump(issues, stream, indent=2)
    stream.write("\n")


def _issue(finding: Finding, mark: str, places: Places) -> dict[str, Any]:
    region = places.region(finding.site)
    begin, end = (1, 1) if region is None else (region.line, region.end_line)
    body = "\n\n".join((finding.why, *advised(finding)))
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": plain(f"{titled(finding)}: {finding.message}"),
        "content": {"body": plain(body)},
        "categories": ["Bug Risk"],
        "fingerprint": mark,
        "severity": level(finding.severity, "critical", "major", "info"),
        "location": {"path": plain(finding.site.path), "lines": {"begin": begin, "end": end}},
    }
