"""Running again whenever a file changes, in a process of its own, so that nothing of the last run is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import statelint
from statelint.discover import MissingPaths, discover
from statelint.messages import complain
from statelint.source.locating import forget_folders
from statelint.source.project import Project

# Files that say how others are read.
_BESIDE = ("statelint.toml", "pyproject.toml", "requirements.txt", ".gitignore")
# Between two looks pass so many seconds, or so many times what a look takes.
_PAUSE, _EFFORT = 0.5, 10.0
# How long writing may take, and a run that was interrupted.
_SETTLING, _PATIENCE = 0.1, 5.0
_CLEAR = "\x1b[2J\x1b[H"
_RUN = "import sys; sys.path.append({place!r}); from statelint.cli import main; sys.exit(main())"

# Of each file when it was written, and its size.
_Look = dict[Path, tuple[int, int]]


def watch(paths: Sequence[str], arguments: Sequence[str]) -> None:
    """Run statelint with the arguments, again after each change beneath the paths, until Ctrl-C."""
    try:
        while True:
            seen = _look(paths)
            _clear()
            _run(_without_watch(arguments))
            complain(f"watching {', '.join(paths)} for changes; Ctrl-C ends")
            _wait(paths, seen)
    except KeyboardInterrupt:
        return


def _run(arguments: Sequence[str]) -> None:
    code = _RUN.format(place=str(Path(statelint.__file__).parents[1]))
    # -P: modules of the working directory don't stand in for those of Python.
    process = subprocess.Popen([sys.executable, "-P", "-c", code, *arguments])
    try:
        process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reaches both; what is known by then is still printed.
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _without_watch(arguments: Sequence[str]) -> list[str]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    kept = [one for one in arguments[:end] if not ("--watch".startswith(one) and len(one) > len("--w"))]
    return [*kept, *arguments[end:]]


def _wait(paths: Sequence[str], seen: _Look) -> None:
    """Wait until something is other than it was seen, and is written as a whole."""
    while True:
        begun = time.process_time()
        now = _look(paths)
        if now != seen:
            time.sleep(_SETTLING)
            if _look(paths) == now:
                return
            continue
        time.sleep(max(_PAUSE, _EFFORT * (time.process_time() - begun)))


def _look(paths: Sequence[str]) -> _Look:
    """What is beneath the paths now, what the files among them import, and what says how they are read."""
    try:
        found = discover([path for path in paths if Path(path).exists()])
    except MissingPaths:  # it went just now
        return {}
    files = {file.path for file in found.files}
    named = [Path(path).absolute() for path in paths]
    for path in named:
        if path.is_file():
            files.update(_imported(path))
    folders = {file.parent for file in files} | {place for path in named for place in (path, *path.parents)}
    beside = (folder / name for folder in folders for name in _BESIDE)
    return {file: signs for file in (*files, *beside) if (signs := _signs(file)) is not None}


def _imported(file: Path) -> tuple[Path, ...]:
    """The modules of the project that a program imports."""
    forget_folders()
    try:
        return Project().needs(file, file.read_bytes()).modules
    except OSError:
        return ()


def _signs(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _clear() -> None:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.write(_CLEAR)
        sys.stdout.flush()
