"""The line that closes a report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from statelint.report import Results

if TYPE_CHECKING:
    from statelint.findings import Finding

# By the severities, the worst first.
_PLURALS = {"error": "errors", "warning": "warnings", "advice": "pieces of advice"}
_SINGULARS = {"error": "error", "warning": "warning", "advice": "piece of advice"}


def closing_line(results: Results) -> str:
    """`Found 3 problems (1 error, 2 warnings) in 2 files; 12 files checked; 4 fragments skipped.`"""
    if not results.files:
        return "No Python files found."
    # Blocks and cells that aren't Python as they stand.
    skipped = f"; {_count(results.fragments, 'fragment')} skipped" if results.fragments else ""
    fixed = f"Fixed {_count(results.fixed, 'problem')}. " if results.fixed else ""
    known = f"; {results.known} in the baseline" if results.known else ""
    if not results.findings:
        problems = "No new problems" if results.known else "No problems"
        return f"{fixed}{problems} in {_count(results.files, 'file')}{skipped}{known}."
    severities = Counter(str(finding.severity) for finding in results.findings)
    kinds = ", ".join(
        f"{severities[kind]} {_SINGULARS[kind] if severities[kind] == 1 else _PLURALS[kind]}"
        for kind in _PLURALS
        if severities[kind]
    )
    paths = len({finding.site.path for finding in results.findings})
    return (
        f"{fixed}Found {_count(len(results.findings), 'problem')} ({kinds}) in {_count(paths, 'file')}; "
        f"{_count(results.files, 'file')} checked{skipped}{known}."
    )


def fix_lines(results: Results) -> list[str]:
    """`2 are fixable with --fix, 1 more with --fix --unsafe-fixes.` where there are any."""
    fixes = [finding.fix for finding in results.findings if finding.fix is not None]
    safe = sum(fix.safe for fix in fixes)
    parts = [f"{safe} fixable with --fix"] * bool(safe)
    if unsafe := len(fixes) - safe:
        parts.append(f"{unsafe} {'more ' if safe else 'fixable '}with --fix --unsafe-fixes")
    return [f"{', '.join(parts)}."] if parts else []


def fixable(finding: Finding) -> str:
    """`fixable with --fix: …`, empty where it has no fix."""
    if finding.fix is None:
        return ""
    return f"fixable with --fix{'' if finding.fix.safe else ' --unsafe-fixes'}: {finding.fix.title}"


def verdict_lines(results: Results) -> list[str]:
    """`Keras 2: 2 confirmed, 1 not reached.` for each generation that judged a finding."""
    from statelint.findings import Status

    lines = []
    for generation in sorted({v.keras for finding in results.findings for v in finding.verdicts}):
        statuses = Counter(
            verdict.status
            for finding in results.findings
            for verdict in finding.verdicts
            if verdict.keras == generation
        )
        counts = ", ".join(f"{statuses[status]} {status}" for status in Status if statuses[status])
        lines.append(f"Keras {generation}: {counts}.")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
