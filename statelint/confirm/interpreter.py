"""The Python that programs are run with: where it is, and what it has of Keras."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from statelint.confirm.backends import BACKENDS, DEFAULT_BACKEND, Chosen, outside_backend

RECORDER = Path(__file__).with_name("recorder.py")
OLDEST = (3, 8)
ANSWER_SECONDS = 180.0
# Nothing else of the caller's environment reaches a program.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")
_VERSION = "import sys; print('Python %d.%d.%d' % sys.version_info[:3])"
_BOUNDS = {
    "network": "sockets",
    "files": "writes elsewhere",
    "processes": "signals to other processes",
}
_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "torch"}


class NoInterpreterError(Exception):
    """No Python that programs can be run with; the text says why."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python, and the versions of what it has of Keras, by the names of the packages.

    A version is "" where it isn't known.  `can_fork` is False on platforms where nothing can be run.  `kept`
    is what namespaces keep from the programs here, of "network", "processes" and "files".
    """

    path: str
    version: str
    packages: Mapping[str, str]
    can_fork: bool = True
    kept: frozenset[str] = frozenset()

    @property
    def backends(self) -> tuple[str, ...]:
        """The backends of Keras 3 that are installed."""
        return tuple(name for name in BACKENDS if name in self.packages)

    def keras(self, generation: int) -> tuple[bool, str]:
        """Whether this generation of Keras can run, and its version or why not."""
        keras, old = self.packages.get("keras"), self.packages.get("tf_keras")
        is_2 = keras is not None and keras.startswith("2.")
        if not self.can_fork:
            return False, "this platform can't fork"
        if generation == 2:
            if "tensorflow" not in self.packages:
                return False, "tensorflow isn't installed"
            if is_2 and keras is not None:
                return True, keras
            return (False, "tf_keras isn't installed") if old is None else (True, old)
        if keras is None:
            return False, "keras isn't installed"
        if is_2:
            return False, f"keras {keras} is installed"
        if not self.backends:
            return False, "no backend (tensorflow, jax or torch) is installed"
        return True, keras

    def is_plain(self, generations: Iterable[int]) -> bool:
        """Whether it has these generations, and nothing asks for another backend than the usual one."""
        return all(self.keras(g)[0] and self._backend(g).name == DEFAULT_BACKEND for g in generations)

    def told(self, generations: Iterable[int]) -> str:
        """What it has of these generations, in words."""
        parts = []
        for generation in generations:
            can_run, text = self.keras(generation)
            text = text or "of unknown version"
            parts.append(
                f"Keras {text} on {self._backends(generation)}"
                if can_run
                else f"no Keras {generation} ({text})"
            )
        return f"{self.path}: Python {self.version}, {', '.join(parts)}"

    @property
    def is_separating(self) -> bool:
        """Whether namespaces keep all of that from programs."""
        return self.kept >= _BOUNDS.keys()

    def bounds(self) -> str:
        """What keeps the programs that it runs in bounds, in words."""
        by_python = [words for name, words in _BOUNDS.items() if name not in self.kept]
        if self.is_separating:
            return "programs run on copies, in namespaces: no network, nothing else to write or to signal"
        return f"programs run on copies; what no namespace bars here, Python refuses: {', '.join(by_python)}"

    def _backend(self, generation: int) -> Chosen:
        return outside_backend(os.environ, self.backends) if generation == 3 else Chosen(DEFAULT_BACKEND)

    def _backends(self, generation: int) -> str:
        """The backend that programs run on which choose none, and the others."""
        chosen = self._backend(generation)
        others = [self._named(name) for name in self.backends if generation == 3 and name != chosen.name]
        notes = [f"by {chosen.by}"] if chosen.by else []
        if others:
            notes.append(f"{' and '.join(others)} {'is' if len(others) == 1 else 'are'} there too")
        return self._named(chosen.name) + (f" ({'; '.join(notes)})" if notes else "")

    def _named(self, backend: str) -> str:
        if backend not in self.packages:
            return f"{backend}, which isn't installed"
        return f"{_NAMES[backend]} {self.packages[backend]}".strip()


def interpreter_at(path: str) -> str:
    """The interpreter that a path or a name means: itself, or that of an environment's folder."""
    place = Path(path).expanduser().absolute()
    # A link isn't followed: it is what makes an environment of an interpreter.
    if place.is_dir():
        for name in ("bin/python", "bin/python3"):
            if (place / name).is_file():
                return str(place / name)
        raise NoInterpreterError(f"{path} is no environment: it has no bin/python")
    if place.is_file():
        return str(place)
    named = shutil.which(path) if Path(path).name == path else None
    if named is None:
        raise NoInterpreterError(f"no such file or folder: {path}")
    return named


def with_keras(path: str | None, option: str, generations: Sequence[int]) -> Interpreter:
    """The interpreter at the path (None: the one that runs this), which can run one of these generations.

    Raises NoInterpreterError, whose text names the option of the command line that it is for.
    """
    if path is not None:
        option = "--python"
    try:
        found = inspected(sys.executable if path is None else interpreter_at(path))
    except NoInterpreterError as error:
        raise NoInterpreterError(f"{option}: {error}") from None
    answers = {generation: found.keras(generation) for generation in generations}
    if any(can_run for can_run, _ in answers.values()):
        return found
    reasons = "; ".join(f"Keras {generation}: {reason}" for generation, (_, reason) in answers.items())
    if path is not None:
        raise NoInterpreterError(
            f"--python: {found.path} (Python {found.version}) has no Keras to run ({reasons})"
        )
    raise NoInterpreterError(
        f'{option} needs Keras ({reasons}). To install it: pip install "statelint[confirm]"; '
        "or name a Python that has it with --python"
    )


def inspected(python: str) -> Interpreter:
    """Ask an interpreter for its version and its packages, without importing them."""
    version = _version(python)
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        raise NoInterpreterError(
            f"{python} is Python {version}: {'.'.join(map(str, OLDEST))} is the oldest one"
        )
    asked = _ask(python, [str(RECORDER), "probe"])
    try:
        found = json.loads(asked.stdout)
        packages, kept = dict(found["packages"]), frozenset(found["kept"])
        return Interpreter(python, version, packages, bool(found["fork"]), kept)
    except (ValueError, KeyError, TypeError) as error:
        raise NoInterpreterError(
            f"{python} can't be asked what it has: {_last_line(asked) or error}"
        ) from None


def server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a server: an allow-list of the caller's, and quiet, small TensorFlow."""
    passed = {name: environment[name] for name in PASSED_ON if name in environment}
    return {
        **passed,
        "HOME": tempfile.gettempdir(),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _version(python: str) -> str:
    asked = _ask(python, ["-c", _VERSION])
    answer = re.fullmatch(r"Python (\d+\.\d+\.\d+)\s*", asked.stdout)
    if answer is None:
        said = _last_line(asked) or f"exit status {asked.returncode}"
        raise NoInterpreterError(f"{python} is no Python: {said}")
    return answer[1]


def _ask(python: str, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [python, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_SECONDS,
            env=server_environment(os.environ),
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoInterpreterError(f"{python} doesn't answer") from None
    except OSError as error:
        raise NoInterpreterError(f"{python} can't be run: {error.strerror or error}") from None


def _last_line(asked: subprocess.CompletedProcess[str]) -> str:
    lines = (asked.stderr.strip() or asked.stdout.strip()).splitlines()
    return lines[-1][:200] if lines else ""
