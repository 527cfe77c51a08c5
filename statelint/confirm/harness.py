"""Runs programs on real Keras, in copies, with limits, and returns what was recorded."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from statelint.confirm.backends import DEFAULT_BACKEND, Chosen, backend_of, outside_backend
from statelint.confirm.copies import copy_program, write_piece
from statelint.confirm.interpreter import RECORDER, NoInterpreterError, inspected, server_environment
from statelint.confirm.programs import Program
from statelint.trace.recording import Recording

START_SECONDS = 180.0
GRACE_SECONDS = 30.0
WORTH_AN_IMPORT = 8
MAX_RECORDING = 64 << 20


# Told of each run: what was run, how many runs are done, and how many are known of.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take.

    Wall time; memory, of one process and of all together; recorded batches; the size of one file and of all;
    epochs of one fit; processes; files open at a time.  `namespaces` says whether they are to be used.
    """

    seconds: float = 60.0
    memory_mb: int = 8192
    batches: int = 400
    file_mb: int = 256
    disk_mb: int = 1024
    epochs: int = 2
    processes: int = 64
    open_files: int = 1024
    namespaces: bool = True


@dataclass(frozen=True, slots=True)
class NoRecording:
    """Why there is nothing to tell of a run."""

    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """A program to run on one Keras generation, with the crashes of the `mend` codes removed."""

    program: Program
    keras: int
    mend: tuple[str, ...] = ()


class ServerLostError(Exception):
    """A recorder server ended, or didn't answer in time."""


class Harness:
    """Runs programs on the Keras generations asked for; a context manager.

    One server process for each generation imports Keras once and forks a child for each program.
    Servers start when first needed.  `run` and `run_all` are not for several threads at once.
    """

    def __init__(
        self,
        generations: Sequence[int] = (2, 3),
        limits: Limits | None = None,
        python: str = sys.executable,
        lanes: int = 2,
    ) -> None:
        self.generations = tuple(dict.fromkeys(generations))
        self.lanes = lanes
        self.limits = limits if limits is not None else Limits()
        self.python = python
        self._servers: dict[tuple[int, int, str], _Server] = {}
        self._backends: tuple[str, ...] = ()
        self._outside = Chosen(DEFAULT_BACKEND)
        self._broken: dict[tuple[int, str], str] = {}
        self._available: dict[int, tuple[bool, str]] | None = None
        self._folder: Path | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="statelint-"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the servers and remove every copy."""
        servers, self._servers = list(self._servers.values()), {}
        for server in servers:
            server.close()
        if self._folder is not None:
            remove(self._folder)
            self._folder = None

    def available(self) -> dict[int, str]:
        """Return the version of each generation asked for, or why it can't be run; imports no Keras."""
        return {generation: text for generation, (_, text) in self._probe().items()}

    def can_run(self, generation: int) -> bool:
        """Say whether this generation of Keras is installed."""
        return self._probe().get(generation, (False, ""))[0]

    def run(self, program: Program, keras: int, mend: Sequence[str] = ()) -> Recording | NoRecording:
        """Run one program on one generation."""
        return self._run(Job(program, keras, tuple(mend)))

    def run_all(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Recording | NoRecording]]:
        """Run many, as many side by side as there are lanes; the results come in the order of the jobs.

        Each lane has generations of its own to begin with, and helps the others out when these are done,
        unless too little is left to be worth another import of Keras.
        """
        results: list[queue.SimpleQueue[Recording | NoRecording]] = [queue.SimpleQueue() for _ in jobs]
        waiting: dict[int, deque[int]] = {}
        for position, job in enumerate(jobs):
            waiting.setdefault(job.keras, deque()).append(position)
        generations = tuple(waiting)

        def next_job(lane: int) -> int | None:
            own = generations[lane :: self.lanes]
            started = {key[1] for key in list(self._servers) if key[0] == lane}
            for generation in sorted(generations, key=lambda g: g not in own):
                is_cheap = generation in own or generation in started
                with contextlib.suppress(IndexError):
                    if is_cheap or len(waiting[generation]) > WORTH_AN_IMPORT:
                        return waiting[generation].popleft()
            return None

        def work(lane: int) -> None:
            while (position := next_job(lane)) is not None:
                try:
                    done = NoRecording("not run") if self._stopped else self._run(jobs[position], lane)
                except Exception as error:
                    done = NoRecording(f"{type(error).__name__}: {error}")
                results[position].put(done)

        self._probe()
        threads = [threading.Thread(target=work, args=(lane,), daemon=True) for lane in range(self.lanes)]
        for thread in threads:
            thread.start()
        left_early = True
        try:
            for job, result in zip(jobs, results, strict=True):
                yield job, result.get()
            left_early = False
        finally:
            with self._lock:  # from here on no lane starts a server
                self._stopped = True
            if left_early:
                for server in list(self._servers.values()):
                    server.close()
            for thread in threads:
                thread.join(GRACE_SECONDS)
            self._stopped = False

    def _probe(self) -> dict[int, tuple[bool, str]]:
        if self._available is None:
            try:
                found = inspected(self.python)
            except NoInterpreterError as error:
                self._available = dict.fromkeys(self.generations, (False, str(error)))
            else:
                self._backends = found.backends
                self._outside = outside_backend(os.environ, found.backends)
                self._available = {generation: found.keras(generation) for generation in self.generations}
        return self._available

    def _run(self, job: Job, lane: int = 0) -> Recording | NoRecording:
        known, text = self._probe().get(job.keras, (False, f"Keras {job.keras} wasn't asked for"))
        if not known:
            return NoRecording(f"Keras {job.keras} can't be run: {text}")
        if self._folder is None:
            raise RuntimeError("a Harness runs programs inside its `with` block only")
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self._folder))
        try:
            try:
                request = self._prepare(job, folder)
            except OSError as error:
                return NoRecording(f"can't copy the program: {error}")
            return self._ask(job, request, lane)
        finally:
            remove(folder)

    def _prepare(self, job: Job, folder: Path) -> dict[str, Any]:
        """Copy the program into the folder and return the job for the server."""
        copy, home, temporary = folder / "program", folder / "home", folder / "tmp"
        for new in (copy, home, temporary):
            new.mkdir()
        copied = copy_program(job.program, copy)
        pieces = [
            [str(write_piece(folder, number, piece)), piece.cell]
            for number, piece in enumerate(job.program.pieces)
        ]
        limits = asdict(self.limits)
        epochs = limits.pop("epochs")
        return {
            "program": str(copied.program),
            "shown_path": job.program.shown,
            "root": str(copy),
            "cwd": str(copied.program.parent),
            "modules": {str(path): shown for path, shown in copied.modules.items()},
            "folders": [str(path) for path in copied.folders],
            "package": job.program.package,
            "pieces": pieces,
            "prelude": job.program.prelude,
            "out": str(folder / "recording.json"),
            "environment": {"HOME": str(home), "TMPDIR": str(temporary)},
            "limits": limits,
            "max_epochs": epochs,
            "mend": list(job.mend),
        }

    def _ask(self, job: Job, request: dict[str, Any], lane: int) -> Recording | NoRecording:
        backend = backend_of(job.program, self._outside) if job.keras == 3 else DEFAULT_BACKEND
        if backend not in self._backends:
            return NoRecording(f"the {backend} backend isn't installed")
        if (job.keras, backend) in self._broken:
            return NoRecording(self._broken[job.keras, backend])
        with self._lock:
            if self._stopped:
                return NoRecording("not run")
            server = self._servers.get((lane, job.keras, backend))
            if server is None or not server.alive:
                home = Path(request["root"]).parents[1]
                server = _Server(self.python, job.keras, backend, home)
                self._servers[lane, job.keras, backend] = server
        try:
            server.start()
        except ServerLostError as error:
            server.close()
            # It would be the same for the next program, and an import is slow.
            self._broken[job.keras, backend] = str(error)
            return NoRecording(str(error))
        try:
            reply = server.ask(request, self.limits.seconds + GRACE_SECONDS)
        except ServerLostError as error:
            server.close()
            return NoRecording(str(error))
        if reply.get("recording") is None:
            return NoRecording(f"{reply.get('reason')}{last_words(Path(request['out'] + '.stderr'))}")
        try:
            path = Path(request["out"])
            if path.stat().st_size > MAX_RECORDING:
                return NoRecording("the recording is too large to be read")
            text = path.read_text(encoding="utf-8")
            return Recording.from_json(json.loads(text))
        except Exception as error:  # the program may have written it
            return NoRecording(f"unreadable recording: {type(error).__name__}: {error}")


class _Server:
    """One recorder process, which has one Keras generation imported."""

    def __init__(self, python: str, generation: int, backend: str, home: Path) -> None:
        self._command = [python, str(RECORDER), "serve", "--keras", str(generation)]
        if backend != DEFAULT_BACKEND:
            self._command += ["--backend", backend]
        # Keras leaves its settings at home when it is imported.
        self._environment = {**server_environment(os.environ), "HOME": str(home)}
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._jobs = 0
        self._closed = False

    @property
    def alive(self) -> bool:
        return not self._closed and (self._process is None or self._process.poll() is None)

    def start(self) -> None:
        """Start the process and wait until Keras is imported; nothing where that is done."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            # Ctrl-C in the terminal is for the harness, which then closes the server.
            start_new_session=True,
        )
        ready = self._reply(START_SECONDS)
        if not ready.get("ready"):
            raise ServerLostError(f"Keras can't be imported: {ready.get('reason')}")

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Send one job and return the answer."""
        process = self._process
        if process is None or process.stdin is None:
            raise ServerLostError("the recorder isn't running")
        self._jobs += 1
        try:
            process.stdin.write(json.dumps({"id": self._jobs, **request}).encode() + b"\n")
            process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ServerLostError(f"the recorder ended: {error}") from error
        reply = self._reply(seconds)
        if reply.get("id") != self._jobs:
            raise ServerLostError("the recorder answered another question")
        return reply

    def _reply(self, seconds: float) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if self._closed:
                    raise ServerLostError("the harness was closed")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ServerLostError(f"the recorder didn't answer within {seconds:g} s")
                if selector.select(min(left, 0.5)):
                    block = os.read(process.stdout.fileno(), 1 << 16)
                    if not block:
                        raise ServerLostError("the recorder ended")
                    self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        """End the process: it kills its child when its stdin closes."""
        self._closed = True
        process = self._process
        if process is None:
            return
        with contextlib.suppress(OSError, ValueError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def last_words(stderr: Path) -> str:
    """Return the last line that a lost child wrote on stderr, ready to be appended to a reason."""
    try:
        with stderr.open("rb") as file:
            file.seek(max(0, stderr.stat().st_size - 4000))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return f" ({lines[-1][:200]})" if lines else ""


def remove(folder: Path) -> None:
    """Remove a folder with all that a program may have put there or made inaccessible."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*command, "--", str(folder)], stderr=subprocess.DEVNULL, check=False)
