"""What programs do once the fixes of their findings are made, to be shown beside what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from statelint.confirm.harness import Harness, Job, Limits, Progress
from statelint.confirm.programs import programs_of
from statelint.confirm.witnessing import NOWHERE
from statelint.discover import SourceFile
from statelint.engine import check_files
from statelint.findings import After, Finding, Status, Verdict
from statelint.fixes.passes import mend
from statelint.settings import Settings
from statelint.source.project import Project
from statelint.target import GENERATIONS
from statelint.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class _Case:
    """A program, or the witness in its place, that confirmed something."""

    file: SourceFile
    keras: int


def with_mended_runs(
    findings: Sequence[Finding],
    files: Sequence[SourceFile],
    seconds: float,
    progress: Progress,
    python: str,
    lanes: int,
) -> list[Finding]:
    """The findings; each confirmed verdict with what its program did after all fixes, safe or not.

    Verdicts whose program has no fix, or is one of several in its file, stay as they are.
    """
    by_name = {file.shown: file for file in files}
    cases = {
        id(verdict.recording): case
        for finding in findings
        for verdict in finding.verdicts
        if (case := _case(finding, verdict, by_name)) is not None
    }
    jobs: dict[_Case, Job] = {}
    titles: dict[_Case, tuple[str, ...]] = {}
    for case in dict.fromkeys(cases.values()):
        mended, fixed = _mended(case)
        programs = programs_of(mended, Project()) if fixed else []
        if len(programs) == 1:
            jobs[case], titles[case] = Job(programs[0], case.keras), fixed
    results: dict[_Case, Recording] = {}
    with Harness(GENERATIONS, Limits(seconds=seconds), python, lanes=lanes) as harness:
        order = list(jobs)
        for done, (job, recording) in enumerate(harness.run_all([jobs[case] for case in order]), 1):
            progress(f"ran {job.program.shown} on Keras {job.keras}, mended", done, len(order))
            if isinstance(recording, Recording):
                results[order[done - 1]] = recording

    def after(verdict: Verdict) -> Verdict:
        case = cases.get(id(verdict.recording))
        if case is None or case not in results or verdict.status is not Status.CONFIRMED:
            return verdict
        return replace(verdict, mended=After(results[case], titles[case]))

    return [replace(finding, verdicts=tuple(map(after, finding.verdicts))) for finding in findings]


def _case(finding: Finding, verdict: Verdict, by_name: dict[str, SourceFile]) -> _Case | None:
    if verdict.status is not Status.CONFIRMED or verdict.recording is None:
        return None
    if verdict.witness is not None:
        name = verdict.witness.sites[0].path
        return _Case(SourceFile(NOWHERE / name, name, verdict.witness.text.encode()), verdict.keras)
    file = by_name.get(finding.programs[0] if finding.programs else finding.site.path)
    return None if file is None else _Case(file, verdict.keras)


def _mended(case: _Case) -> tuple[SourceFile, tuple[str, ...]]:
    """The file with its fixes made, and what they are; none where nothing could be mended."""
    # All that is in the way of this generation, whatever else is set.
    file = replace(case.file, settings=Settings(keras=(case.keras,)))
    result = mend([file], lambda files: check_files(files).findings, unsafe=True)
    if not result.changes:
        return case.file, ()
    titles = dict.fromkeys(finding.fix.title for finding in result.fixed if finding.fix is not None)
    return replace(case.file, data=result.changes[0].after), tuple(titles)
