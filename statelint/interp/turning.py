"""Windows that a program cuts column by column, once the axis of the columns stands behind theirs."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.machine import Machine
from statelint.trace.objects import Windows


def windows_turned(machine: Machine, key: Hashable, order: tuple[int, ...]) -> Windows | None:
    """The windows that an array of columns is whose axes are put into this order: `(1, 2, 0)`."""
    match key:
        case ("transpose" | "numpy.moveaxis" | "numpy.rollaxis", inner, tuple(before)) if len(before) == len(
            order
        ):
            return windows_turned(machine, inner, tuple(before[axis] for axis in order))
    held = machine.batches.get(key, ())
    found = [one.windows for one in held if one is not None and one.windows is not None]
    are_alike = len({(one.stride, one.length, one.extent) for one in found}) == 1
    return found[0] if order[:2] == (1, 2) and are_alike and len(found) == len(held) else None
