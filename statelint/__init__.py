"""Finds the mistakes people make with stateful RNNs in Keras, and proves them on real Keras."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statelint.live.recording import record

__version__ = "0.1.0"
__all__ = ["__version__", "record"]

_HOMES = {"record": "statelint.live.recording"}


def __getattr__(name: str) -> object:
    """Import what is asked for, and not before."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
