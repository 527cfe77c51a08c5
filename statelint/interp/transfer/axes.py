"""NumPy functions that put the axes of arrays into another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord
from statelint.interp.shapes import shape_values, transposed
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array, repeatable
from statelint.interp.transfer.rearranging import array_of, numbers_in
from statelint.interp.turning import windows_turned
from statelint.trace.objects import Array
from statelint.values import Known, Reason, Value, depending_on, number

# Columns, the windows of each, and their steps.
_UNKNOWN_RANK = 3


def method(machine: Machine, array: Array, name: str, arguments: Arguments, source: Value) -> Value:
    """`array.transpose(…)` and `array.swapaxes(…)`."""
    values = [a.value for a in arguments.positional]
    if len(values) == 1:
        values = list(shape_values(values[0]) or values)
    axes = [number(v) for v in values]
    plain = [a for a in axes if a is not None]
    if name == "swapaxes" and len(plain) == 2:
        return _swapped(machine, array, plain[0], plain[1], source)
    return _transposed(machine, array, tuple(plain) if len(plain) == len(axes) and plain else None, source)


def _transposed(machine: Machine, array: Array, axes: tuple[int, ...] | None, source: Value) -> Value:
    if axes is None:
        return transposed(array, source)
    rank = len(axes) if array.shape is None else len(array.shape)
    order = tuple(a % rank for a in axes)
    if sorted(order) == list(range(rank)):
        return depending_on(_turned(machine, "transpose", array, order), source)
    key = ("transpose", array.key, axes)
    return depending_on(Known(Array(key, None, key, Known(0), array.made)), source)


def _swapped(machine: Machine, array: Array, first: int, second: int, source: Value) -> Value:
    axes = _axes_of(array)
    if not all(-len(axes) <= at < len(axes) for at in (first, second)):
        return _transposed(machine, array, None, source)
    axes[first], axes[second] = axes[second], axes[first]
    return _transposed(machine, array, tuple(axes), source)


def _turned(machine: Machine, name: str, array: Array, order: tuple[int, ...]) -> Value:
    """The array with its axes in this order, which the function of that name has made of it."""
    key = (name, array.key, order)
    shape = None if array.shape is None else tuple(array.shape[axis] for axis in order)
    windows = windows_turned(machine, array.key, order)
    if array.windows is not None and array.windows.is_last and order == (0, 2, 1):
        windows = replace(array.windows, is_last=False)
    shuffled = array.shuffle_site if order[:1] == (0,) else None
    made = Array(key, shape, key, Known(0), array.made, windows=windows, shuffle_site=shuffled)
    return depending_on(Known(made), *(shape or ()))


def _transpose(machine: Machine, name: str, arguments: Arguments) -> Value:
    value, axes = arguments.get(0, "a"), arguments.get(1, "axes")
    if value is not None and isinstance(machine.record(value), ListRecord):
        value = as_array(machine, value, arguments.site)
    if isinstance(value, Known) and isinstance(value.value, Array):
        if name.endswith("swapaxes"):
            first, second = (number(v) if v is not None else None for v in (axes, arguments.get(2, "axis2")))
            if first is not None and second is not None:
                return _swapped(machine, value.value, first, second, value)
            return machine.unknown(Reason.OPERATION)
        return _transposed(machine, value.value, numbers_in(machine, axes) or None, value)
    return repeatable(machine, name, arguments)


def _moveaxis(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.moveaxis(x, from, to)."""
    array = array_of(machine, arguments.get(0, "a"))
    places = [arguments.get(k, n) for k, n in ((1, "source"), (2, "destination"))]
    sources, targets = (_places(machine, value) for value in places)
    if array is None or sources is None or targets is None:
        return repeatable(machine, name, arguments)
    order = _moved(_axes_of(array), sources, targets)
    return repeatable(machine, name, arguments) if order is None else _turned(machine, name, array, order)


def _rollaxis(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.rollaxis(x, axis, start)."""
    array, start = array_of(machine, arguments.get(0, "a")), arguments.get(2, "start")
    source, before = number(arguments.get(1, "axis")), 0 if start is None else number(start)
    if array is None or source is None or before is None or source < 0 or before < 0:
        return repeatable(machine, name, arguments)
    order = _moved(_axes_of(array), [source], [before - (before > source)])
    return repeatable(machine, name, arguments) if order is None else _turned(machine, name, array, order)


def _places(machine: Machine, value: Value | None) -> tuple[int, ...] | None:
    """The axes that an argument names, one or several."""
    one = number(value)
    return numbers_in(machine, value) if one is None else (one,)


def _axes_of(array: Array) -> list[int]:
    """The axes of an array; of one of which nothing is known, those of columns of windows."""
    return list(range(_UNKNOWN_RANK if array.shape is None else len(array.shape)))


def _moved(axes: Sequence[int], sources: Sequence[int], targets: Sequence[int]) -> tuple[int, ...] | None:
    """The order of the axes behind `np.moveaxis(x, sources, targets)`; None where it has no such axes."""
    rank = len(axes)
    if len(sources) != len(targets) or any(not -rank <= at < rank for at in (*sources, *targets)):
        return None
    order = [axis for axis in axes if axis not in {at % rank for at in sources}]
    for target, source in sorted(
        (target % rank, source % rank) for source, target in zip(sources, targets, strict=True)
    ):
        order.insert(target, source)
    return tuple(order)


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("numpy.transpose", "tensorflow.transpose", "numpy.swapaxes"), _transpose),
    "numpy.moveaxis": _moveaxis,
    "numpy.rollaxis": _rollaxis,
}
