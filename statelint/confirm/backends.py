"""Which backend of Keras 3 a program runs on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statelint.confirm.programs import Program

DEFAULT_BACKEND = "tensorflow"
BACKENDS = (DEFAULT_BACKEND, "jax", "torch")
_VARIABLE = "KERAS_BACKEND"
_BACKEND = re.compile(r"""KERAS_BACKEND["']?\s*(?:\]\s*=|[,:=])\s*["'](\w+)["']""")
_UNLESS_SET = re.compile(r"""setdefault\(\s*["']KERAS_BACKEND["']""")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A backend, and what it was chosen by, "" where nothing chose it."""

    name: str
    by: str = ""


def backend_of(program: Program, outside: Chosen | None = None) -> str:
    """The backend of Keras 3 that a program chooses by setting KERAS_BACKEND, else that from outside."""
    outside = outside or Chosen(DEFAULT_BACKEND)
    own = own_backend(program)
    if own is None or (outside.by == _VARIABLE and _UNLESS_SET.search(program.code)):
        return outside.name
    return own


def own_backend(program: Program) -> str | None:
    """The backend that a program's text chooses; None where it chooses none."""
    found = _BACKEND.search(program.code)
    return found[1] if found else None


def outside_backend(environment: Mapping[str, str], installed: Sequence[str]) -> Chosen:
    """The backend of programs that choose none: from the environment, keras.json, or what is there."""
    if name := environment.get(_VARIABLE):
        return Chosen(name, _VARIABLE)
    file = Path(environment.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    name = _configured(file)
    # Keras itself writes the default there, whether TensorFlow is installed or not.
    if name is not None and name != DEFAULT_BACKEND:
        return Chosen(name, str(file))
    return Chosen(DEFAULT_BACKEND if DEFAULT_BACKEND in installed or not installed else installed[0])


def _configured(file: Path) -> str | None:
    try:
        name = json.loads(file.read_text(encoding="utf-8"))["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) else None
