"""Numbers for a witness: those that the program fixes, small stand-ins for the others."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.values import Choice, Value, number

MAX_UNITS = 4
MAX_DIMENSION = 64
# Windows of a series keep their length, if they aren't longer than this.
MAX_WINDOW = 1024
STEPS = 5
FEATURES = 2
BATCH = 4
VOCABULARY = 20


class Sizes:
    """The number for each value of a program; values that are the same get the same one."""

    def __init__(self) -> None:
        self._chosen: dict[Hashable, int] = {}

    def of(self, value: Value | None, default: int) -> int:
        """The integer that the value is, or the one that stands for it here."""
        known = number(value)
        if known is None and isinstance(value, Choice):
            known = next((n for n in map(number, value.options) if n is not None), None)
        if known is not None:
            return known
        return default if value is None else self._chosen.setdefault(value.key, default)

    def dimension(self, value: Value | None, default: int) -> int:
        """The size of an axis other than that of the rows, not too large."""
        return max(1, min(self.of(value, default), MAX_DIMENSION))

    def units(self, value: Value | None) -> int:
        """How many units a layer gets."""
        return max(1, min(self.of(value, MAX_UNITS), MAX_UNITS))
