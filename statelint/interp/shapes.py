"""Shapes of arrays: indexing, slicing and element-wise operations."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from statelint.interp.extents import extent_of, left_by, narrowed
from statelint.interp.objects import Slice, Tuple
from statelint.interp.pieces import is_fold
from statelint.sites import Site
from statelint.trace.linear import distance
from statelint.trace.objects import Array, Cut, Windows
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    assumptions,
    depending_on,
    interned,
    number,
    unknown,
    varies,
)

# Methods that leave one number of many, or of each column.
REDUCING = frozenset(
    [
        *("mean", "sum", "max", "min", "std", "var", "median", "amax", "amin", "prod", "argmax", "argmin"),
        *("any", "all", "ptp", "nanmean", "nanmax", "nanmin", "nanstd"),
    ]
)


def made(key: Hashable, shape: tuple[Value, ...] | None, *, by_program: bool = True) -> Known:
    """A new array of its own, made by the program (not loaded, not drawn from elsewhere)."""
    known = Known(Array(key, shape, key, Known(0), by_program))
    return Known(known.value, assumptions(*(shape or ())))


def common(choice: Choice) -> Array | None:
    """What holds of an array whichever of a few it is; None where one of them is no array."""
    arrays = [option.value for option in choice.options if isinstance(option.value, Array)]
    first = arrays[0] if arrays else None
    if first is None or len(arrays) < len(choice.options):
        return None
    fits = all(one.base == first.base and one.start == first.start for one in arrays)
    return Array(
        choice.key,
        _common_shape(choice.key, arrays),
        first.base if fits else choice.key,
        first.start,
        all(one.made for one in arrays),
        windows=first.windows if all(one.windows == first.windows for one in arrays) else None,
        shuffle_site=first.shuffle_site if all(one.shuffle_site for one in arrays) else None,
        separate_site=first.separate_site if all(one.separate_site for one in arrays) else None,
    )


def _common_shape(key: Hashable, arrays: list[Array]) -> tuple[Value, ...] | None:
    shapes = [one.shape for one in arrays if one.shape is not None]
    if len(shapes) < len(arrays) or len({len(shape) for shape in shapes}) != 1:
        return None
    return tuple(
        axis[0]
        if all(size.key == axis[0].key for size in axis)
        else unknown(Reason.BRANCHES, key=("size", key, position))
        for position, axis in enumerate(zip(*shapes, strict=True))
    )


def slice_length(part: Slice, total: Value) -> Value | None:
    """How many items a slice of `total` items has, None where that isn't known."""
    if part.start.key == part.stop.key == part.step.key == NONE.key:
        return total
    n = number(total)
    if n is None:
        length = reach(part)
        return None if length is None else depending_on(length, part.start, part.stop)
    step = 1 if part.step.key == NONE.key else number(part.step)
    start = None if part.start.key == NONE.key else number(part.start)
    stop = None if part.stop.key == NONE.key else number(part.stop)
    if step is None or step == 0:
        return None
    for given, value in ((part.start, start), (part.stop, stop)):
        if given.key != NONE.key and value is None:
            return None
    return depending_on(Known(len(range(*slice(start, stop, step).indices(n)))), part.start, part.stop, total)


def reach(part: Slice) -> Known | None:
    """How many items a slice takes of an array that is long enough; None where its ends don't tell.

    A slice of fixed rows rests on there being so many; of those that a loop makes only the last may be short.
    """
    if is_one_row(part):
        return Known(1)
    begin = Known(0) if part.start.key == NONE.key else part.start
    start, stop, step = (
        number(begin),
        number(part.stop),
        1 if part.step.key == NONE.key else number(part.step),
    )
    if step is None or step < 1 or (start is not None and start < 0):
        count = -start if start is not None and part.stop.key == NONE.key and step == 1 else None
    elif part.stop.key == NONE.key or (stop is not None and stop < 0):
        count = None
    else:
        between = distance(begin.key, part.stop.key)
        count = None if between is None else -(-between // step)
    if count is None or count <= 0:
        return None
    is_fixed = start is not None and not varies(begin) and not varies(part.stop)
    least = count if start is None or start < 0 else stop
    return Known(
        count, (f"there are {least} or more rows to slice",) if is_fixed and count > _FEW_ROWS else ()
    )


# That data have as many rows as these needs no word.
_FEW_ROWS = 64


def is_one_row(part: Slice) -> bool:
    """Whether a slice takes a single row, or none: `x[i:i + 1]`, `x[-1:]`."""
    if part.step.key != NONE.key:
        return False
    start = 0 if part.start.key == NONE.key else number(part.start)
    stop = number(part.stop)
    if start is None:
        return part.stop.key == interned(("operation", "+", part.start.key, Known(1).key))
    if start == -1:
        return part.stop.key == NONE.key
    return stop is not None and stop == start + 1


def slice_start(part: Slice, total: Value) -> Value:
    """The first index of a slice."""
    if part.start.key == NONE.key:
        return Known(0)
    start, n = number(part.start), number(total)
    if start is not None and start < 0:
        return Known(max(n + start, 0)) if n is not None else unknown(Reason.OPERATION)
    return part.start


def columns(array: Array, names: Hashable) -> Known:
    """One column, or some, of rows that were cut out of a table."""
    key, base = ("item", array.key, names), ("of", array.base, names)
    return Known(replace(array, key=key, base=base, windows=None, made=False, part=None, groups=None))


def array_index(array: Array, index: Value) -> Value | None:
    """`array[index]`, None where the index isn't understood."""
    if not isinstance(index, Known):
        if isinstance(index, Unknown) and is_place(index.key):
            rest = array.shape[1:] if array.shape else None
            drawn = ("item", array.key, index.key)
            return Known(Array(drawn, rest, drawn)) if rest else None
        return None
    if isinstance(index.value, str) and array.shape is None:
        return columns(array, index.key)
    indices = index.value.items if isinstance(index.value, Tuple) else (index,)
    key: Hashable = ("index", array.key, index.key)
    first = _of_rows(array, indices)
    if isinstance(first, Known) and isinstance(first.value, Slice) and len(indices) == 1:
        return _rows(array, first.value)
    if isinstance(first, Known) and isinstance(first.value, Array):
        if first.value.shuffle_site is not None or is_fold(first.value.key):
            return picked(array, first.value, indices[1:])
    if len(indices) == 1 and isinstance(index.value, Array):
        looked_up = _looked_up(array, index.value, key) if array.windows is None else None
        if looked_up is not None:
            return looked_up
        if array.windows is not None and array.windows.mixed:
            # Some of them, in any order again.
            return Known(Array(key, None, key, windows=array.windows, shuffle_site=array.shuffle_site))
    row = first.value if isinstance(first, Known) else None
    if array.windows is not None and isinstance(row, int) and all(map(_is_whole, indices[1:])):
        rest = array.shape[1:] if array.shape else None
        step = Array(key, rest, key, Known(0), array.made, part=_window_at(array, row))
        return Known(step, index.assuming, index.varies)
    if array.shape is None:
        if isinstance(first, Known) and isinstance(first.value, Slice):
            rows = _rows(array, first.value)
            taken_rows = rows.value if isinstance(rows, Known) and isinstance(rows.value, Array) else None
            start = NONE if taken_rows is None else taken_rows.start
            windows = _narrowed(None if taken_rows is None else taken_rows.windows, indices)
            narrowed = ("of", array.base, *(i.key for i in indices[1:]))
            taken = replace(array, key=key, base=narrowed, start=start, cut=None, windows=windows, part=None)
            return Known(replace(taken, made=False, rows=_rows_left(array, first.value), groups=None))
        if first.key == NONE.key:
            place = array.row_cut.drawn if array.row_cut is not None else None
            row = _row_of(array, indices)
            return Known(Array(key, None, key, windows=row, shuffle_site=place, rows=Known(1)))
        return Known(Array(key, None, key))
    shape: list[Value] = []
    axis = 0
    for position, part in enumerate(indices):
        if isinstance(part, Known) and part.value is None:
            shape.append(Known(1))
            continue
        if isinstance(part, Known) and part.value is ...:
            # np.newaxis takes no axis.
            after = sum(1 for p in indices[position + 1 :] if p.key != NONE.key)
            shape.extend(array.shape[axis : len(array.shape) - after])
            axis = len(array.shape) - after
            continue
        if axis >= len(array.shape):
            return None
        if isinstance(part, Known) and isinstance(part.value, Slice):
            length = slice_length(part.value, array.shape[axis])
            shape.append(length if length is not None else left_by(part.value, array.shape[axis]))
        elif isinstance(part, Known) and isinstance(part.value, int):
            pass
        elif isinstance(part, Known) and isinstance(part.value, Array):
            # An array of numbers, or a mask.
            if part.value.shape is None or len(part.value.shape) != 1:
                return Known(Array(key, None, key))
            shape.append(part.value.shape[0] if counts(part.value) else unknown(Reason.OPERATION))
        elif axis == 0 and isinstance(part, Unknown):
            if not is_place(part.key):
                return None
        else:
            shape.append(unknown(Reason.OPERATION))
        axis += 1
    shape.extend(array.shape[axis:])
    if not shape:
        return unknown(Reason.ITERATION, key=key)
    if isinstance(first, Known) and isinstance(first.value, Slice):
        # The same rows with fewer columns: still those rows of the base.
        rows = _rows(array, first.value)
        cut = rows.value if isinstance(rows, Known) and isinstance(rows.value, Array) else None
        base: Hashable = key if cut is None else ("of", cut.base, *(i.key for i in indices[1:]))
        start = Known(0) if cut is None else cut.start
        windows = (cut or array).windows
        if windows is not None and len(shape) < len(array.shape):
            windows = replace(windows, length=1, extent=None) if _takes_one_column(indices[1:]) else None
        elif windows is not None and windows.length is None:
            windows = _narrowed(windows, indices)
        elif windows is not None and _are_steps(windows, array.shape) and indices[0] is first:
            windows = _narrowed(windows, indices) or windows
        return depending_on(
            Known(
                replace(
                    array,
                    key=key,
                    shape=tuple(shape),
                    base=base,
                    start=start,
                    cut=None,
                    windows=windows,
                    part=None,
                    groups=None,
                )
            ),
            index,
        )
    row = _row_of(array, indices) if first.key == NONE.key else None
    return depending_on(Known(Array(key, tuple(shape), key, Known(0), array.made, windows=row)), index)


def _row_of(array: Array, indices: tuple[Value, ...]) -> Windows | None:
    """The window that `part[None]` is, and what `part[None, :-1]` takes of its steps."""
    row = as_row(array)
    of_steps = indices[1] if len(indices) > 1 and isinstance(indices[1], Known) else NONE
    is_cut = isinstance(of_steps.value, Slice) and of_steps.value != Slice(NONE, NONE, NONE)
    return _narrowed(row, (indices[0], of_steps)) if is_cut else row


def _looked_up(array: Array, places: Array, key: Hashable) -> Known | None:
    """What stands in the array for each of some places: a code for each step, or windows of its own rows."""
    windows = places.windows
    if windows is not None and windows.series == COUNTED:
        own = number(array.start)
        begin = None if own is None or windows.start is None else own + windows.start
        shape = (*places.shape, *array.shape[1:]) if array.shape and places.shape else None
        return Known(Array(key, shape, key, windows=replace(windows, series=array.base, start=begin)))
    is_table = isinstance(array.key, tuple) and array.key[0] in ("numpy.eye", "numpy.identity")
    if not is_table or (windows is None and places.row_cut is None):
        return None
    shape = (*places.shape, *(array.shape or ())[1:]) if places.shape else None
    return Known(Array(key, shape, key, cut=places.cut if windows is None else None, windows=windows))


# The series of windows of the numbers 0, 1, 2…: places in another series.
COUNTED = ("counted",)


def _narrowed(windows: Windows | None, indices: tuple[Value, ...]) -> Windows | None:
    """What is left of the windows when an index takes some of their steps; None where that isn't known."""
    if windows is None or _adds_axis_behind(indices):
        return windows
    steps = indices[1] if len(indices) > 1 else NONE
    if not isinstance(steps, Known):
        return None
    if isinstance(steps.value, Slice):
        ends = [None if end.key == NONE.key else number(end) for end in (steps.value.start, steps.value.stop)]
        given = (steps.value.start, steps.value.stop)
        unclear = any(e is None and end.key != NONE.key for e, end in zip(ends, given, strict=True))
        if unclear or steps.value.step.key != NONE.key:
            is_begun = windows.in_columns and ends[0] in (None, 0) and steps.value.step.key == NONE.key
            return replace(windows, extent=steps.value.stop.key) if is_begun else None
        if windows.length is None:
            return narrowed(windows, *ends)
        first, last, _ = slice(*ends).indices(windows.length)
    elif windows.length is None:
        return None
    elif isinstance(steps.value, int) and -windows.length <= steps.value < windows.length:
        first = steps.value % windows.length
        last = first + 1
    else:
        return None
    start = None if windows.start is None else windows.start + first
    return replace(windows, start=start, length=last - first) if last > first else None


def _are_steps(windows: Windows, shape: tuple[Value, ...]) -> bool:
    """Whether the steps of the windows stand on the axis behind that of the rows."""
    return len(shape) > 1 and number(shape[1]) == windows.length


def _rows_left(array: Array, part: Slice) -> Value | None:
    """How many rows a slice leaves of an array of unknown shape."""
    if part == Slice(NONE, NONE, NONE):
        return array.rows
    return reach(part)


def _is_whole(part: Value) -> bool:
    """Whether a part of an index takes all of an axis."""
    return part.key == Known(Slice(NONE, NONE, NONE)).key


def _takes_one_column(columns: tuple[Value, ...]) -> bool:
    """Whether one step of each window is taken."""
    return len(columns) == 1 and number(columns[0]) is not None


def is_place(key: Hashable) -> bool:
    """Whether what is unknown is certainly a single whole number: an index, no mask and no list of them."""
    match key:
        case ("int" | "drawn", _):
            return True
        case ("item", ("range", *_), _):
            return True
        case ("widened", _, before, after):
            return is_place(before) and is_place(after)
        case ("operation", "+" | "-" | "*" | "//" | "%", left, right):
            return is_place(left) and is_place(right)
    return False


def counts(array: Array) -> bool:
    """Whether the array certainly holds whole numbers: as an index it takes as many rows."""
    key = array.key
    while isinstance(key, tuple) and key[0] == "rows":
        key = key[1]
    return isinstance(key, tuple) and key[0] in ("numpy.arange", "numpy.random.randint")


def _of_rows(array: Array, indices: tuple[Value, ...]) -> Value:
    """What an index takes of the rows; `...` takes all, where the rest of the index doesn't reach them."""
    first = indices[0]
    if isinstance(first, Known) and first.value is ...:
        others = sum(1 for part in indices[1:] if part.key != NONE.key)
        if others == 0 or (array.shape is not None and others < len(array.shape)):
            return Known(Slice(NONE, NONE, NONE))
    return first


def _adds_axis_behind(indices: tuple[Value, ...]) -> bool:
    """`x[..., None]` or `x[:, :, None]`: all that is there keeps its place."""
    whole = Known(Slice(NONE, NONE, NONE))
    return indices in (
        (Known(...), NONE),
        (whole, whole, NONE),
        (whole, Known(...), NONE),
    )


def picked(source: Array | Unknown, order: Array, rest: tuple[Value, ...] = ()) -> Known:
    """The rows of an array, or of data of which nothing is known, in a random order or that of a fold."""
    key = ("index", source.key, order.key, *(i.key for i in rest))
    shape: tuple[Value, ...] | None = None
    if isinstance(source, Array) and source.shape and order.shape and not rest:
        shape = (order.shape[0], *source.shape[1:])
    made = isinstance(source, Array) and source.made
    windows = _in_fold(source, order) if not rest else None
    return Known(Array(key, shape, key, Known(0), made, windows=windows, shuffle_site=order.shuffle_site))


def _in_fold(source: Array | Unknown, order: Array) -> Windows | None:
    """The windows that are left in a fold: one behind the other, but where another fold was taken out."""
    windows = source.windows if isinstance(source, Array) else None
    if windows is None or order.shuffle_site is not None:
        return mixed(windows)
    match order.key:
        case ("numpy.arange", ("folds", "KFold" | "TimeSeriesSplit", *_)):
            return replace(windows, start=None)
    return None


def _rows(array: Array, part: Slice) -> Value:
    """A slice of rows."""
    array = replace(array, part=None) if array.part is not None else array
    whole, array = array, replace(array, groups=None) if array.groups is not None else array
    total = array.shape[0] if array.shape else unknown(Reason.OPERATION, key=("length", array.key))
    key = ("rows", array.key, part.start.key, part.stop.key, part.step.key)
    if part.step.key != NONE.key and number(part.step) != 1:
        length = slice_length(part, total)
        shape = (length, *array.shape[1:]) if array.shape and length is not None else None
        thinned = shifted(array.windows, part.start, number(part.step))
        return Known(
            replace(
                array, key=key, shape=shape, base=key, start=Known(0), cut=None, windows=thinned, rows=None
            )
        )
    length = slice_length(part, total)
    start = slice_start(part, total)
    own, offset = number(array.start), number(start)
    absolute: Value = (
        Known(own + offset) if own is not None and offset is not None else unknown(Reason.OPERATION)
    )
    rows: tuple[Value, ...] | None = None
    if array.shape:
        size = unknown(Reason.OPERATION, key=extent_of(part) or ("length", key)) if length is None else length
        rows = (size, *array.shape[1:])
    if part.start.key == NONE.key and part.stop.key == NONE.key:
        return Known(whole)
    return depending_on(
        Known(
            replace(
                array,
                key=key,
                shape=rows,
                start=absolute,
                cut=None,
                windows=shifted(array.windows, start, 1),
                rows=None if array.shape else length,
            )
        ),
        part.start,
        part.stop,
        *(rows or ())[:1],
    )


def item(array: Array, position: int) -> Value:
    """The `position`-th row, as a loop over the array draws it."""
    key = ("item", array.key, position)
    part = _window_at(array, position)
    if array.shape is None and part is not None:
        return Known(Array(key, None, key, part=part))
    if array.shape is None or len(array.shape) < 2:
        return unknown(Reason.ITERATION, key=key)
    return Known(Array(key, array.shape[1:], key, Known(0), array.made, part=part))


def _window_at(array: Array, position: int) -> Cut | None:
    """The window that a row is, as a part of its series."""
    windows = array.windows
    if windows is None or windows.start is None or position < 0:
        return None
    start = windows.start + position * windows.stride
    return Cut(windows.site, windows.series, 0, windows.length, start, ("int", start), extent=windows.extent)


def elementwise(symbol: str, left: Value, right: Value) -> Value | None:
    """An operator over arrays: the same rows, new contents.  None where neither is an array."""
    arrays = [v.value for v in (left, right) if isinstance(v, Known) and isinstance(v.value, Array)]
    if not arrays:
        return None
    key = ("operation", symbol, left.key, right.key)
    if symbol == "MatrixMultiply":
        return _product_of(arrays, key) if len(arrays) == 2 else unknown(Reason.OPERATION, key=key)
    if len(arrays) == 1:
        array = arrays[0]
        other = right if isinstance(left, Known) and left.value is array else left
        is_part = array.windows is not None or array.row_cut is not None
        is_small = is_part and (is_reduction(other.key) or _is_row_of(array, other.key))
        if isinstance(other, Unknown) and not is_scalar(other.key) and not is_small:
            # Broadcasting with something unknown may change the shape.
            return unknown(Reason.OPERATION, key=key)
        return depending_on(Known(mapped(array, key)), left, right)
    a, b = arrays
    if a.windows is not None and b.windows is not None and _are_alike(a.windows, b.windows):
        return depending_on(Known(mapped(a, key)), left, right)
    if a.shape is None or b.shape is None:
        for one, other_array in ((a, b), (b, a)):
            if one.shape == () or (other_array.windows is not None and is_reduction(one.key)):
                return depending_on(Known(mapped(other_array, key)), left, right)
        # The unknown one may be the larger.
        return unknown(Reason.OPERATION, key=key)
    shape = _broadcast(a.shape, b.shape)
    if shape is None:
        return unknown(Reason.OPERATION, key=key)
    rows = a if _is_row_by_row(a, shape) else b
    if not _is_row_by_row(rows, shape):
        return depending_on(Known(Array(key, shape, key, Known(0), a.made and b.made)), left, right)
    return depending_on(Known(replace(mapped(rows, key), shape=shape)), left, right)


def _is_row_of(part: Array, key: Hashable) -> bool:
    """Whether what isn't known is one row of what a part was cut out of: `x[i:i + n] / x[i]`."""
    match key:
        case ("item" | "index", whole, place):
            return part.row_cut is not None and part.row_cut.whole == whole and is_place(place)
    return False


_SCALARS = frozenset({"builtins.float", "builtins.int", "builtins.len", "length", "int", "float"})


def is_scalar(key: Hashable) -> bool:
    """Whether what is unknown is certainly a single number."""
    match key:
        case ("operation", _, left, right):
            return is_scalar(left) and is_scalar(right)
        case (head, *_):
            return head in _SCALARS
    return False


def order_of(value: Value) -> Site | None:
    """The call that put the rows of an array into random order."""
    array = value.value if isinstance(value, Known) else None
    return array.shuffle_site if isinstance(array, Array) else None


def is_reduction(key: Hashable) -> bool:
    """Whether what isn't known is one number for each column at most, which leaves windows their shape."""
    match key:
        case ("operation", _, left, right):
            return all(is_scalar(part) or is_reduction(part) for part in (left, right))
        case ("call", ("attribute", _, str(name)), *_) | (str(name), *_):
            return name.rpartition(".")[2] in REDUCING
    return False


def _are_alike(one: Windows, other: Windows) -> bool:
    """Whether windows, maybe of two series, are as long and as far apart as others."""
    return (one.stride, one.length, one.extent, one.rate) == (
        other.stride,
        other.length,
        other.extent,
        other.rate,
    )


def _is_row_by_row(array: Array, shape: tuple[Value, ...]) -> bool:
    """Whether row i of a result of this shape comes from row i of the array."""
    own = array.shape or ()
    return bool(shape) and len(own) == len(shape) and own[0].key == shape[0].key


def _broadcast(one: tuple[Value, ...], other: tuple[Value, ...]) -> tuple[Value, ...] | None:
    """The shape of an operation over arrays of these two shapes; None where they don't go together."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    ahead = len(longer) - len(shorter)
    found = list(longer[:ahead])
    for a, b in zip(longer[ahead:], shorter, strict=True):
        n, m = number(a), number(b)
        if a.key == b.key or m == 1:
            found.append(a)
        elif n == 1:
            found.append(b)
        elif n is not None and m is not None:
            return None
        elif n is None and m is None:
            found.append(unknown(Reason.OPERATION))
        else:
            # A known size other than one decides.
            found.append(b if n is None else a)
    return tuple(found)


def _product_of(arrays: list[Array], key: Hashable) -> Value:
    """The matrix product of two arrays."""
    a, b = arrays
    if a.shape is None or b.shape is None or len(a.shape) != 2 or len(b.shape) != 2:
        return unknown(Reason.OPERATION, key=key)
    return Known(Array(key, (a.shape[0], b.shape[1]), key, Known(0), a.made and b.made))


def mapped(array: Array, key: Hashable) -> Array:
    """The array after an operation on its elements: row i still comes from row i of the base."""
    return replace(array, key=key, base=("mapped", array.base, key[0] if isinstance(key, tuple) else key))


def reshape_of(array: Array, shape: tuple[Value, ...], key: Hashable, *, keeps_rows: bool) -> Known:
    """The same elements in another shape; `keeps_rows` says whether row i is still row i."""
    if not keeps_rows:
        return Known(Array(key, shape, key, Known(0), array.made))
    base = ("reshaped", array.base)
    return Known(replace(array, key=key, shape=shape, base=base, rows=None), assumptions(*shape))


def shape_values(value: Value) -> tuple[Value, ...] | None:
    """A shape given as a tuple or a single number."""
    if isinstance(value, Known):
        if isinstance(value.value, Tuple):
            return value.value.items
        if isinstance(value.value, int):
            return (value,)
    return None


def product(values: tuple[Value, ...]) -> int | None:
    """The product of known numbers."""
    result = 1
    for value in values:
        n = number(value)
        if n is None:
            return None
        result *= n
    return result


def mixed(windows: Windows | None) -> Windows | None:
    """The windows when their rows were shuffled; None where that alone is what is wrong with them."""
    if windows is None or (windows.length is not None and not windows.overlap):
        return None
    return replace(windows, series=interned(("shuffled", windows.series)), start=None, mixed=True)


def shifted(windows: Windows | None, start: Value, step: int | None) -> Windows | None:
    """The windows that are left when only every `step`-th from row `start` on is kept."""
    if windows is None or step is None or step < 1 or (windows.mixed and step > 1):
        return None
    first = 0 if start.key == NONE.key else number(start)
    known = windows.start is not None and first is not None and first >= 0
    begin = windows.start + first * windows.stride if known else None  # type: ignore[operator]
    return replace(windows, start=begin, stride=windows.stride * step)


def as_row(array: Array, steps: Value | None = None) -> Windows | None:
    """The single window that a part of a series becomes, where it is made a row (of `steps` steps)."""
    cut = array.part or array.cut
    if cut is None or cut.axis or array.windows is not None:
        return None
    if cut.length is None:
        fits = steps is None or number(steps) == -1 or steps.key == cut.extent
        # How far the next row is moved on isn't said by a single one.
        return Windows(cut.whole, cut.start, 1, None, cut.site, cut.extent) if fits and cut.extent else None
    fits = steps is None or number(steps) in (cut.length, -1)
    return Windows(cut.whole, cut.start, cut.length, cut.length, cut.site) if fits else None


def transposed(array: Array, source: Value) -> Value:
    """`array.T`."""
    if array.shape is not None and len(array.shape) == 1:
        return source
    key = ("transpose", array.key)
    cut = array.row_cut if array.shape is None or len(array.shape) == 2 else None
    cut = None if cut is None else replace(cut, axis=1)
    return Known(Array(key, array.shape[::-1] if array.shape else None, key, Known(0), array.made, cut))
