"""Running programs to see what they do, whatever was found in them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from statelint.confirm.harness import Harness, Job, Limits, NoRecording, Progress
from statelint.confirm.programs import Program, programs_of
from statelint.discover import discover
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
    runs: list[tuple[str, Recording | NoRecording]] = []
    with Harness(generations, Limits(seconds=seconds), python) as harness:
        for done, path in enumerate(paths, 1):
            programs = _programs(path)
            if isinstance(programs, NoRecording):
                runs.append((path, programs))
            else:
                jobs = [Job(program, _chosen(harness, program)) for program in programs]
                runs += [(path, run) for _, run in harness.run_all(jobs)]
            progress(f"ran {path}", done, len(paths))
    return runs


def _programs(path: str) -> list[Program] | NoRecording:
    """The programs in a file (a text has one for each of its stories), or why there is none."""
    try:
        (file,) = discover([path]).files
        return programs_of(file, Project()) or NoRecording("there is no program in it")
    except OSError as error:
        return NoRecording(error.strerror or str(error))


def _chosen(harness: Harness, program: Program) -> int:
    asked = harness.generations
    # What was asked for decides, where the program is written for another one.
    meant = [g for g in asked if g in target_of(program.code, program.path)] or asked
    return max((g for g in meant if harness.can_run(g)), default=max(meant))
