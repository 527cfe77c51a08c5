"""Findings that a project puts up with for now, and what tells each from others, wherever its lines move."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from statelint.findings import Finding
from statelint.source.comments import without_comments
from statelint.source.texts import Texts

VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A finding that is put up with: its path from the baseline's folder on, and for readers its line."""

    path: str
    code: str
    rule: str
    line: str
    fingerprint: str


class DamagedBaselineError(Exception):
    """The text is no baseline: where, in words, and why."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place, self.why = place, why


def fingerprint(finding: Finding, text: str, occurrence: int = 0, path: str | None = None) -> str:
    """What a finding is known by: its path, its rule and the lines that it stands on, wherever they are.

    `text` are those lines, of which white space and comments don't count; `occurrence` is the number (from 0)
    of equal ones before it, and `path` the file where that is to be named in another way.
    """
    code = "".join(without_comments(text).split())
    path = finding.site.path if path is None else path
    said = "\0".join((path, finding.code, code, str(occurrence)))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprints(
    findings: Iterable[Finding], texts: Texts, named: Callable[[str], str] | None = None
) -> list[str]:
    """The fingerprint of each finding, which are in order; no two are equal.

    `named` says how a path is named, where not as findings do.
    """
    known: Counter[str] = Counter()
    result = []
    for finding in findings:
        text = "\n".join(texts.at(finding.site))
        path = finding.site.path if named is None else named(finding.site.path)
        first = fingerprint(finding, text, 0, path)
        result.append(fingerprint(finding, text, known[first], path))
        known[first] += 1
    return result


def entries_of(findings: Sequence[Finding], texts: Texts, named: Callable[[str], str]) -> list[Entry]:
    """What a baseline has of each finding."""
    marks = fingerprints(findings, texts, named)
    return [
        Entry(named(found.site.path), found.code, found.rule, _first_line(found, texts), mark)
        for found, mark in zip(findings, marks, strict=True)
    ]


def _first_line(finding: Finding, texts: Texts) -> str:
    return next((line.strip()[:100] for line in texts.at(finding.site)), "")


def written(entries: Iterable[Entry]) -> str:
    """The text of a baseline, in an order of its own and a line for each field, so that it merges well."""
    listed = [asdict(entry) for entry in sorted(entries)]
    return json.dumps({"version": VERSION, "findings": listed}, indent=2) + "\n"


def read(data: bytes) -> list[Entry]:
    """The entries of a baseline; raises DamagedBaselineError."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DamagedBaselineError(str(error.lineno), f"invalid JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DamagedBaselineError(str(line), f"it isn't UTF-8: {error.reason}") from None
    except RecursionError:
        raise DamagedBaselineError("1", "invalid JSON: nested too deep") from None
    if not isinstance(found, dict) or not isinstance(found.get("findings"), list):
        raise DamagedBaselineError("1", 'it is no baseline: an object with "version" and "findings"')
    if found.get("version") != VERSION:
        raise DamagedBaselineError("version", f"must be {VERSION}, not {found.get('version')!r}")
    return [_entry(one, f"findings[{number}]") for number, one in enumerate(found["findings"])]


def _entry(found: Any, place: str) -> Entry:
    if not isinstance(found, dict):
        raise DamagedBaselineError(place, "must be an object")
    for field in fields(Entry):
        if not isinstance(found.get(field.name), str):
            raise DamagedBaselineError(f"{place}.{field.name}", "must be a string")
    return Entry(**{field.name: found[field.name] for field in fields(Entry)})
