"""Findings as text for people and in the formats of other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from statelint.findings import Finding

FORMATS = (
    "full",
    "concise",
    "json",
    "github",
    "gitlab",
    "html",
    "junit",
    "markdown",
    "rdjson",
    "sarif",
)


@dataclass(frozen=True, slots=True)
class Results:
    """What a run found, in order, how many files it read, and how many parts of texts it left out.

    `texts` are the contents of what lies in no file, by the paths of the findings.  `fixed` is the number of
    findings that are no more, `known` of those that the baseline has.  `troubles` say what went wrong in
    statelint, `status` is what it exits with, `suppressed` are findings that comments suppress,
    `accepted` those that the baseline has.
    """

    findings: Sequence[Finding]
    files: int
    fragments: int = 0
    texts: Mapping[str, bytes] = field(default_factory=dict)
    fixed: int = 0
    troubles: Sequence[str] = ()
    status: int = 0
    suppressed: Sequence[Finding] = ()
    known: int = 0
    accepted: Sequence[Finding] = ()


def write(results: Results, chosen: str, stream: TextIO) -> None:
    """Write `results` to `stream` in one of FORMATS."""
    # Each format is imported alone: rich and json cost more than many a run.
    match chosen:
        case "full":
            from statelint.report import full as report
        case "concise":
            from statelint.report import concise as report  # type: ignore[no-redef]
        case "json":
            from statelint.report import json_array as report  # type: ignore[no-redef]
        case "github":
            from statelint.report import github as report  # type: ignore[no-redef]
        case "gitlab":
            from statelint.report import gitlab as report  # type: ignore[no-redef]
        case "html":
            from statelint.report import html as report  # type: ignore[no-redef]
        case "junit":
            from statelint.report import junit as report  # type: ignore[no-redef]
        case "markdown":
            from statelint.report import markdown as report  # type: ignore[no-redef]
        case "rdjson":
            from statelint.report import rdjson as report  # type: ignore[no-redef]
        case "sarif":
            from statelint.report import sarif as report  # type: ignore[no-redef]
        case _:
            raise ValueError(f"no such format: {chosen}")
    report.write(results, stream)
