"""Findings as SARIF 2.1.0, which code scanning and many editors read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TextIO
from urllib.parse import quote

import statelint
from statelint.baseline import fingerprints
from statelint.findings import Finding, Fix, Severity
from statelint.report import Results, links
from statelint.report.places import Places, Region, utf16_units
from statelint.report.rulebook import Described, find, listed, page_of
from statelint.report.wording import level, plain, told
from statelint.sites import Site

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_Object = dict[str, Any]


def write(results: Results, stream: TextIO) -> None:
    """Write one run as a SARIF log."""
    # ASCII, so that the bytes are the same, and valid JSON, whatever the stream's encoding.
    json.dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(results)]}, stream, indent=2)
    stream.write("\n")


def _run(results: Results) -> _Object:
    known = listed()
    # By code and place, since several programs can lead to one.
    suppressed = {(finding.code, finding.site): finding for finding in results.suppressed}
    findings = [*results.findings, *suppressed.values(), *results.accepted]
    suppressions = [
        *[None] * len(results.findings),
        *["inSource"] * len(suppressed),
        *["external"] * len(results.accepted),
    ]
    found = dict.fromkeys(finding.code for finding in findings)
    rules = [rule for rule in (find(known, code) for code in found) if rule is not None]
    driver: _Object = {
        "name": "statelint",
        "version": statelint.__version__,
        "semanticVersion": statelint.__version__,
        "shortDescription": {"text": (statelint.__doc__ or "").strip()},
        "rules": [_rule(rule) for rule in rules],
    }
    if links.SITE is not None:
        driver["informationUri"] = links.SITE
    places = Places(results.texts, utf16_units)
    marks = fingerprints(findings, places.texts)
    writer = _Results(places, [rule.code for rule in rules])
    return {
        "tool": {"driver": driver},
        "invocations": [_invocation(results)],
        # No address: it is where the reader has the sources, not where they were on this machine.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which statelint ran."}}},
        "columnKind": "utf16CodeUnits",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [
            writer.result(finding, mark, suppression)
            for finding, mark, suppression in zip(findings, marks, suppressions, strict=True)
        ],
    }


def _invocation(results: Results) -> _Object:
    return {
        "executionSuccessful": not results.troubles and results.status in (0, 1),
        "exitCode": results.status,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": plain(trouble)}} for trouble in results.troubles
        ],
    }


def _rule(rule: Described) -> _Object:
    page = links.address(rule.name)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize()},
        "fullDescription": {"text": " ".join(rule.why.split())},
        "help": {"text": " ".join(rule.why.split()), "markdown": page_of(rule)},
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {
            "level": _level(rule.severity),
            "enabled": rule.severity is not Severity.ADVICE,
        },
        "properties": {
            "precision": "very-high",
            "problem.severity": level(rule.severity, "error", "warning", "recommendation"),
            "tags": ["correctness", "keras", "stateful-rnn"],
        },
    }


class _Results:
    """Makes results of findings; `codes` are the rules in their order."""

    def __init__(self, places: Places, codes: Sequence[str]) -> None:
        self._codes = codes
        self._places = places

    def result(self, finding: Finding, mark: str, suppression: str | None) -> _Object:
        made: _Object = {
            "ruleId": finding.code,
            "ruleIndex": self._codes.index(finding.code),
            "kind": "fail",
            "level": _level(finding.severity),
            "message": {"text": told(finding)},
            "locations": [self._location(finding.site)],
            "relatedLocations": [
                {"id": number, **self._location(related.site), "message": {"text": plain(related.message)}}
                for number, related in enumerate(finding.related, 1)
            ],
            "partialFingerprints": {"statelint/v1": mark},
            "properties": {
                "rule": finding.rule,
                "holdsOnKeras": list(finding.holds_on),
                "assumptions": list(finding.assumptions),
                "verdicts": [
                    {"keras": verdict.keras, "status": str(verdict.status), "evidence": verdict.evidence}
                    for verdict in finding.verdicts
                ],
            },
        }
        if suppression is not None:
            made["suppressions"] = [{"kind": suppression, "status": "accepted"}]
        changes = [] if finding.fix is None else list(self._changes(finding.fix))
        if finding.fix is not None and changes:
            made["fixes"] = [
                {
                    "description": {"text": plain(finding.fix.title)},
                    "artifactChanges": changes,
                    "properties": {"safe": finding.fix.safe},
                }
            ]
        return made

    def _changes(self, fix: Fix) -> Iterator[_Object]:
        for path, replacements in self._places.replacements(fix).items():
            yield {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {"deletedRegion": _region(one.region), "insertedContent": {"text": one.text}}
                    for one in replacements
                ],
            }

    def _location(self, site: Site) -> _Object:
        place: _Object = {"artifactLocation": _artifact(site.path)}
        region = self._places.region(site)
        if region is not None:
            place["region"] = _region(region)
        if site.cell is None:
            return {"physicalLocation": place}
        cell = f"cell {site.cell}, line {site.line}"
        named = {"name": cell, "fullyQualifiedName": f"{plain(site.path)}: {cell}", "kind": "cell"}
        return {"physicalLocation": place, "logicalLocations": [named]}


def _level(severity: Severity) -> str:
    return level(severity, "error", "warning", "note")


def _region(region: Region) -> _Object:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _artifact(path: str) -> _Object:
    """The file's address, beneath the folder in which statelint ran where it lies there."""
    escaped = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return {"uri": f"file://{escaped}"}
    return {"uri": escaped, "uriBaseId": _ROOT}
