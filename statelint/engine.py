"""From files to findings."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.findings import Finding, Severity
from statelint.selection import DEFAULT, Selection
from statelint.sites import Site
from statelint.target import GENERATIONS, target_of

if TYPE_CHECKING:
    from statelint.discover import SourceFile
    from statelint.rules.base import Report, Rule
    from statelint.source.python import Source
    from statelint.trace.story import Trace

# Without one of these words no rule has anything to say.
_CANDIDATE = re.compile(rb"stateful|reset_state")
# Rules on the order of batches: where no state is carried, it doesn't matter.
_ABOUT_ORDER = frozenset({"SRN201", "SRN202", "SRN203", "SRN208", "SRN209", "SRN211", "SRN212"})
# A file that can't be parsed is reported only where it is clearly about stateful RNNs.
_RELEVANT = re.compile(rb"stateful\s*=\s*True|reset_states?\s*\(")
_KERAS = re.compile(rb"\bkeras\b|\btensorflow\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """An internal error: the file, the rule (None: before any rule), and what was raised."""

    shown: str
    rule: str | None
    error: str


@dataclass(slots=True)
class Checked:
    """What came of checking files."""

    findings: list[Finding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def check_files(
    files: Sequence[SourceFile], targets: tuple[int, ...] | None = None, selection: Selection = DEFAULT
) -> Checked:
    """Check files; `targets` are the Keras generations to judge for (None: what each file says)."""
    checked = Checked()
    for file in files:
        try:
            data = file.path.read_bytes()
        except OSError as error:
            site = Site(file.shown, None, 1, 1, 1, 1)
            found = _unreadable(site, f"cannot be read: {error.strerror or error}")
            checked.findings.extend(_wanted([found], selection))
            continue
        one = check_source(file.shown, data, targets, selection, file.path)
        checked.findings.extend(one.findings)
        checked.failures.extend(one.failures)
    checked.findings.sort(key=Finding.order)
    return checked


def check_source(
    shown: str,
    data: bytes,
    targets: tuple[int, ...] | None = None,
    selection: Selection = DEFAULT,
    path: Path | None = None,
) -> Checked:
    """Check one file's contents; `shown` is how findings name the file, `path` where it really is."""
    checked = Checked()
    if not _CANDIDATE.search(data):
        return checked
    try:
        traces = _traces(shown, data, checked)
    except Exception:
        checked.failures.append(Failure(shown, None, traceback.format_exc()))
        return checked
    if traces is None:
        checked.findings[:] = _wanted(checked.findings, selection)
        return checked
    source, by_generation = traces
    wanted = targets if targets is not None else target_of(source.module.code, path)
    checked.findings.extend(_wanted(_findings(shown, by_generation, wanted, checked), selection))
    checked.findings.sort(key=Finding.order)
    return checked


def _wanted(findings: Iterable[Finding], selection: Selection) -> list[Finding]:
    return [finding for finding in findings if selection.wants(finding.code, finding.severity)]


def _traces(shown: str, data: bytes, checked: Checked) -> tuple[Source, tuple[Trace, ...]] | None:
    from statelint.interp.program import follow
    from statelint.source.python import Unreadable, read

    source = read(shown, data)
    if isinstance(source, Unreadable):
        if _RELEVANT.search(data) and _KERAS.search(data):
            checked.findings.append(_unreadable(source.site, f"cannot be parsed: {source.why}"))
        return None
    return source, tuple(follow(source, generation) for generation in GENERATIONS)


def _unreadable(site: Site, why: str) -> Finding:
    return Finding(
        code="SRN001",
        rule="unreadable-source",
        severity=Severity.WARNING,
        site=site,
        message=f"this file {why}",
        why="A file that can't be read is not checked, so nothing is said about its stateful layers.",
        instead="mend the syntax (or the encoding), or exclude the file",
        holds_on=GENERATIONS,
    )


def _findings(
    shown: str, traces: Sequence[Trace], wanted: tuple[int, ...], checked: Checked
) -> Iterator[Finding]:
    from statelint.rules import load

    for rule in load():
        merged: dict[Site, list[tuple[int, Report]]] = {}
        for trace in traces:
            if rule.code in _ABOUT_ORDER and trace.backend == "jax":
                continue
            try:
                for report in rule.check(trace):
                    reports = merged.setdefault(report.site, [])
                    if all(generation != trace.keras for generation, _ in reports):
                        reports.append((trace.keras, report))
            except Exception:
                checked.failures.append(Failure(shown, rule.code, traceback.format_exc()))
        for site, reports in merged.items():
            found = [(generation, report) for generation, report in reports if generation in wanted]
            if found:
                yield _merge(rule, site, found, reports)


def _merge(
    rule: Rule, site: Site, reports: Sequence[tuple[int, Report]], everywhere: Sequence[tuple[int, Report]]
) -> Finding:
    """One finding from the reports of the targeted generations; it holds wherever any generation says so."""
    first = reports[0][1]
    happens = {generation: report.happens for generation, report in reports if report.happens}
    message = first.message
    if len(set(happens.values())) == 1 and len(happens) == len(reports):
        message += f": {next(iter(happens.values()))}"
    elif happens:
        message += ": " + "; ".join(f"Keras {generation} {text}" for generation, text in happens.items())
    severities = [report.severity or rule.severity for _, report in reports]
    worst = min(severities, key=[Severity.ERROR, Severity.WARNING, Severity.ADVICE].index)
    return Finding(
        code=rule.code,
        rule=rule.name,
        severity=worst,
        site=site,
        message=message,
        why=rule.why,
        instead=first.instead,
        holds_on=tuple(sorted(generation for generation, _ in everywhere)),
        assumptions=tuple(dict.fromkeys(a for _, report in reports for a in report.assumptions)),
        related=first.related,
    )


__all__ = ["Checked", "Failure", "check_files", "check_source"]
