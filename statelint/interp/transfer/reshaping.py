"""Arrays in another shape: reshape, expand_dims, squeeze and their kin."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp.folding import regroups, restores, steps_or
from statelint.interp.laying import columns_of, laid_end_to_end
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Tuple
from statelint.interp.pieces import lengths
from statelint.interp.shapes import (
    array_index,
    as_row,
    product,
    reshape_of,
)
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.graphs import flow, kept_batch
from statelint.interp.transfer.numpy import as_array, given_shape, repeatable
from statelint.interp.transfer.rearranging import Shape, array_of, numbers_in
from statelint.interp.transfer.tables import labels_of
from statelint.sites import Site
from statelint.trace.objects import Argument, Array
from statelint.values import (
    NONE,
    Known,
    Reason,
    Value,
    depending_on,
    interned,
    number,
    unknown,
)


def _splits_rows(array: Array, shape: Sequence[Value]) -> bool:
    """Whether a row of the array has more in it than one of the new shape."""
    width = columns_of(array.key) if array.shape is None else product(array.shape[1:])
    own = product(tuple(shape[1:]))
    return width is not None and own is not None and own < width and array.windows is None


def reshape(machine: Machine, array: Array, shape: Value, source: Value, site: Site | None = None) -> Value:
    """`array.reshape(shape)`; a single -1 is worked out."""
    given = given_shape(machine, shape)
    if given is None and shape.key == _one_more_axis(array):
        return array_index(array, Known(Tuple((Known(...), NONE)))) or NONE
    if given is None and array.groups is not None and restores(array, shape.key):
        key: Hashable = ("reshape", array.key, shape.key)
        return depending_on(Known(Array(key, None, key, made=array.made, windows=array.groups)), source)
    if given is None:
        return machine.unknown(Reason.OPERATION, None, ("reshape", array.key, shape.key))
    given = tuple(steps_or(array, value) for value in given)
    total = product(array.shape) if array.shape is not None else _size_of_columns(array)
    numbers = [number(v) for v in given]
    dims = list(given)
    if -1 in numbers:
        at = numbers.index(-1)
        others = product(tuple(v for k, v in enumerate(given) if k != at))
        if total is not None and others:
            dims[at] = depending_on(Known(total // others), source, *given)
        else:
            dims[at] = unknown(Reason.OPERATION, key=("reshape", array.key, shape.key, at))
            if array.shape and number(array.shape[0]) is None and at == 0 and len(array.shape) >= 1:
                rest = product(array.shape[1:])
                # Rows of a width that isn't known, which are windows of as many steps.
                are_steps = array.windows is not None and array.windows.steps.key in (
                    *(v.key for v in given[1:2]),
                    *_products(given[1:]),
                )
                if rest == others if rest is not None else are_steps:
                    dims[at] = array.shape[0]
    # Each row becomes several: the columns are no steps of one series.
    head = "split rows" if _splits_rows(array, dims) else "reshape"
    key = (head, array.key, tuple(d.key for d in dims))
    same_rows = bool(dims) and (
        keeps_length(array, dims[0]) or _is_cut_so_long(array, dims[0]) or _keeps_width(array, dims)
    )
    base = ("reshaped", array.base) if same_rows else key
    start = array.start if same_rows else Known(0)
    # Rows of unknown number that keep their first axis are still the same windows.
    windows = array.windows if same_rows or array.shape is None or not array.shape else None
    if array.samples == 1 and number(dims[0]) != 1:
        # How far the next row is moved on isn't said by a single one.
        windows = None
    if windows is not None and len(dims) == 3 and number(dims[1]) not in (None, 1, windows.length or None):
        # Several rows become the steps of one, unless that many steps fill a row that isn't known.
        windows = windows if same_rows or windows.length is None else None
    if windows is not None and windows.length is None and [number(v) for v in dims[2:]] == [1]:
        # There are as many steps as fill a row.
        windows = replace(windows, length=number(dims[1]), extent=dims[1].key)
    separate = array.separate_site if same_rows else None
    # Blocks of rows in random order are in random order too.
    shuffled = array.shuffle_site if same_rows or numbers[:1] == [-1] else None
    if array.groups is not None and regroups(array, tuple(dims)):
        windows = array.groups
    if len(dims) > 1 and number(dims[0]) == 1:
        windows = as_row(array, given[1])
    elif windows is None and not same_rows and site is not None:
        windows = laid_end_to_end(array, tuple(given), site)
    # Steps of unknown width that are laid out as a column.
    is_column = array.shape is None and numbers[:1] == [-1] and product(tuple(given[1:])) == 1
    cut = array.row_cut if same_rows or is_column else None
    shaped = Array(key, tuple(dims), base, start, array.made, cut, windows, shuffled, separate)
    # What was laid out flat can be folded again.
    groups = array.windows if not same_rows and len(dims) == 2 and number(dims[0]) != 1 else None
    return depending_on(Known(replace(shaped, groups=groups)), source)


def _one_more_axis(array: Array) -> Hashable:
    """The identity of `x.shape + (1,)`."""
    more = Known(Tuple((Known(1),)))
    return interned(("operation", "+", ("attribute", array.key, "shape"), more.key))


def _products(sizes: Sequence[Value]) -> tuple[Hashable, ...]:
    """The identities that the product of two sizes may have."""
    if len(sizes) != 2:
        return ()
    one, other = (size.key for size in sizes)
    return interned(("operation", "*", one, other)), interned(("operation", "*", other, one))


def _is_cut_so_long(array: Array, rows: Value) -> bool:
    """Whether it is a slice of so many rows."""
    cut = array.row_cut
    return cut is not None and cut.length is not None and cut.length == number(rows) != 1


def _size_of_columns(array: Array) -> int | None:
    """How many numbers there are in some rows of named columns: `table[["a", "b"]][:9].values`."""
    cut = array.row_cut
    width = len(labels_of(array.base)) if cut is not None else 0
    return cut.length * width if cut is not None and cut.length is not None and width else None


def _keeps_width(array: Array, dims: Sequence[Value]) -> bool:
    """Whether a row has as many numbers as before, so that there are as many rows."""
    width = product(array.shape[1:]) if array.shape and len(array.shape) > 1 and array.windows else None
    return width is not None and width == product(tuple(dims[1:]))


def keeps_length(array: Array, rows: Value) -> bool:
    """Whether this is the number of the array's rows: `len(x)`, `x.shape[0]`."""
    own = frozenset(lengths(array.key)) if array.shape is None else {v.key for v in array.shape[:1]}
    if array.shape is None and array.rows is not None:
        own |= {array.rows.key}
    if rows.key in own:
        return True
    match rows.key:
        # Of `x.shape[0]`, where `x` is one of two arrays, each takes its own.
        case ("either", _, left, right):
            return left in own or right in own
        case ("item", ("either", _, left, right), at):
            return any(interned(("item", side, at)) in own for side in (left, right))
    return False


def _reshape(machine: Machine, name: str, arguments: Arguments) -> Value:
    array, shape = arguments.get(0, "a"), arguments.get(1, "newshape") or arguments.get(1, "shape")
    if array is not None and isinstance(machine.record(array), ListRecord):
        array = as_array(machine, array, arguments.site)
    if isinstance(array, Known) and isinstance(array.value, Array) and shape is not None:
        return reshape(machine, array.value, shape, array, arguments.site)
    if array is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    known = given_shape(machine, shape) if shape is not None else None
    rows = known[0] if known and (number(known[0]) or 0) > 0 else None
    passed = flow(machine, array, batch=rows)
    if passed is not None:
        return passed
    key = ("reshape", array.key, shape.key if shape is not None else None)
    if known is not None and all(number(v) not in (None, -1) for v in known):
        laid = laid_end_to_end(Array(array.key, None, array.key), known, arguments.site)
        return Known(Array(key, known, key, windows=laid))
    result = machine.unknown(Reason.OPERATION, None, key)
    if name != "numpy.reshape" or shape is None:
        return result
    given = Arguments((Argument(shape, arguments.site),), {}, False, arguments.site)
    return reshaped_unknown(machine, array.key, given, result)


def _ravel(machine: Machine, name: str, arguments: Arguments) -> Value:
    array = arguments.get(0, "a")
    if array is None:
        return repeatable(machine, name, arguments)
    given = tuple(Argument(value, arguments.site) for value in (array, Known(-1)))
    return _reshape(machine, "numpy.reshape", Arguments(given, {}, False, arguments.site))


def _expand(machine: Machine, name: str, arguments: Arguments) -> Value:
    value, axis = arguments.get(0, "a"), arguments.get(1, "axis")
    at = number(axis) if axis is not None else None
    if isinstance(value, Known) and isinstance(value.value, Array) and at is not None:
        array = value.value
        key = ("expand", array.key, at)
        if array.shape is None:
            behind = array.windows if at in (-1, 2) else as_row(array) if at == 0 else None
            rows = Known(1) if at == 0 else array.rows if at > 0 else None
            cut = array.row_cut if at in (-1, 1, 2) else None
            return Known(Array(key, None, key, Known(0), False, cut, behind, array.shuffle_site, rows=rows))
        shape = list(array.shape)
        shape.insert(at if at >= 0 else len(shape) + 1 + at, Known(1))
        keeps = at not in (0, -len(shape))
        base = ("reshaped", array.base) if keeps else key
        start = array.start if keeps else Known(0)
        windows = array.windows if keeps else as_row(array) if at == 0 else None
        separate = array.separate_site if keeps else None
        cut = array.row_cut if keeps else None
        return depending_on(
            Known(
                Array(key, tuple(shape), base, start, array.made, cut, windows, array.shuffle_site, separate)
            ),
            value,
        )
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    same = ("expand", machine.content(value), axis.key if axis is not None else None)
    batch = kept_batch(machine, value) if at not in (None, 0) else None
    passed = flow(machine, value, batch=batch)
    if passed is not None:
        return passed
    # What TensorFlow is given may be symbolic, where it isn't known; a list of numbers is not.
    if at == 0 and (name == "numpy.expand_dims" or isinstance(machine.record(value), ListRecord)):
        return Known(Array(same, None, same, rows=Known(1)))
    return machine.unknown(Reason.OPERATION, None, same)


def squeezed(machine: Machine, array: Array, axis: Value | None) -> Value:
    """np.squeeze(x, axis) and `x.squeeze(axis)`."""
    key = ("squeeze", array.key, axis.key if axis is not None else None)
    shape = array.shape
    if shape is None:
        return machine.unknown(Reason.OPERATION, None, key)
    if axis is None or axis.key == NONE.key:
        if any(number(length) is None for length in shape):
            rows = shape[0] if (number(shape[0]) or 0) > 1 else None
            return machine.unknown(Reason.OPERATION, None, key) if rows is None else _of_rows(key, rows)
        dropped: tuple[int, ...] | None = tuple(k for k, length in enumerate(shape) if number(length) == 1)
    else:
        dropped = numbers_in(machine, axis)
    if dropped is None or any(not -len(shape) <= k < len(shape) for k in dropped):
        return machine.unknown(Reason.OPERATION, None, key)
    gone = {k % len(shape) for k in dropped}
    left = tuple(length for k, length in enumerate(shape) if k not in gone)
    return reshape_of(array, left, key, keeps_rows=0 not in gone)


def _of_rows(key: Hashable, rows: Value) -> Known:
    """An array of which no more than its rows are known."""
    return Known(Array(key, None, key, rows=rows))


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
    shape = at_least(array.shape, 2 if name.endswith("2d") else 3)
    return reshape_of(array, shape, (name, array.key), keeps_rows=len(shape) == len(array.shape))


def reshape_with(machine: Machine, array: Array, receiver: Value, arguments: Arguments) -> Value:
    """The method `array.reshape(…)`: a shape, or its sizes one by one."""
    values = [a.value for a in arguments.positional]
    keyword = arguments.keywords.get("shape") or arguments.keywords.get("newshape")
    if keyword is not None:
        shape = keyword.value
    elif len(values) == 1:
        shape = values[0]
    else:
        shape = Known(Tuple(tuple(values)))
    return reshape(machine, array, shape, receiver, arguments.site)


def reshaped_unknown(machine: Machine, source: Hashable, arguments: Arguments, result: Value) -> Value:
    """`x.reshape(rows, steps, features)` of something unknown: only arrays have such a method."""
    array = Array(source, None, source)
    shaped = reshape_with(machine, array, Known(array), arguments)
    if not isinstance(shaped, Known) or not isinstance(shaped.value, Array):
        return result
    base = result.key if shaped.value.base == shaped.value.key else shaped.value.base
    return replace(shaped, value=replace(shaped.value, key=result.key, base=base))


def at_least(shape: Shape, rank: int) -> Shape:
    """np.atleast_2d and np.atleast_3d, for shapes."""
    if len(shape) == 1:
        shape = (Known(1), *shape)
    return (*shape, Known(1)) if rank == 3 and len(shape) == 2 else shape


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("numpy.reshape", "tensorflow.reshape"), _reshape),
    "numpy.ravel": _ravel,
    **dict.fromkeys(("numpy.expand_dims", "tensorflow.expand_dims"), _expand),
    **dict.fromkeys(("numpy.squeeze", "tensorflow.squeeze"), _squeeze),
    **dict.fromkeys(("numpy.atleast_2d", "numpy.atleast_3d"), _at_least_2d),
}
