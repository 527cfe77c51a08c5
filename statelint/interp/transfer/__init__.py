"""What calls of libraries do: one transfer function for each callable whose effect matters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from statelint.values import Value

if TYPE_CHECKING:
    from statelint.interp.machine import Machine
    from statelint.interp.objects import Arguments

Transfer = Callable[["Machine", str, "Arguments"], Value]

_MODULES = (
    "builtins",
    "executed",
    "iteration",
    "standard",
    "options",
    "numpy",
    "datasets",
    "catalogue",
    "keras_functions",
    "orders",
    "separate",
    "windowing",
    "rearranging",
    "reshaping",
    "stacking",
    "axes",
    "preparing",
    "columns",
    "progress",
    "reporters",
    "saving",
    "wrappers",
    "searches",
    "settings_files",
    "files",
)


@cache
def _table() -> dict[str, Transfer]:
    table: dict[str, Transfer] = {}
    for name in _MODULES:
        table.update(import_module(f"{__name__}.{name}").TRANSFERS)
    return table


def transfer_of(name: str) -> Transfer | None:
    """The transfer function of a library callable, by its canonical name."""
    return _table().get(name)
