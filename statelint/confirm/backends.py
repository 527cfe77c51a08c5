"""Which backend of Keras 3 a program runs on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statelint.confirm.programs import Program

DEFAULT_BACKEND = "tensorflow"
BACKENDS = (DEFAULT_BACKEND, "jax", "torch")
_BACKEND = re.compile(r"""KERAS_BACKEND["']?\s*(?:\]\s*=|[,:=])\s*["'](\w+)["']""")


def backend_of(program: Program) -> str:
    """The backend of Keras 3 that a program asks for by setting KERAS_BACKEND itself."""
    found = _BACKEND.search(program.code)
    return found[1] if found else DEFAULT_BACKEND
