"""Rows that stand one behind the other, taken by their numbers: `x[range(i, i + n)]`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from statelint.interp.machine import Machine
from statelint.interp.objects import Range, Slice, Tuple
from statelint.interp.shapes import COUNTED
from statelint.trace.objects import Array, Windows
from statelint.values import NONE, Known, Reason, Value, depending_on, number, unknown


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


def to_the_label(index: Value) -> Value:
    """An index of `table.loc`: `i:i + n` takes the row with its last label too.

    For windows that a loop cuts; what parts a table once may mean rows by their numbers.
    """
    match index:
        case Known(value=Tuple(items=(first, *rest))):
            return replace(index, value=Tuple((to_the_label(first), *rest)))
        case Known(value=Slice(stop=stop) as part) if (last := number(stop)) is not None:
            return replace(index, value=replace(part, stop=depending_on(Known(last + 1), stop)))
    return index


def places(machine: Machine, left: Value, right: Value, node: cst.CSTNode) -> Value | None:
    """The places of all steps of windows: `np.arange(length)[None, :] + np.arange(0, n, stride)[:, None]`."""
    for row, column in ((left, right), (right, left)):
        steps, begins = _counted(machine, row, 0), _counted(machine, column, 1)
        if steps is not None and begins is not None and number(steps[2]) == 1:
            length, stride = _length(row), number(begins[2])
            start = [number(steps[0]), number(begins[0])]
            if length is None or stride is None or stride < 1 or None in start:
                continue
            key = ("places", row.key, column.key)
            first = sum(n for n in start if n is not None)
            windows = Windows(COUNTED, first, stride, length, machine.site(node))
            count = _rows(column)
            return Known(Array(key, (count, Known(length)), key, windows=windows))
    return None


def _counted(machine: Machine, value: Value, axis: int) -> tuple[Value, Value, Value] | None:
    """The bounds of what an array counts along one axis, the same along the other one (`axis`)."""
    array = value.value if isinstance(value, Known) else None
    if not isinstance(array, Array) or not array.shape:
        return None
    key = array.key
    match key:
        case ("numpy.indices", int(counted), *_) if counted != axis:
            return machine.bounds.get(key)
    # A row of its own stands beside each column.
    is_row = len(array.shape) == 1 and axis == 0
    if not is_row and (len(array.shape) != 2 or number(array.shape[axis]) != 1):
        return None
    while key not in machine.bounds:
        match key:
            case ("index" | "reshape" | "expand" | "transpose", whole, *_):
                key = whole
            case _:
                return None
    return machine.bounds[key]


def _length(value: Value) -> int | None:
    array = value.value if isinstance(value, Known) else None
    return number(array.shape[-1]) if isinstance(array, Array) and array.shape else None


def _rows(value: Value) -> Value:
    array = value.value if isinstance(value, Known) else None
    return array.shape[0] if isinstance(array, Array) and array.shape else unknown(Reason.OPERATION)
