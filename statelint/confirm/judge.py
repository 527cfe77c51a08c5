"""From findings to verdicts: each flagged program is run, and each rule's oracle reads the recording."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from statelint.confirm.harness import Harness, Job, Limits, NoRecording, Progress
from statelint.confirm.programs import Program
from statelint.confirm.reach import hiding, qualified
from statelint.confirm.witnessing import Teller, Told, programs_with
from statelint.findings import Finding, Status, Verdict
from statelint.rules import load
from statelint.source.project import Project
from statelint.target import GENERATIONS, target_of
from statelint.trace.recording import Recording

if TYPE_CHECKING:
    from statelint.discover import SourceFile
    from statelint.rules.base import Rule

# A finding and the generation on which it is judged.
Key = tuple[Finding, int]


def confirm(
    findings: Sequence[Finding],
    files: Sequence[SourceFile],
    generations: tuple[int, ...] | None,
    seconds: float,
    progress: Progress,
    python: str = sys.executable,
    *,
    lanes: int = 2,
    verdicts: dict[Key, Verdict] | None = None,
) -> list[Finding]:
    """The findings with a verdict for each generation on which they hold and which is meant and installed.

    `generations` are those asked for; None means those that each program is written for.  What several
    programs lead to is looked for in one after the other, until it is confirmed.  Each verdict stands in
    `verdicts` as soon as it is known, for the caller to have them where this is interrupted.
    """
    verdicts = {} if verdicts is None else verdicts
    programs = programs_with(findings, files, Project())
    with Harness(generations or GENERATIONS, Limits(seconds=seconds), python, lanes=lanes) as harness:
        wanted = [generation for generation in generations or GENERATIONS if harness.can_run(generation)]
        waiting: dict[Key, list[Program]] = {}
        meant: dict[Program, tuple[int, ...]] = {}
        for finding, candidates in programs.items():
            for program in candidates:
                if program not in meant:
                    meant[program] = generations or target_of(program.code, program.path)
            for generation in wanted:
                if generation in finding.holds_on:
                    waiting[finding, generation] = [p for p in candidates if generation in meant[p]]
        while jobs := _next_jobs(waiting, verdicts):
            while jobs:
                jobs = _run(harness, jobs, verdicts, progress)
        _ask_witnesses(harness, programs, verdicts, progress)
    return with_verdicts(findings, verdicts)


def with_verdicts(findings: Sequence[Finding], verdicts: dict[Key, Verdict]) -> list[Finding]:
    """The findings, each with the verdicts on it."""
    return [
        replace(f, verdicts=tuple(verdicts[f, g] for g in GENERATIONS if (f, g) in verdicts))
        for f in findings
    ]


def _ask_witnesses(
    harness: Harness,
    programs: dict[Finding, list[Program]],
    verdicts: dict[Key, Verdict],
    progress: Progress,
) -> None:
    """Judge what is still open by witnesses, and say so."""
    teller = Teller()
    told: dict[Key, Told] = {}
    jobs: dict[Job, list[Finding]] = {}
    for (finding, generation), verdict in verdicts.items():
        witness = teller.tell(finding, programs[finding], generation) if _is_open(verdict) else None
        if witness is not None:
            told[finding, generation] = witness
            mend = _in_the_way(finding, generation, verdicts)
            concerned = jobs.setdefault(Job(witness.program, generation, mend), [])
            if witness.finding not in concerned:
                concerned.append(witness.finding)
    answers: dict[Key, Verdict] = {}
    while jobs:
        jobs = _run(harness, jobs, answers, progress)
    for key, witness in told.items():
        answer = answers[witness.finding, key[1]]
        if not _is_open(answer):
            why = verdicts[key].evidence
            evidence = f"{answer.evidence} (in a witness on synthetic data, for {why})"
            verdicts[key] = replace(answer, evidence=evidence, witness=witness.retold)


def _in_the_way(finding: Finding, generation: int, verdicts: dict[Key, Verdict]) -> tuple[str, ...]:
    """The codes of the crashes of the same programs that a witness can't get past, and the recorder mends."""
    return tuple(
        sorted(
            {
                other.code
                for other, there in verdicts
                if there == generation
                and other.code in _mendable() - {finding.code}
                and set(other.programs) & set(finding.programs)
            }
        )
    )


def _next_jobs(waiting: dict[Key, list[Program]], verdicts: dict[Key, Verdict]) -> dict[Job, list[Finding]]:
    """The runs of the next program for each finding not confirmed yet, with all that they may judge."""
    due = {
        Job(programs[0], generation)
        for (finding, generation), programs in waiting.items()
        if programs and not _is_confirmed(verdicts.get((finding, generation)))
    }
    jobs: dict[Job, list[Finding]] = {}
    for (finding, generation), programs in waiting.items():
        for program in list(programs):
            job = Job(program, generation)
            if job in due:
                programs.remove(program)
                jobs.setdefault(job, []).append(finding)
    return jobs


def _run(
    harness: Harness,
    jobs: dict[Job, list[Finding]],
    verdicts: dict[Key, Verdict],
    progress: Progress,
) -> dict[Job, list[Finding]]:
    """Run programs and judge what they concern; the runs that may tell more, behind crashes mended."""
    behind: dict[Job, list[Finding]] = {}
    for done, (job, recording) in enumerate(harness.run_all(list(jobs)), 1):
        concerned = jobs[job]
        found = _judge(concerned, job, recording)
        _settle(verdicts, found, is_mended=bool(job.mend))
        mended = f", {', '.join(job.mend)} mended" if job.mend else ""
        progress(f"ran {job.program.shown} on Keras {job.keras}{mended}", done, len(jobs))
        hidden = hiding(recording) if isinstance(recording, Recording) else set()
        mend = tuple(sorted({*job.mend, *_crashes(found), *hidden}))
        if mend != job.mend and any(_is_open(verdicts[f, job.keras]) for f in concerned):
            behind[replace(job, mend=mend)] = concerned
    return behind


def _judge(findings: Iterable[Finding], job: Job, recording: Recording | NoRecording) -> dict[Key, Verdict]:
    rules = {rule.code: rule for rule in load()}
    return {
        (finding, job.keras): Verdict(job.keras, Status.INCONCLUSIVE, recording.reason)
        if isinstance(recording, NoRecording)
        else replace(
            qualified(_told(rules[finding.code], finding, recording), finding.code, recording, job.program),
            recording=recording,
        )
        for finding in findings
    }


def _told(rule: Rule, finding: Finding, recording: Recording) -> Verdict:
    """The verdict on a finding; an oracle that fails on a recording costs no other one."""
    try:
        return _verdict(rule, finding, recording)
    except Exception as error:
        said = f"internal error of {rule.code}'s oracle: {type(error).__name__}: {error}"
        return Verdict(recording.keras, Status.INCONCLUSIVE, said)


def _verdict(rule: Rule, finding: Finding, recording: Recording) -> Verdict:
    """What a rule's oracle says; where cells raised, with regard to each of these ends, and it is told."""
    if not recording.raised:
        return rule.judge(finding, recording)
    told = [rule.judge(finding, replace(recording, outcome=outcome)) for outcome in recording.raised]
    chosen = next((verdict for verdict in told if _is_confirmed(verdict)), told[0])
    first = recording.raised[0]
    if first.exception is None or first.exception in chosen.evidence:
        return chosen
    where = f" at {first.places[0].where}" if first.places else ""
    return replace(chosen, evidence=f"{chosen.evidence} (besides, {first.exception}{where})")


def _settle(verdicts: dict[Key, Verdict], found: dict[Key, Verdict], *, is_mended: bool) -> None:
    """Take the verdicts of a run, but let a run behind mended crashes only decide what was open."""
    for key, new in found.items():
        old = verdicts.get(key)
        if (
            old is None
            or (_is_open(old) and not _is_open(new))
            or (_is_confirmed(new) and not _is_confirmed(old) and not is_mended)
        ):
            verdicts[key] = new


def _is_open(verdict: Verdict) -> bool:
    return verdict.status in (Status.INCONCLUSIVE, Status.NOT_REACHED)


def _is_confirmed(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.status is Status.CONFIRMED


def _crashes(found: dict[Key, Verdict]) -> set[str]:
    """The codes of the confirmed crashes that the recorder can mend, to look behind them."""
    return {f.code for (f, _), verdict in found.items() if f.code in _mendable() and _is_confirmed(verdict)}


def _mendable() -> set[str]:
    return {rule.code for rule in load() if rule.mendable}
