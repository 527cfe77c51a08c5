"""Files followed by several processes."""

from __future__ import annotations

import gc
import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from statelint.source.candidates import Seen

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from pathlib import Path

    from statelint.cache import Cache
    from statelint.engine import Checked
    from statelint.groups import Group
    from statelint.source.project import Project

# So many files to follow are worth the start of other processes: where one begins with what another has
# imported, and where each imports it for itself.
_WORTH_A_FORK, _WORTH_A_START = 12, 100
# And so many files to look at are worth one that only looks.
_WORTH_A_LOOK = 500
_FORKS = sys.platform == "linux"

_project: Project | None = None
_cache: Cache | None = None


def collect_rarely() -> None:
    """Spare trees, which have no cycles, the garbage collector: it would go over each of them many times.

    For a process of statelint's own.
    """
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)


class Pool:
    """Up to so many processes; they start when there is enough to do."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def look(self, look: Callable[[int, int], Seen], count: int) -> Iterable[Seen]:
        """What a look at so many files shows, part by part, each in a process of its own."""
        parts = min(self._jobs, count // _WORTH_A_LOOK) if _FORKS else 1
        ends = [count * part // parts for part in range(1, parts + 1)] if parts > 1 else [count]
        others = [_Forked(partial(look, begin, end)) for begin, end in pairwise(ends)]
        return [look(0, ends[0]), *(other.result() for other in others)]

    def pays(self, groups: Sequence[Group]) -> bool:
        """Whether to follow these groups is more work than to start processes."""
        files = sum(len(group.files) for group in groups)
        return self._jobs > 1 and len(groups) > 1 and files > (_WORTH_A_FORK if _FORKS else _WORTH_A_START)

    def follow(
        self, groups: Sequence[Group], contents: Mapping[Path, bytes], cache: Cache | None
    ) -> Iterator[tuple[Group, list[Checked]]]:
        """What comes of following groups of files, in their order.

        What is left when a process dies is followed by this one.
        """
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        from statelint.engine import follow_group
        from statelint.source.project import Project

        if _FORKS:
            _import_all()
        context = get_context("fork" if _FORKS else None)
        workers = min(self._jobs, len(groups))
        pool = ProcessPoolExecutor(workers, context, _begin, (dict(contents), cache))
        try:
            futures = [_submitted(pool, group) for group in groups]
            for place, (group, future) in enumerate(zip(groups, futures, strict=True), start=1):
                try:
                    outcomes = future.result()
                except BrokenProcessPool:
                    outcomes = follow_group(group, Project(contents), cache)
                if place == len(groups):
                    # Its thread mustn't close its pipe just when the interpreter, at its end, writes to it;
                    # and behind the last group nobody may ask on.
                    pool.shutdown()
                yield group, outcomes
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, group: Group) -> Future[list[Checked]]:
    """What will come of a group; where a process has died already, what says so."""
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    try:
        return pool.submit(_follow, group)
    except BrokenProcessPool as error:
        broken: Future[list[Checked]] = Future()
        broken.set_exception(error)
        return broken


class _Forked:
    """A process that looks at files, and what it sees."""

    def __init__(self, look: Callable[[], Seen]) -> None:
        self._look = look
        self._reading, writing = os.pipe()
        self._process = os.fork()
        if self._process:
            os.close(writing)
            return
        try:
            with open(writing, "wb") as stream:
                marshal.dump(tuple(look()), stream)
        finally:
            # Nothing else of the program runs here, and nothing is said: the first process looks again.
            os._exit(0)

    def result(self) -> Seen:
        """What it saw; where it died, this process looks itself."""
        with open(self._reading, "rb") as stream:
            data = stream.read()
        os.waitpid(self._process, 0)
        try:
            return Seen(*marshal.loads(data))
        except (EOFError, ValueError, TypeError):
            return self._look()


def _import_all() -> None:
    """Import what follows files, so that it is there in every process that is forked."""
    from statelint import rules
    from statelint.interp import program

    rules.load()
    assert program


def _begin(contents: Mapping[Path, bytes], cache: Cache | None) -> None:
    global _project, _cache
    import signal

    from statelint.source.project import Project

    # Of Ctrl-C the first process takes care.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()
    _project, _cache = Project(contents), cache


def _follow(group: Group) -> list[Checked]:
    from statelint.engine import follow_group

    assert _project is not None
    return follow_group(group, _project, _cache)
