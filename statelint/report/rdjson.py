"""Findings in reviewdog's diagnostic format, whose suggestions become comments on a pull request."""

from __future__ import annotations

import json
from typing import Any, TextIO

from statelint.findings import Finding
from statelint.report import Results, links
from statelint.report.places import Places, Region, utf8_bytes
from statelint.report.wording import level, plain, told
from statelint.sites import Site

_Object = dict[str, Any]


def write(results: Results, stream: TextIO) -> None:
    """Write one JSON object; its columns count bytes, as the format asks."""
    places = Places(results.texts, utf8_bytes)
    source = {"name": "statelint"} | ({} if links.SITE is None else {"url": links.SITE})
    diagnostics = [_diagnostic(finding, places) for finding in results.findings]
    json.dump({"source": source, "severity": "WARNING", "diagnostics": diagnostics}, stream, indent=2)
    stream.write("\n")


def _diagnostic(finding: Finding, places: Places) -> _Object:
    page = links.address(finding.rule)
    made: _Object = {
        "message": told(finding),
        "location": _location(finding.site, places),
        "severity": level(finding.severity, "ERROR", "WARNING", "INFO"),
        "code": {"value": finding.code} | ({} if page is None else {"url": page}),
    }
    # Each suggestion is one of several ways, so that all edits of a fix are one.
    replacement = None if finding.fix is None else places.replacement(finding.fix)
    if replacement is not None and _paths(finding) == {finding.site.path}:
        made["suggestions"] = [{"range": _range(replacement.region), "text": replacement.text}]
    if finding.related:
        made["related_locations"] = [
            {"message": plain(related.message), "location": _location(related.site, places)}
            for related in finding.related
        ]
    return made


def _paths(finding: Finding) -> set[str]:
    return set() if finding.fix is None else {edit.site.path for edit in finding.fix.edits}


def _location(site: Site, places: Places) -> _Object:
    region = places.region(site)
    return {"path": plain(site.path)} | ({} if region is None else {"range": _range(region)})


def _range(region: Region) -> _Object:
    return {
        "start": {"line": region.line, "column": region.column},
        "end": {"line": region.end_line, "column": region.end_column},
    }
