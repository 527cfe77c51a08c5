"""Finds the mistakes people make with stateful RNNs in Keras, and proves them on real Keras."""

# `typing` itself costs as much to import as all that `--version` needs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from statelint.lint import Linted, lint_source
    from statelint.live.clean import assert_state_is_clean
    from statelint.live.guard import StateError, StateGuard, StateWarning
    from statelint.live.recording import record

__version__ = "0.1.0"
__all__ = [
    "Linted",
    "StateError",
    "StateGuard",
    "StateWarning",
    "__version__",
    "assert_state_is_clean",
    "lint_source",
    "record",
]

_HOMES = {
    "Linted": "statelint.lint",
    "StateError": "statelint.live.guard",
    "StateGuard": "statelint.live.guard",
    "StateWarning": "statelint.live.guard",
    "assert_state_is_clean": "statelint.live.clean",
    "lint_source": "statelint.lint",
    "record": "statelint.live.recording",
}


def __getattr__(name: str) -> object:
    """Import what is asked for, and not before."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
