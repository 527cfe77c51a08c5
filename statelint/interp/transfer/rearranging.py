"""NumPy functions that put arrays together, take them apart, or move their axes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.beside import steps_beside
from statelint.interp.filling import laid_flat
from statelint.interp.joining import beside, windows_behind
from statelint.interp.laying import is_column
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Slice, Tuple
from statelint.interp.shapes import array_index, as_row, product, reshape_of, shape_values
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.graphs import flow
from statelint.interp.transfer.numpy import as_array, concatenated, one_after_another, repeatable
from statelint.interp.turning import windows_turned
from statelint.trace.objects import Array, Windows
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


def _axis(value: Value | None, default: int, rank: int) -> int | None:
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


def _made(key: Hashable, shape: Shape | None, sources: Sequence[Array]) -> Known:
    """A new array of its own that consists of others."""
    shuffled = next((a.shuffle_site for a in sources if a.shuffle_site is not None), None)
    made = Known(Array(key, shape, key, Known(0), all(a.made for a in sources), shuffle_site=shuffled))
    return depending_on(made, *(shape or ()))  # type: ignore[return-value]


# Putting together


def _all_of(machine: Machine, value: Value | None) -> list[Array] | None:
    """The arrays in a list or tuple; None where one of them isn't known to be one."""
    found = loops.items(loops.iterate(machine, value)) if value is not None else None
    arrays = [array_of(machine, item) for item in found or ()]
    if not arrays or any(a is None or a.shape is None for a in arrays):
        return None
    return [a for a in arrays if a is not None]


def _joined(name: str, arrays: Sequence[Array], shapes: Sequence[Shape], axis: int) -> Known | None:
    """Arrays one behind the other along an axis."""
    rank = len(shapes[0])
    if any(len(s) != rank for s in shapes) or not 0 <= axis < rank:
        return None
    lengths = [number(s[axis]) for s in shapes]
    known = [n for n in lengths if n is not None]
    total: Value = Known(sum(known)) if len(known) == len(lengths) else unknown(Reason.OPERATION)
    total = depending_on(total, *(s[axis] for s in shapes))
    # Of the other axes all have the same length: the one that is known is everybody's.
    others = [next((s[k] for s in shapes if number(s[k]) is not None), shapes[0][k]) for k in range(rank)]
    others[axis] = total
    key = (name, axis, tuple(a.key for a in arrays))
    made = _made(key, tuple(others), arrays)
    if axis != 1 and isinstance(made.value, Array):
        windows = windows_behind(arrays) if axis == 0 else beside(arrays)
        return replace(made, value=replace(made.value, windows=windows))
    return made


def _at_least(shape: Shape, rank: int) -> Shape:
    """np.atleast_2d and np.atleast_3d, for shapes."""
    if len(shape) == 1:
        shape = (Known(1), *shape)
    return (*shape, Known(1)) if rank == 3 and len(shape) == 2 else shape


_SHAPED: dict[str, Callable[[Shape], tuple[Shape, int]]] = {
    "vstack": lambda s: (_at_least(s, 2), 0),
    "row_stack": lambda s: (_at_least(s, 2), 0),
    "hstack": lambda s: (s, 0 if len(s) == 1 else 1),
    "dstack": lambda s: (_at_least(s, 3), 2),
    "column_stack": lambda s: ((*s, Known(1)) if len(s) == 1 else s, 1),
}


def _stacked(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.vstack, np.hstack, np.dstack and np.column_stack."""
    value = arguments.get(0, "tup")
    found = _stacked_up(machine, name, value, arguments)
    parts = (
        loops.items(loops.iterate(machine, value)) if value is not None and name.endswith("hstack") else None
    )
    first = array_of(machine, parts[0]) if parts else None
    return laid_flat(found, parts) if parts and first is not None and _is_flat(first) else found


def _is_flat(array: Array) -> bool:
    """Whether an array has one axis: `np.array([])`, or what was laid out step by step."""
    if array.shape is not None:
        return len(array.shape) == 1
    return array.samples == 0 or bool(array.part or array.groups)


def _stacked_up(machine: Machine, name: str, value: Value | None, arguments: Arguments) -> Value:
    columns_ = steps_beside(machine, value, arguments.site) if name.endswith("column_stack") else None
    if columns_ is not None and value is not None:
        return _of_columns(machine, name, value, columns_)
    arrays = _all_of(machine, value)
    if arrays is None and value is not None and name.endswith(("vstack", "row_stack")):
        found = as_array(machine, value, arguments.site) if _are_flat(machine, value) else None
        found = found or one_after_another(machine, value)
        if found is not None:
            return found
    if arrays is None:
        parts = loops.items(loops.iterate(machine, value)) if value is not None else None
        if not parts:
            behind = _columns(machine, value) if value is not None and name.endswith("dstack") else None
            key = (name, machine.content(value) if value is not None else None)
            return (
                Known(Array(key, None, key, windows=behind))
                if behind
                else repeatable(machine, name, arguments)
            )
        key = (name, tuple(part.key for part in parts))
        passed = flow(machine, *parts)
        windows, rows = _windows_kept(machine, name.rpartition(".")[2], parts)
        if windows is not None and passed is None:
            return Known(Array(key, None, key, windows=windows, rows=rows))
        return passed or machine.unknown(Reason.LIBRARY_CALL, None, key)
    placed = [_SHAPED[name.rpartition(".")[2]](a.shape or ()) for a in arrays]
    found = _joined(name, arrays, [shape for shape, _ in placed], placed[0][1])
    return found or repeatable(machine, name, arguments)


def _are_flat(machine: Machine, parts: Value) -> bool:
    """Whether the first parts of a list that a loop fills have one axis, so that each becomes a row."""
    record = machine.record(parts)
    head = record.head if isinstance(record, ListRecord) and not record.first else ()
    arrays = [v.value for v in head if isinstance(v, Known) and isinstance(v.value, Array)]
    return len(arrays) == 2 and all(
        is_column(array.key) if array.shape is None else len(array.shape) == 1 for array in arrays
    )


def _windows_kept(machine: Machine, name: str, parts: Sequence[Value]) -> tuple[Windows | None, Value | None]:
    """The windows that arrays of unknown shape make up, one behind the other or side by side, and their
    number.
    """
    arrays = [array_of(machine, part) for part in parts]
    known = [array for array in arrays if array is not None]
    if name == "dstack":
        return beside(known), None
    if name not in ("vstack", "row_stack") or len(known) < len(parts):
        return None, None
    rows = [known[0], *(_as_row(array, known[0]) for array in known[1:])]
    counts = [array.samples for array in rows]
    total = Known(sum(n for n in counts if n is not None)) if None not in counts else None
    return windows_behind(rows), total


def _as_row(array: Array, behind: Array) -> Array:
    """The row that np.vstack makes of a part of a series which is as long as the rows before it."""
    wide = behind.shape[1] if behind.shape is not None and len(behind.shape) == 2 else None
    width = number(wide) if wide is not None else behind.windows and behind.windows.length
    row = as_row(array)
    is_flat = array.shape is None or len(array.shape) == 1
    if row is None or not is_flat or row.length is None or row.length != width:
        return array
    return Array(array.key, None, array.key, windows=row, rows=Known(1))


def columns(machine: Machine, index: Value) -> Value:
    """`np.c_[x, y]`."""
    arrays = _all_of(machine, index)
    shapes = [
        (*(a.shape or ()), Known(1)) if len(a.shape or ()) == 1 else (a.shape or ()) for a in arrays or ()
    ]
    found = _joined("numpy.c_", arrays, shapes, len(shapes[0]) - 1) if arrays else None
    return found or machine.unknown(Reason.LIBRARY_CALL, None, ("numpy.c_", index.key))


def rows(machine: Machine, index: Value) -> Value | None:
    """`np.r_[x, y]`; None where no rows of arrays are joined."""
    parts = index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else ()
    arrays = [isinstance(part, Known) and isinstance(part.value, Array) for part in parts]
    return concatenated(machine, index, parts, 0) if arrays and arrays[0] else None


def _append(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.append(x, more): flat, unless an axis is given."""
    axis = arguments.get(2, "axis")
    found = _appended(machine, name, arguments, axis)
    given = [arguments.get(k, n) for k, n in enumerate(("arr", "values"))]
    return laid_flat(found, given) if axis is None or axis.key == NONE.key else found


def _appended(machine: Machine, name: str, arguments: Arguments, axis: Value | None) -> Value:
    parts = [array_of(machine, arguments.get(k, n)) for k, n in enumerate(("arr", "values"))]
    arrays = [a for a in parts if a is not None and a.shape is not None]
    if len(arrays) != 2 and axis is not None and number(axis) == 0:
        return _rows_behind(machine, name, arguments) or repeatable(machine, name, arguments)
    if len(arrays) != 2:
        return repeatable(machine, name, arguments)
    shapes = [a.shape or () for a in arrays]
    if axis is None or axis.key == NONE.key:
        sizes = [product(shape) for shape in shapes]
        shapes = [(unknown(Reason.OPERATION) if n is None else Known(n),) for n in sizes]
        axis = Known(0)
    at = _axis(axis, 0, len(shapes[0]))
    found = _joined(name, arrays, shapes, at) if at is not None else None
    return found or repeatable(machine, name, arguments)


def _rows_behind(machine: Machine, name: str, arguments: Arguments) -> Value | None:
    """Rows of unknown shape behind others, where both are windows."""
    given = [arguments.get(k, n) for k, n in enumerate(("arr", "values"))]
    arrays = [as_array(machine, value) for value in given if value is not None]
    known = [a.value for a in arrays if isinstance(a, Known) and isinstance(a.value, Array)]
    windows = windows_behind(known) if len(known) == 2 else None
    if windows is None:
        return None
    counts = [array.samples for array in known]
    rows = Known(sum(n for n in counts if n is not None)) if None not in counts else None
    key = (name, 0, tuple(array.key for array in known))
    return Known(Array(key, None, key, windows=windows, rows=rows))


def _stack(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.stack(arrays, axis)."""
    value, axis = arguments.get(0, "arrays"), arguments.get(1, "axis")
    if value is None:
        value = arguments.get(0, "values")
    if value is not None and (axis is None or number(axis) == 0) and flow(machine, value) is None:
        return as_array(machine, value)
    side_by_side = steps_beside(machine, value, arguments.site) if axis is not None else None
    if side_by_side is not None and value is not None and axis is not None and number(axis) in (1, -1):
        return _of_columns(machine, name, value, side_by_side)
    arrays = _all_of(machine, value)
    shape = arrays[0].shape if arrays else None
    at = _axis(axis, 0, len(shape) + 1) if shape is not None else None
    windows = _side_by_side(machine, value, axis)
    if arrays is None or shape is None or at is None:
        if windows is None:
            return repeatable(machine, name, arguments)
        key = (name, -1, machine.content(value) if value is not None else None)
        return Known(Array(key, None, key, windows=windows))
    key = (name, at, tuple(a.key for a in arrays))
    made = _made(key, (*shape[:at], Known(len(arrays)), *shape[at:]), arrays)
    assert isinstance(made.value, Array)
    return replace(made, value=replace(made.value, windows=windows))


def _of_columns(machine: Machine, name: str, columns: Value, windows: Windows) -> Known:
    """The windows whose steps a list holds, column by column."""
    key = (name, 1, machine.content(columns))
    shape = (unknown(Reason.OPERATION, key=("length", key)), windows.steps)
    return Known(Array(key, shape, key, windows=windows))


def _side_by_side(machine: Machine, value: Value | None, axis: Value | None) -> Windows | None:
    """The windows that several arrays keep whose columns are put beside each other."""
    if value is None or axis is None or number(axis) not in (-1, 2):
        return None
    found = loops.items(loops.iterate(machine, value))
    arrays = [array_of(machine, item) for item in found or ()]
    return beside([array for array in arrays if array is not None]) if found else _columns(machine, value)


def _columns(machine: Machine, value: Value) -> Windows | None:
    """The windows that the columns in a list keep which a loop fills."""
    whole = array_of(machine, value)
    return windows_turned(machine, whole.key, (1, 2, 0)) if whole is not None else None


# Taking apart


def _split(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.split(x, parts) and np.array_split: `parts` is their number, or the places where they begin."""
    value = arguments.get(0, "ary")
    if value is None:
        value = arguments.get(0, "value")
    array = array_of(machine, value)
    given = arguments.get(1, "indices_or_sections") or arguments.get(1, "num_or_size_splits")
    rank = len(array.shape or (NONE,)) if array is not None else 0
    at = _axis(arguments.get(2, "axis"), 0, rank)
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
    return _made((name, array.key, times), tuple(map(_times, shape, times)), [array])


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
        return _made(key, (unknown(Reason.OPERATION) if size is None else Known(size * times),), [array])
    at = _axis(axis, 0, len(array.shape))
    if at is None:
        return repeatable(machine, name, arguments)
    shape = tuple(_times(length, times if k == at else 1) for k, length in enumerate(array.shape))
    return _made(key, shape, [array])


def _same_shape(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.flip, np.sort: the same elements elsewhere."""
    array = array_of(machine, arguments.get(0, "a") or arguments.get(0, "m"))
    if array is None:
        return repeatable(machine, name, arguments)
    axis = arguments.get(1, "axis")
    if name.endswith("sort") and axis is not None and axis.key == NONE.key:
        return repeatable(machine, name, arguments)
    return _made((name, *(v.key for v in arguments.values())), array.shape, [array])


def _diff(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.diff(x, n, axis): shorter by n along the (last) axis."""
    array, count = array_of(machine, arguments.get(0, "a")), arguments.get(1, "n")
    by = 1 if count is None else number(count)
    plain = all(name not in arguments.keywords for name in ("prepend", "append"))
    at = _axis(arguments.get(2, "axis"), -1, len(array.shape)) if array is not None and array.shape else None
    if array is None or array.shape is None or by is None or at is None or not plain:
        return repeatable(machine, name, arguments)
    n = number(array.shape[at])
    left: Value = (
        unknown(Reason.OPERATION) if n is None else depending_on(Known(max(n - by, 0)), array.shape[at])
    )
    shape = (*array.shape[:at], left, *array.shape[at + 1 :])
    return _made((name, array.key, by, at), shape, [array])


def squeezed(machine: Machine, array: Array, axis: Value | None) -> Value:
    """np.squeeze(x, axis) and `x.squeeze(axis)`."""
    key = ("squeeze", array.key, axis.key if axis is not None else None)
    shape = array.shape
    if shape is None:
        return machine.unknown(Reason.OPERATION, None, key)
    if axis is None or axis.key == NONE.key:
        if any(number(length) is None for length in shape):
            return machine.unknown(Reason.OPERATION, None, key)
        dropped: tuple[int, ...] | None = tuple(k for k, length in enumerate(shape) if number(length) == 1)
    else:
        dropped = numbers_in(machine, axis)
    if dropped is None or any(not -len(shape) <= k < len(shape) for k in dropped):
        return machine.unknown(Reason.OPERATION, None, key)
    gone = {k % len(shape) for k in dropped}
    left = tuple(length for k, length in enumerate(shape) if k not in gone)
    return reshape_of(array, left, key, keeps_rows=0 not in gone)


def _squeeze(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "a") or arguments.get(0, "input")
    array = value.value if isinstance(value, Known) else None
    if isinstance(array, Array):
        return squeezed(machine, array, arguments.get(1, "axis"))
    listed = machine.record(value) if value is not None else None
    if value is not None and isinstance(listed, ListRecord) and listed.items and len(arguments.values()) == 1:
        # What is put side by side stays so.
        return value
    return repeatable(machine, name, arguments)


def _at_least_2d(machine: Machine, name: str, arguments: Arguments) -> Value:
    array = array_of(machine, arguments.get(0, "arys"))
    if array is None or array.shape is None or len(arguments.values()) != 1:
        return repeatable(machine, name, arguments)
    shape = _at_least(array.shape, 2 if name.endswith("2d") else 3)
    return reshape_of(array, shape, (name, array.key), keeps_rows=len(shape) == len(array.shape))


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
    return _made(key, shape, [array])


REDUCING = frozenset(
    [
        "mean",
        "sum",
        "max",
        "min",
        "std",
        "var",
        "median",
        "amax",
        "amin",
        "prod",
        "argmax",
        "argmin",
        "any",
        "all",
        "ptp",
        "nanmean",
        "nanmax",
        "nanmin",
        "nanstd",
    ]
)


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
    return _made(key, (rows, size), [Array(key, None, key, made=True)])


def _rolled(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.roll(x, k, axis): the same elements elsewhere."""
    value, by = arguments.get(0, "a") or arguments.get(0, "input"), arguments.get(1, "shift")
    array, axis = array_of(machine, value), arguments.get(2, "axis")
    if value is None or by is None:
        return repeatable(machine, name, arguments)
    key = ("numpy.roll", value.key, by.key, NONE.key if axis is None else axis.key)
    if array is None:
        return flow(machine, *arguments.values()) or machine.unknown(Reason.LIBRARY_CALL, None, key)
    return _made(key, array.shape, [array])


def _without(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.delete(x, k): the same steps without some."""
    array = array_of(machine, arguments.get(0, "arr"))
    if array is None:
        return repeatable(machine, name, arguments)
    key = (name, array.key, *(value.key for value in arguments.values()[1:]))
    return machine.unknown(Reason.LIBRARY_CALL, None, key)


TRANSFERS: dict[str, Transfer] = {
    **{f"numpy.{name}": _stacked for name in _SHAPED},
    **dict.fromkeys(("numpy.stack", "tensorflow.stack"), _stack),
    "numpy.append": _append,
    **dict.fromkeys(("numpy.roll", "tensorflow.roll"), _rolled),
    "numpy.delete": _without,
    **dict.fromkeys(("numpy.split", "numpy.array_split", "tensorflow.split"), _split),
    **dict.fromkeys(("numpy.tile", "tensorflow.tile"), _tile),
    **dict.fromkeys(("numpy.repeat", "tensorflow.repeat"), _repeat),
    **{f"numpy.{name}": _same_shape for name in ("flip", "flipud", "fliplr", "sort")},
    "numpy.diff": _diff,
    **dict.fromkeys(("numpy.squeeze", "tensorflow.squeeze"), _squeeze),
    **dict.fromkeys(("numpy.atleast_2d", "numpy.atleast_3d"), _at_least_2d),
    **{f"numpy.{name}": _reduce for name in REDUCING},
    **dict.fromkeys(("numpy.shape", "tensorflow.shape"), _shape_of),
    **dict.fromkeys(("numpy.eye", "numpy.identity"), _identity),
}
