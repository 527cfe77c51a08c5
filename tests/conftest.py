"""The harness that the tests which run Keras share, and what it recorded."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest
from hypothesis import settings

from statelint.confirm.harness import Harness, Job, Limits, NoRecording
from statelint.confirm.programs import Program
from statelint.trace.recording import Recording

ROOT = Path(__file__).parents[1]
EVERY_GENERATION = "--every-generation"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "keras: runs programs on real Keras")
    # Programs that choose no backend run on TensorFlow, whatever is usual here.
    os.environ.pop("KERAS_BACKEND", None)
    os.environ["KERAS_HOME"] = os.devnull
    # What a test finds is found by the test.
    os.environ["STATELINT_NO_CACHE"] = "1"
    # The same examples each time; `--hypothesis-profile default` draws others.
    settings.register_profile("repeatable", derandomize=True)
    if config.getoption("--hypothesis-profile") is None:
        settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        EVERY_GENERATION,
        action="store_true",
        help="run the fixtures that are right, and the mended ones, on both generations of Keras, not on one "
        "in turn",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out half of the runs of programs that are right: those that are wrong run on both generations."""
    if not config.getoption(EVERY_GENERATION):
        left_out = [item for item in items if _is_other_turn(item)]
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _is_other_turn(item: pytest.Item) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    if "recordings" not in getattr(item, "fixturenames", ()) or not {"path", "generation"} <= params.keys():
        return False
    path: Path = params["path"]
    return path.name.startswith("good_") and int(params["generation"]) != turn_of(path.name)


def turn_of(name: str) -> int:
    """The generation on which a program runs that runs on one alone."""
    return 2 + zlib.crc32(name.encode()) % 2


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    """A harness for both generations; its servers start with the first program."""
    with Harness((2, 3), Limits(seconds=40)) as harness:
        yield harness


@pytest.fixture(params=[2, 3], ids=["keras2", "keras3"])
def generation(request: pytest.FixtureRequest, harness: Harness) -> int:
    """Each generation in turn; skips where it isn't installed."""
    number: int = request.param
    if not harness.can_run(number):
        pytest.skip(harness.available()[number])
    return number


class Recordings:
    """What programs did on each generation; each program is run once, when it is first asked for.

    It stands in for a Harness, so that the tests share its runs.
    """

    def __init__(self, harness: Harness, generations: tuple[int, ...]) -> None:
        self.harness = harness
        self.generations = generations
        self._known: dict[Job, Recording | NoRecording] = {}

    def record(self, runs: Sequence[tuple[Path, int]]) -> None:
        """Run programs beforehand, two at a time."""
        jobs = [self._job(path, generation) for path, generation in runs if self.can_run(generation)]
        self.run_all(jobs)

    def _job(self, path: Path, generation: int) -> Job:
        return Job(Program(path, path.relative_to(ROOT).as_posix()), generation)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The session's harness stays open."""

    def can_run(self, generation: int) -> bool:
        return generation in self.generations and self.harness.can_run(generation)

    def run_all(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Recording | NoRecording]]:
        """The results of the jobs, in their order."""
        missing = [job for job in jobs if job not in self._known]
        self._known.update(self.harness.run_all(missing))
        return ((job, self._known[job]) for job in jobs)

    def of(self, path: Path, generation: int) -> Recording:
        """What the program at `path` did."""
        ((_, recording),) = self.run_all([self._job(path, generation)])
        if isinstance(recording, NoRecording) and recording.reason.endswith("backend isn't installed"):
            pytest.skip(recording.reason)
        assert isinstance(recording, Recording), recording
        return recording


@pytest.fixture(scope="session")
def recordings(harness: Harness, request: pytest.FixtureRequest) -> Recordings:
    """The recordings of the fixture programs, on the generations that the chosen tests ask for."""
    recorded = [item for item in request.session.items if "recordings" in getattr(item, "fixturenames", ())]
    params = [spec.params for item in recorded if (spec := getattr(item, "callspec", None)) is not None]
    asked = {given["generation"] for given in params if "generation" in given}
    recordings = Recordings(harness, tuple(sorted(asked)))
    recordings.record(
        sorted({(p["path"], p["generation"]) for p in params if {"path", "generation"} <= p.keys()})
    )
    return recordings
