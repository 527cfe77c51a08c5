"""Rows that stand one behind the other, taken by their numbers: `x[range(i, i + n)]`."""

from __future__ import annotations

from statelint.interp.machine import Machine
from statelint.interp.objects import Range, Slice
from statelint.trace.objects import Array
from statelint.values import NONE, Known, Value, number


def as_slice(machine: Machine, index: Value, whole: Value) -> Value:
    """An index of `whole`; the numbers that a range counts are a slice of its rows."""
    counted = index.value if isinstance(index, Known) else None
    if isinstance(counted, Range):
        start, stop, step = counted.start, counted.stop, counted.step
    elif isinstance(counted, Array) and counted.key in machine.bounds:
        start, stop, step = machine.bounds[counted.key]
    else:
        return index
    # Below zero the rows are counted from the end.
    begin = number(start)
    if (number(step) or 0) < 1 or (begin is not None and begin < 0) or whole.key == index.key:
        return index
    assert isinstance(index, Known)
    part = Slice(start, stop, NONE if number(step) == 1 else step)
    return Known(part, index.assuming, index.varies)
