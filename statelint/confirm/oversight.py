"""Watches a child and all that it starts, from the server's side, and ends them.

Like the recorder, which loads it, this runs in the user's own Python, 3.8 or later, with the standard library
alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import stat
import sys
import time
from collections.abc import Iterator
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
PROCESSES_EVERY, FILES_EVERY = 0.1, 0.5
MEGABYTE = 1 << 20
MAX_ENTRIES = 100_000


class Lines:
    """Lines of stdin, readable while a child is being waited for."""

    def __init__(self) -> None:
        self._buffer = b""
        self.closed = False

    def wait(self, seconds: float | None) -> None:
        """Wait for input, at most so long."""
        if self.closed:
            time.sleep(seconds or 0)
            return
        if select.select([0], [], [], seconds)[0]:
            block = os.read(0, 1 << 16)
            self.closed = not block
            self._buffer += block

    def next(self) -> bytes | None:
        """Return the next line, None at the end."""
        while b"\n" not in self._buffer and not self.closed:
            self.wait(None)
        line, found, self._buffer = self._buffer.partition(b"\n")
        return line if found else None


def adopt_orphans() -> None:
    """Become the parent of what children leave behind, so that it can be found and ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Watch:
    """What a child and the processes below it may take."""

    def __init__(self, run: str, limits: dict[str, Any], seconds: float) -> None:
        self.run, self.limits, self.seconds = run, limits, seconds
        self._own = memory_of("self")  # what each of them has from here, until it changes it
        self._due = {self._processes: 0.0, self._files: 0.0}

    def excess(self, passed: float) -> str:
        """Say which limit is exceeded so many seconds after the start, "" if none is."""
        if passed > self.seconds:
            return f"still running after {self.limits['seconds']:g} s, and it didn't let itself be stopped"
        for check, every in ((self._processes, PROCESSES_EVERY), (self._files, FILES_EVERY)):
            if passed >= self._due[check]:
                self._due[check] = passed + every
                found = check()
                if found:
                    return found
        return ""

    def _processes(self) -> str:
        found = below(os.getpid())
        if len(found) > self.limits["processes"]:
            return f"more than {self.limits['processes']} processes"
        used = sum(max(0, memory_of(process) - self._own) for process in found)
        if used > self.limits["memory_mb"] * MEGABYTE:
            return f"its processes use more than {self.limits['memory_mb']} MB of memory"
        return ""

    def _files(self) -> str:
        limit, used = self.limits["disk_mb"], sum(map(unlinked, below(os.getpid())))
        for count, size in enumerate(sizes(self.run)):
            used += size
            if used > limit * MEGABYTE:
                return f"it wrote more than {limit} MB"
            if count > MAX_ENTRIES:
                return f"it made more than {MAX_ENTRIES} files"
        return ""


def wait_for(child: int, watch: Watch, lines: Lines) -> tuple[int | None, str]:
    """Wait for a child and end what it leaves; return its wait status (None: it was killed) and why."""
    began, pause = time.monotonic(), 0.002
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            end_all(child)
            return status, ""
        why = "the harness went away" if lines.closed else watch.excess(time.monotonic() - began)
        if why:
            end_all(child)
            return None, why
        lines.wait(pause)
        pause = min(pause * 1.5, 0.02)


def end_all(child: int) -> None:
    """Kill the child, its session and every process below this one, until none is left."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for kill, process in [(os.killpg, child), *((os.kill, process) for process in below(os.getpid()))]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(process, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def below(process: int) -> list[int]:
    """Return the processes that descend from this one, as far as the system tells."""
    found: list[int] = []
    pending = [process]
    while pending:
        folder = f"/proc/{pending.pop()}/task"
        with contextlib.suppress(OSError):
            for thread in os.listdir(folder):
                with open(f"{folder}/{thread}/children", "rb") as file:
                    children = [int(child) for child in file.read().split()]
                found += children
                pending += children
    return found


def memory_of(process: int | str) -> int:
    """Return how many bytes of memory a process holds that aren't pages of files."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{process}/status", "rb") as status:
        lines = (line.split() for line in status)
        return sum(int(line[1]) for line in lines if line[0] in (b"RssAnon:", b"RssShmem:")) * 1024
    return 0


def unlinked(process: int) -> int:
    """Return the bytes on disk of the files that a process holds open and that no folder holds any more."""
    total, folder = 0, f"/proc/{process}/fd"
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(folder):
            with contextlib.suppress(OSError):
                found = os.stat(f"{folder}/{descriptor}")
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                    total += found.st_blocks * 512
    return total


def sizes(folder: str) -> Iterator[int]:
    """Yield the bytes on disk of each entry beneath a folder."""
    pending = [folder]
    while pending:
        with contextlib.suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(found.st_mode):
                        pending.append(entry.path)
                    yield found.st_blocks * 512
