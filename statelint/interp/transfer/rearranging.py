"""NumPy functions that take arrays apart, repeat, move or reduce them."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Slice, Tuple
from statelint.interp.shapes import REDUCING, array_index, product, shape_values
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.graphs import flow
from statelint.interp.transfer.numpy import as_array, repeatable
from statelint.trace.objects import Array
from statelint.values import NONE, Known, Reason, Value, depending_on, number, unknown

Shape = tuple[Value, ...]

# As many parts of an array are told apart.
_PARTS = 64


def numbers_in(machine: Machine, value: Value | None) -> tuple[int, ...] | None:
    """The whole numbers that a value is: one, or a tuple or list of them."""
    if value is None:
        return None
    record = machine.record(value)
    items = record.items if isinstance(record, ListRecord) else shape_values(value)
    found = [number(item) for item in items or ()]
    return (
        None if items is None or any(n is None for n in found) else tuple(n for n in found if n is not None)
    )


def axis_of(value: Value | None, default: int, rank: int) -> int | None:
    """The axis that an argument names, counted from the front; None where that isn't known."""
    at = default if value is None else number(value)
    if at is None or not -rank <= at < rank:
        return None
    return at % rank


def array_of(machine: Machine, value: Value | None) -> Array | None:
    """The array that NumPy makes of an argument."""
    if value is None:
        return None
    found = as_array(machine, value)
    return found.value if isinstance(found, Known) and isinstance(found.value, Array) else None


def made_of(key: Hashable, shape: Shape | None, sources: Sequence[Array]) -> Known:
    """A new array of its own that consists of others."""
    shuffled = next((a.shuffle_site for a in sources if a.shuffle_site is not None), None)
    made = Known(Array(key, shape, key, Known(0), all(a.made for a in sources), shuffle_site=shuffled))
    return depending_on(made, *(shape or ()))  # type: ignore[return-value]


# Putting together


# Taking apart


def _split(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.split(x, parts) and np.array_split: `parts` is their number, or the places where they begin."""
    value = arguments.get(0, "ary")
    if value is None:
        value = arguments.get(0, "value")
    array = array_of(machine, value)
    given = arguments.get(1, "indices_or_sections") or arguments.get(1, "num_or_size_splits")
    rank = len(array.shape or (NONE,)) if array is not None else 0
    at = axis_of(arguments.get(2, "axis"), 0, rank)
    if array is None or given is None or at is None:
        return repeatable(machine, name, arguments)
    total, is_tensor = number(array.shape[at]) if array.shape else None, name.startswith("tensorflow.")
    places = numbers_in(machine, given)
    bounds: list[int] | None = None
    if number(given) is not None and total is not None:
        count = number(given) or 0
        if 0 < count <= _PARTS and (name.endswith("array_split") or total % count == 0):
            bounds = [0]
            for k in range(count):
                bounds.append(bounds[-1] + total // count + (k < total % count))
    elif places is not None and total is not None and number(given) is None and not is_tensor:
        bounds = [0, *places, total]
    if bounds is None and at == 0 and not is_tensor:
        parts_ = _at_places(machine, array, given)
        return (
            repeatable(machine, name, arguments)
            if parts_ is None
            else machine.allocate(ListRecord.of(parts_))
        )
    if bounds is None or sorted(bounds) != bounds or len(bounds) > _PARTS + 1:
        return repeatable(machine, name, arguments)
    parts = [_cut(array, at, low, high) for low, high in itertools.pairwise(bounds)]
    return machine.allocate(ListRecord.of(tuple(parts)))


def _at_places(machine: Machine, array: Array, given: Value) -> tuple[Value, ...] | None:
    """The parts of an array of unknown length that begin at these rows."""
    record = machine.record(given)
    places = record.items if isinstance(record, ListRecord) else shape_values(given)
    if not places or number(given) is not None or len(places) > _PARTS:
        return None
    slices = [Known(Slice(low, high, NONE)) for low, high in itertools.pairwise((NONE, *places, NONE))]
    return tuple(array_index(array, part) or unknown(Reason.OPERATION) for part in slices)


def _cut(array: Array, axis: int, low: int, high: int) -> Value:
    whole = Known(Slice(NONE, NONE, NONE))
    part = Known(Slice(Known(low), Known(high), NONE))
    index = part if axis == 0 else Known(Tuple((*(whole,) * axis, part)))
    return array_index(array, index) or unknown(Reason.OPERATION)


# Repeating and moving


def _tile(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.tile(x, reps)."""
    array = array_of(machine, arguments.get(0, "A") or arguments.get(0, "input"))
    times = numbers_in(machine, arguments.get(1, "reps") or arguments.get(1, "multiples"))
    if array is None or array.shape is None or times is None:
        return repeatable(machine, name, arguments)
    rank = max(len(array.shape), len(times))
    shape = [*(Known(1),) * (rank - len(array.shape)), *array.shape]
    times = (*(1,) * (rank - len(times)), *times)
    return made_of((name, array.key, times), tuple(map(_times, shape, times)), [array])


def _times(length: Value, count: int) -> Value:
    n = number(length)
    return (
        length
        if count == 1
        else unknown(Reason.OPERATION)
        if n is None
        else depending_on(Known(n * count), length)
    )


def _repeat(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.repeat(x, times, axis)."""
    array, count = (
        array_of(machine, arguments.get(0, "a") or arguments.get(0, "input")),
        arguments.get(1, "repeats"),
    )
    times, axis = number(count), arguments.get(2, "axis")
    if array is None or array.shape is None or times is None or count is None:
        return repeatable(machine, name, arguments)
    key = (name, array.key, times, axis.key if axis is not None else None)
    if axis is None or axis.key == NONE.key:
        size = product(array.shape)
        return made_of(key, (unknown(Reason.OPERATION) if size is None else Known(size * times),), [array])
    at = axis_of(axis, 0, len(array.shape))
    if at is None:
        return repeatable(machine, name, arguments)
    shape = tuple(_times(length, times if k == at else 1) for k, length in enumerate(array.shape))
    return made_of(key, shape, [array])


def _same_shape(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.flip, np.sort: the same elements elsewhere."""
    array = array_of(machine, arguments.get(0, "a") or arguments.get(0, "m"))
    if array is None:
        return repeatable(machine, name, arguments)
    axis = arguments.get(1, "axis")
    if name.endswith("sort") and axis is not None and axis.key == NONE.key:
        return repeatable(machine, name, arguments)
    made = made_of((name, *(v.key for v in arguments.values())), array.shape, [array])
    if name.endswith("sort") and array.shuffle_site is not None and len(array.shape or ()) == 1:
        # No longer in random order: the numbers of some rows, in the order of these.
        key = ("sorted", machine.fresh_id())
        return Known(Array(key, array.shape, key))
    return made


def _diff(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.diff(x, n, axis): shorter by n along the (last) axis."""
    array, count = array_of(machine, arguments.get(0, "a")), arguments.get(1, "n")
    by = 1 if count is None else number(count)
    plain = all(name not in arguments.keywords for name in ("prepend", "append"))
    at = (
        axis_of(arguments.get(2, "axis"), -1, len(array.shape)) if array is not None and array.shape else None
    )
    if array is None or array.shape is None or by is None or at is None or not plain:
        return repeatable(machine, name, arguments)
    n = number(array.shape[at])
    left: Value = (
        unknown(Reason.OPERATION) if n is None else depending_on(Known(max(n - by, 0)), array.shape[at])
    )
    shape = (*array.shape[:at], left, *array.shape[at + 1 :])
    return made_of((name, array.key, by, at), shape, [array])


# Fewer


def reduced(machine: Machine, array: Array, name: str, arguments: Arguments, first: int) -> Value:
    """`x.mean(axis)`, np.max(x, axis) and their kind: the axis is gone.  `first` is its position."""
    axis, kept = arguments.get(first, "axis"), arguments.keywords.get("keepdims")
    key = (name, array.key, *(v.key for v in arguments.values()))
    if axis is None or axis.key == NONE.key:
        # One number for a part of a series stands for a step of it.
        cut = replace(array.cut, length=1) if array.cut is not None and kept is None else None
        return Known(Array(key, () if kept is None else None, key, Known(0), array.made, cut))
    gone = numbers_in(machine, axis)
    if (
        array.shape is None
        or gone is None
        or any(not -len(array.shape) <= k < len(array.shape) for k in gone)
    ):
        return Known(Array(key, None, key))
    places = {k % len(array.shape) for k in gone}
    if kept is not None and kept.value.key == Known(True).key:
        shape: Shape = tuple(Known(1) if k in places else v for k, v in enumerate(array.shape))
    elif kept is not None and kept.value.key != Known(False).key:
        return Known(Array(key, None, key))
    else:
        shape = tuple(v for k, v in enumerate(array.shape) if k not in places)
    return made_of(key, shape, [array])


def _reduce(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "a")
    array = value.value if isinstance(value, Known) else None
    if isinstance(array, Array) and not arguments.open:
        rest = Arguments(arguments.positional[1:], arguments.keywords, False, arguments.site)
        return reduced(machine, array, name.rpartition(".")[2], rest, 0)
    numbers = numbers_in(machine, value)
    if numbers and len(arguments.values()) == 1 and name in ("numpy.prod", "numpy.max", "numpy.min"):
        found = product(tuple(map(Known, numbers))) if name == "numpy.prod" else None
        return Known({"numpy.prod": found, "numpy.max": max(numbers), "numpy.min": min(numbers)}[name])
    return repeatable(machine, name, arguments)


def _shape_of(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.shape(x)."""
    array = array_of(machine, arguments.get(0, "a") or arguments.get(0, "input"))
    if array is not None and array.shape is not None:
        return Known(Tuple(array.shape))
    return repeatable(machine, name, arguments)


def _identity(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.eye(n, m)."""
    rows = arguments.get(0, "N") or arguments.get(0, "n")
    if rows is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    more = arguments.get(1, "M") if name.endswith("eye") else None
    size = rows if more is None or more.key == NONE.key else more
    key = (name, machine.fresh_id())
    return made_of(key, (rows, size), [Array(key, None, key, made=True)])


def _rolled(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.roll(x, k, axis): the same elements elsewhere."""
    value, by = arguments.get(0, "a") or arguments.get(0, "input"), arguments.get(1, "shift")
    array, axis = array_of(machine, value), arguments.get(2, "axis")
    if value is None or by is None:
        return repeatable(machine, name, arguments)
    key = ("numpy.roll", value.key, by.key, NONE.key if axis is None else axis.key)
    if array is None:
        return flow(machine, *arguments.values()) or machine.unknown(Reason.LIBRARY_CALL, None, key)
    return made_of(key, array.shape, [array])


def _without(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.delete(x, k): the same steps without some."""
    array = array_of(machine, arguments.get(0, "arr"))
    if array is None:
        return repeatable(machine, name, arguments)
    key = (name, array.key, *(value.key for value in arguments.values()[1:]))
    return machine.unknown(Reason.LIBRARY_CALL, None, key)


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("numpy.roll", "tensorflow.roll"), _rolled),
    "numpy.delete": _without,
    **dict.fromkeys(("numpy.split", "numpy.array_split", "tensorflow.split"), _split),
    **dict.fromkeys(("numpy.tile", "tensorflow.tile"), _tile),
    **dict.fromkeys(("numpy.repeat", "tensorflow.repeat"), _repeat),
    **{f"numpy.{name}": _same_shape for name in ("flip", "flipud", "fliplr", "sort")},
    "numpy.diff": _diff,
    **{f"numpy.{name}": _reduce for name in REDUCING},
    **dict.fromkeys(("numpy.shape", "tensorflow.shape"), _shape_of),
    **dict.fromkeys(("numpy.eye", "numpy.identity"), _identity),
}
