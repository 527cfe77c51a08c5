"""Running programs to see what they do, whatever was found in them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from statelint.confirm.harness import Harness, Limits, NoRecording, Progress
from statelint.confirm.programs import program_of
from statelint.discover import discover, is_document
from statelint.source.project import Project
from statelint.target import target_of
from statelint.trace.recording import Recording


def watch(
    paths: Sequence[str],
    generations: tuple[int, ...],
    seconds: float,
    progress: Progress,
    python: str = sys.executable,
) -> list[tuple[str, Recording | NoRecording]]:
    """What each program did on the newest of these generations that it is written for and that is there."""
    with Harness(generations, Limits(seconds=seconds), python) as harness:
        runs: list[tuple[str, Recording | NoRecording]] = []
        for done, path in enumerate(paths, 1):
            runs.append((path, _run(harness, path)))
            progress(f"ran {path}", done, len(paths))
        return runs


def _run(harness: Harness, path: str) -> Recording | NoRecording:
    if is_document(path):
        return NoRecording("notebooks and texts aren't run")
    try:
        (file,) = discover([path]).files
        program = program_of(file, Project())
    except OSError as error:
        return NoRecording(error.strerror or str(error))
    asked = harness.generations
    # What was asked for decides, where the program is written for another one.
    meant = [g for g in asked if g in target_of(program.code, program.path)] or asked
    chosen = max((g for g in meant if harness.can_run(g)), default=max(meant))
    return harness.run(program, chosen)
