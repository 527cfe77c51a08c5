"""Findings that a project has put up with: what tells each from others, wherever its lines move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from statelint.findings import Finding
from statelint.source.texts import Texts


def fingerprint(finding: Finding, text: str, occurrence: int = 0, path: str | None = None) -> str:
    """What a finding is known by: its path, its rule and the lines that it stands on, wherever they are.

    `text` are those lines, of which white space doesn't count; `occurrence` is the number (from 0) of equal
    ones before it, and `path` the file where that is to be named in another way.
    """
    said = "\0".join(
        (finding.site.path if path is None else path, finding.code, " ".join(text.split()), str(occurrence))
    )
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprints(findings: Iterable[Finding], texts: Texts) -> list[str]:
    """The fingerprint of each finding, which are in order; no two are equal."""
    known: Counter[str] = Counter()
    result = []
    for finding in findings:
        text = "\n".join(texts.at(finding.site))
        first = fingerprint(finding, text)
        result.append(fingerprint(finding, text, known[first]))
        known[first] += 1
    return result
