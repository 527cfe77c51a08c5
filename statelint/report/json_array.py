"""Findings as one JSON array."""

from __future__ import annotations

import json
from typing import Any, TextIO

from statelint.findings import Finding, Fix
from statelint.report import Results
from statelint.sites import Site


def write(results: Results, stream: TextIO) -> None:
    # ASCII, so that the bytes are the same, and valid JSON, whatever the stream's encoding.
    json.dump([as_object(finding) for finding in results.findings], stream, indent=2)
    stream.write("\n")


def as_object(finding: Finding) -> dict[str, Any]:
    return {
        **_span(finding.site),
        "code": finding.code,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "why": finding.why,
        "instead": finding.instead,
        "holds_on": list(finding.holds_on),
        "assumptions": list(finding.assumptions),
        "related": [{**_span(related.site), "message": related.message} for related in finding.related],
        "fix": None if finding.fix is None else _fix(finding.fix),
        "verdicts": [
            {
                "keras": verdict.keras,
                "status": str(verdict.status),
                "evidence": verdict.evidence,
                "witness": None if verdict.witness is None else verdict.witness.text,
            }
            for verdict in finding.verdicts
        ],
    }


def _fix(fix: Fix) -> dict[str, Any]:
    """The fix with its edits: each puts `text` in the place of the span."""
    edits = [{**_span(edit.site), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _span(site: Site) -> dict[str, Any]:
    return {
        "path": site.path,
        "cell": site.cell,
        "line": site.line,
        "column": site.column,
        "end_line": site.end_line,
        "end_column": site.end_column,
    }
