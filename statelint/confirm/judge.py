"""From findings to verdicts: each flagged program is run, and each rule's oracle reads the recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.confirm.harness import Harness, Job, Limits, NoRecording, Program
from statelint.discover import NOTEBOOKS, is_document
from statelint.findings import Finding, Status, Verdict
from statelint.rules import load
from statelint.target import GENERATIONS, target_of
from statelint.trace.recording import Recording

if TYPE_CHECKING:
    from statelint.discover import SourceFile


def confirm(
    findings: Sequence[Finding],
    files: Sequence[SourceFile],
    generations: tuple[int, ...] | None,
    seconds: float,
    progress: Callable[[str], None],
) -> list[Finding]:
    """The findings with a verdict for each generation on which they hold and which is meant and installed.

    `generations` are those asked for; None means those that each program is written for.
    """
    paths = {file.shown: file.path for file in files}
    unrunnable = {file.shown: why for file in files if (why := _why_not(file))}
    by_program: dict[str, list[Finding]] = {}
    for finding in findings:
        if any(rule.code == finding.code for rule in load()):
            by_program.setdefault(finding.site.path, []).append(finding)
    with Harness(generations or GENERATIONS, Limits(seconds=seconds)) as harness:
        wanted = [generation for generation in generations or GENERATIONS if harness.can_run(generation)]
        jobs = [
            Job(Program(paths[shown], shown), generation)
            for shown, found in by_program.items()
            if shown not in unrunnable
            for generation in wanted
            if generations or generation in target_of(_text(paths[shown]), paths[shown])
            if any(generation in finding.holds_on for finding in found)
        ]
        verdicts = {
            (finding, generation): Verdict(generation, Status.INCONCLUSIVE, why)
            for shown, why in unrunnable.items()
            for finding in by_program.get(shown, ())
            for generation in wanted
            if generation in finding.holds_on
        }
        while jobs:
            behind: list[Job] = []
            for done, (job, recording) in enumerate(harness.run_all(jobs), 1):
                mended = f", {', '.join(job.mend)} mended" if job.mend else ""
                progress(f"ran {job.program.shown} on Keras {job.keras}{mended} ({done} of {len(jobs)})")
                concerned = [f for f in by_program[job.program.shown] if job.keras in f.holds_on]
                _settle(verdicts, _judge(concerned, job, recording))
                mend = _crashes(concerned, job.keras, verdicts)
                if set(mend) - set(job.mend) and any(_is_open(verdicts[f, job.keras]) for f in concerned):
                    behind.append(replace(job, mend=mend))
            jobs = behind
    return [
        replace(f, verdicts=tuple(verdicts[f, g] for g in GENERATIONS if (f, g) in verdicts))
        for f in findings
    ]


def _why_not(file: SourceFile) -> str | None:
    """Why a file can't be run, None where it can."""
    if file.data is not None:
        return "what comes on standard input isn't run"
    if is_document(file.shown):
        return f"{'notebooks' if file.shown.endswith(NOTEBOOKS) else 'Markdown texts'} aren't run yet"
    return None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _judge(
    findings: Iterable[Finding], job: Job, recording: Recording | NoRecording
) -> dict[tuple[Finding, int], Verdict]:
    rules = {rule.code: rule for rule in load()}
    return {
        (finding, job.keras): Verdict(job.keras, Status.INCONCLUSIVE, recording.reason)
        if isinstance(recording, NoRecording)
        else rules[finding.code].judge(finding, recording)
        for finding in findings
    }


def _settle(verdicts: dict[tuple[Finding, int], Verdict], found: dict[tuple[Finding, int], Verdict]) -> None:
    """Take the verdicts of a run, but let a run behind mended crashes only decide what was open."""
    for key, new in found.items():
        if key not in verdicts or (_is_open(verdicts[key]) and not _is_open(new)):
            verdicts[key] = new


def _is_open(verdict: Verdict) -> bool:
    return verdict.status in (Status.INCONCLUSIVE, Status.NOT_REACHED)


def _crashes(
    findings: Iterable[Finding], generation: int, verdicts: dict[tuple[Finding, int], Verdict]
) -> tuple[str, ...]:
    """The codes of the confirmed crashes that the recorder can mend, to look behind them."""
    mendable = {rule.code for rule in load() if rule.mendable}
    return tuple(
        sorted(
            {
                f.code
                for f in findings
                if f.code in mendable and verdicts[f, generation].status is Status.CONFIRMED
            }
        )
    )
