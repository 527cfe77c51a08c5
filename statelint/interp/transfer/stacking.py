"""Arrays put together: stack, append, concatenate and their kin."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.beside import steps_beside
from statelint.interp.filling import laid_flat, windows_of
from statelint.interp.joining import beside, windows_behind
from statelint.interp.laying import is_column
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Tuple
from statelint.interp.shapes import as_row, product
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.graphs import flow, kept_batch
from statelint.interp.transfer.numpy import as_array, repeatable
from statelint.interp.transfer.rearranging import Shape, array_of, axis_of, made_of
from statelint.interp.transfer.reshaping import at_least
from statelint.interp.turning import windows_turned
from statelint.sites import Site
from statelint.trace.objects import Array, Windows
from statelint.values import NONE, Known, Reason, Value, depending_on, number, unknown


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
    made = made_of(key, tuple(others), arrays)
    if axis != 1 and isinstance(made.value, Array):
        windows = windows_behind(arrays) if axis == 0 else beside(arrays)
        return replace(made, value=replace(made.value, windows=windows))
    return made


_SHAPED: dict[str, Callable[[Shape], tuple[Shape, int]]] = {
    "vstack": lambda s: (at_least(s, 2), 0),
    "row_stack": lambda s: (at_least(s, 2), 0),
    "hstack": lambda s: (s, 0 if len(s) == 1 else 1),
    "dstack": lambda s: (at_least(s, 3), 2),
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
    at = axis_of(axis, 0, len(shapes[0]))
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
    at = axis_of(axis, 0, len(shape) + 1) if shape is not None else None
    windows = _side_by_side(machine, value, axis)
    if arrays is None or shape is None or at is None:
        if windows is None:
            return repeatable(machine, name, arguments)
        key = (name, -1, machine.content(value) if value is not None else None)
        return Known(Array(key, None, key, windows=windows))
    key = (name, at, tuple(a.key for a in arrays))
    made = made_of(key, (*shape[:at], Known(len(arrays)), *shape[at:]), arrays)
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


def _concatenate(machine: Machine, name: str, arguments: Arguments) -> Value:
    parts = arguments.get(0, "arrays") or arguments.get(0, "tup")
    axis = arguments.get(1, "axis")
    at = 0 if axis is None else number(axis)
    items = loops.items(loops.iterate(machine, parts)) if parts is not None else None
    joined = concatenated(machine, parts, items, at)
    return laid_flat(joined, items) if items and at == 0 else joined


def concatenated(
    machine: Machine, parts: Value | None, found: Sequence[Value] | None, at: int | None
) -> Value:
    """Arrays joined along an axis; `found` are those that `parts` has, where they are known."""
    if parts is not None and found is None and at == 0:
        found_ = one_after_another(machine, parts)
        if found_ is not None:
            return found_
    if found is None or parts is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    arrays = [v.value for v in found if isinstance(v, Known) and isinstance(v.value, Array)]
    key = ("concatenate", at, tuple(v.key for v in found))
    if len(arrays) != len(found) or not arrays or at is None or any(a.shape is None for a in arrays):
        passed = flow(machine, *found, batch=kept_batch(machine, *found) if at not in (None, 0) else None)
        more = beside(arrays) if at == 2 and passed is None else None
        if more is not None:
            return Known(Array(key, None, key, windows=more))
        widened = _widened(key, arrays, at) if passed is None else None
        if widened is not None:
            return depending_on(widened, *found)
        if passed is not None or at != 0 or not found:
            return passed or machine.unknown(Reason.LIBRARY_CALL, None, key)
        whole = len(arrays) == len(found)
        return Known(
            replace(
                _begins_with(key, found[0]),
                shuffle_site=_shuffled_all(arrays, found),
                windows=windows_behind(arrays) if whole else None,
            )
        )
    shapes = [a.shape for a in arrays if a.shape is not None]
    rank = len(shapes[0])
    position = at if at >= 0 else rank + at
    if any(len(s) != rank for s in shapes) or position >= rank:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    counts = [number(s[position]) for s in shapes]
    known = [n for n in counts if n is not None]
    total: Value = Known(sum(known)) if len(known) == len(counts) else machine.unknown(Reason.OPERATION)
    shape = (*shapes[0][:position], total, *shapes[0][position + 1 :])
    is_made = all(a.made for a in arrays)
    separate = arrays[0].separate_site if all(a.separate_site is not None for a in arrays) else None
    joined = _begins_with(key, found[0]) if position == 0 else Array(key, None, key)
    windows = windows_behind(arrays) if position == 0 else beside(arrays) if position > 1 else None
    joined = replace(joined, shape=shape, made=is_made, separate_site=separate, windows=windows)
    return depending_on(Known(replace(joined, shuffle_site=_shuffled_all(arrays, found))), *found)


def _widened(key: Hashable, arrays: Sequence[Array], at: int | None) -> Known | None:
    """Arrays joined along another axis than their rows, where one of them has a known shape: all have as many
    rows.
    """
    shape = next((array.shape for array in arrays if array.shape is not None), None)
    if shape is None or at is None or not -len(shape) <= at < len(shape) or at % len(shape) == 0:
        return None
    joined = list(shape)
    joined[at % len(shape)] = unknown(Reason.OPERATION, key=("length", key, at))
    return Known(Array(key, tuple(joined), key))


def one_after_another(machine: Machine, parts: Value) -> Known | None:
    """The rows of all arrays in a list that a loop fills, one array after another."""
    record = machine.record(parts)
    if not isinstance(record, ListRecord) or len(record.head) != 2 or record.first:
        return None
    made = [as_array(machine, value) for value in record.head]
    one, other = (v.value if isinstance(v, Known) else None for v in made)
    if not isinstance(one, Array) or not isinstance(other, Array):
        return None
    key: Hashable = ("concatenate", 0, machine.content(parts))
    shape = (unknown(Reason.OPERATION, key=("length", key)), *one.shape[1:]) if one.shape else None
    is_made = one.made and other.made
    windows = windows_behind((one, other))
    # Of windows all steps lie one behind the other.
    groups = windows_of(machine, record, None) if windows is None else None
    return Known(Array(key, shape, key, Known(0), is_made, windows=windows, groups=groups))


def _begins_with(key: Hashable, first: Value) -> Array:
    """An array of unknown shape that begins with the rows of another one."""
    if isinstance(first, Known) and isinstance(first.value, Array):
        return Array(key, None, first.value.base, first.value.start)
    return Array(key, None, first.key)


def _shuffled_all(arrays: list[Array], parts: Sequence[Value]) -> Site | None:
    """The call that shuffled the rows of the first of several arrays, where all are shuffled."""
    if len(arrays) < len(parts) or any(array.shuffle_site is None for array in arrays):
        return None
    return arrays[0].shuffle_site


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("numpy.concatenate", "tensorflow.concat"), _concatenate),
    **{f"numpy.{name}": _stacked for name in _SHAPED},
    **dict.fromkeys(("numpy.stack", "tensorflow.stack"), _stack),
    "numpy.append": _append,
}
