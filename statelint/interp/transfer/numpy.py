"""NumPy: the shapes of arrays, and which rows they hold."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.chance import choosing, drawing, drawn_rows
from statelint.interp.filling import batch_held, laid_flat, overlapping, regrouped, windows_of
from statelint.interp.folding import regroups, restores, steps_or
from statelint.interp.gathering import gathered
from statelint.interp.joining import beside, windows_behind
from statelint.interp.laying import laid_end_to_end
from statelint.interp.listed import NOBODY, tells
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Range, Table, Tuple
from statelint.interp.pieces import lengths
from statelint.interp.renaming import rename
from statelint.interp.shapes import (
    array_index,
    as_row,
    elementwise,
    is_scalar,
    made,
    mapped,
    product,
    shape_values,
)
from statelint.interp.transfer import Transfer, transfer_of
from statelint.interp.transfer.graphs import flow, kept_batch
from statelint.sites import Site
from statelint.trace.objects import Argument, Array, Windows
from statelint.trace.story import Written
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    depending_on,
    interned,
    number,
    unknown,
)


def _fresh(machine: Machine, name: str) -> tuple[str, int]:
    return (name, machine.fresh_id())


def _filled(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.zeros(shape) and its kind."""
    shape = arguments.get(0, "shape")
    if shape is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    return _shaped(machine, name, shape)


def _shaped(machine: Machine, name: str, shape: Value) -> Value:
    """A new array of this shape, of which perhaps only the rows are known."""
    sizes, begun = _shape(machine, shape), machine.beginning(shape)
    array = made(_fresh(machine, name), sizes)
    if sizes is not None or not begun or not isinstance(array.value, Array):
        return array
    return depending_on(Known(replace(array.value, rows=begun[0])), begun[0])


def _shape(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    record = machine.record(value)
    if isinstance(record, ListRecord):
        return record.items
    return shape_values(value)


def _sized(position: int) -> Transfer:
    """np.random.normal(loc, scale, size) and its kind: the shape stands at this position or in `size`."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        size = arguments.get(position, "size")
        if size is None:
            return machine.unknown(Reason.LIBRARY_CALL)
        return _shaped(machine, name, size)

    return transfer


def _by_dimensions(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.random.rand(d0, d1, …)."""
    if arguments.open or not arguments.positional:
        return machine.unknown(Reason.LIBRARY_CALL)
    return made(_fresh(machine, name), tuple(a.value for a in arguments.positional))


def _arange(machine: Machine, name: str, arguments: Arguments) -> Value:
    values = [a.value for a in arguments.positional]
    numbers = [v.value for v in values if isinstance(v, Known) and isinstance(v.value, int | float)]
    if arguments.open or not 1 <= len(values) <= 3:
        return made(_fresh(machine, name), (machine.unknown(Reason.OPERATION),))
    # The same bounds give the same numbers.
    key = (name, machine.counted.setdefault(tuple(v.key for v in values), machine.fresh_id()))
    first, last, by = (Known(0), values[0], Known(1)) if len(values) == 1 else (*values, Known(1))[:3]
    machine.bounds[interned(key)] = (first, last, by)
    if len(numbers) != len(values):
        return made(key, (machine.unknown(Reason.OPERATION, None, ("length", key)),))
    start, stop, step = (0, numbers[0], 1) if len(numbers) == 1 else (*numbers, 1)[:3]
    count = max(math.ceil((stop - start) / step), 0) if step else 0
    return made(key, (depending_on(Known(count), *values),))


def _linspace(machine: Machine, name: str, arguments: Arguments) -> Value:
    count = arguments.get(2, "num")
    return made(_fresh(machine, name), (count if count is not None else Known(50),))


def as_array(machine: Machine, value: Value, site: Site | None = None) -> Value:
    """What np.array makes of a value (at `site`)."""
    if isinstance(value, Known):
        match value.value:
            case Array():
                return value
            case Table() as table:
                return replace(value, value=table.values)
            case Range():
                return made(("array", value.key), (loops.iterate(machine, value).count,))
            case Tuple(items=items):
                stacked = _stacked(machine, items, Known(len(items)), items[0] if items else None, value)
                only = _only_window(items)
                if only is None or not isinstance(stacked, Known) or not isinstance(stacked.value, Array):
                    return stacked
                return replace(stacked, value=replace(stacked.value, windows=only))
        record = machine.record(value)
        if isinstance(record, ListRecord):
            stacked = _stacked(machine, record.items, record.length, record.element, value)
            windows = windows_of(machine, record, site) or _only_window(record.items or ())
            head = (record.items or record.head)[:2]
            if record.added:
                groups = overlapping(machine, record.added[0], record.added[1], site)
            else:
                groups = regrouped(machine, record.items or (), site)
            if isinstance(stacked, Known) and isinstance(stacked.value, Array):
                held = () if record.first else tuple(batch_held(machine, item) for item in head)
                if any(held):
                    machine.batches[stacked.value.key] = held
                array = replace(
                    stacked.value,
                    shape=_with_steps(stacked.value.shape, windows),
                    windows=windows,
                    shuffle_site=record.shuffle_site or drawn_rows(machine, head),
                    cut=record.cut,
                    groups=groups,
                )
                if windows is None and array.base == array.key:
                    base, start = gathered(machine, record) or (array.base, 0)
                    array = replace(array, base=base, start=Known(start))
                return replace(stacked, value=array)
            return stacked
        if isinstance(value.value, int | float):
            return value
    return machine.unknown(Reason.LIBRARY_CALL, None, ("array", value.key))


def _with_steps(shape: tuple[Value, ...] | None, windows: Windows | None) -> tuple[Value, ...] | None:
    """The shape of windows of numbers, of which each has as many as the window has steps."""
    if shape is None or len(shape) != 2 or windows is None or not windows.length:
        return shape
    return shape if number(shape[1]) is not None else (shape[0], Known(windows.length))


def _only_window(items: Sequence[Value]) -> Windows | None:
    """The window that the part of a series is which a list of one part holds: `[x[i:i + 8]]`."""
    only = items[0] if len(items) == 1 else None
    return as_row(only.value) if isinstance(only, Known) and isinstance(only.value, Array) else None


def _stacked(
    machine: Machine, items: tuple[Value, ...] | None, length: Value, element: Value | None, source: Value
) -> Value:
    """The array of a list: its items along a new first axis."""
    listed = machine.record(source)
    content = listed.content if isinstance(listed, ListRecord) else None
    key: Hashable = content and ("array", content)
    if items is not None and not key:
        held = tuple(map(machine.content, items))
        key = ("array", NOBODY if tells(("listed", *held)) else source.key, held)
    key = key or ("array", source.key, length.key)
    record = element if element is not None else NONE
    inner = as_array(machine, record) if element is not None else NONE
    shape: tuple[Value, ...] | None = None
    is_made = False
    if isinstance(inner, Known) and isinstance(inner.value, Array):
        if inner.value.shape is not None:
            shape = (length, *inner.value.shape)
        is_made = inner.value.made
    elif isinstance(inner, Known) and isinstance(inner.value, int | float | str | bool):
        shape = (length,)
        is_made = True
    elif element is not None and _is_number(element):
        shape = (length,)
    rows = length if shape is None else None
    return depending_on(Known(Array(key, shape, key, Known(0), is_made, rows=rows)), length)


def _is_number(value: Value) -> bool:
    """Whether a value that isn't known is one number: `1 if v > 0 else 0`, `float(line)`."""
    if isinstance(value, Choice):
        return all(isinstance(one.value, int | float) for one in value.options)
    return isinstance(value, Unknown) and is_scalar(value.key)


def _array(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    if value is None:
        value = arguments.get(0, "a")
    if value is None:
        value = arguments.get(0, "x")
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    # tf.cast of a symbolic tensor.
    flowing = flow(machine, value, batch=kept_batch(machine, value))
    return flowing or _with_axes(as_array(machine, value, arguments.site), arguments.keywords.get("ndmin"))


def _with_axes(value: Value, given: Argument | None) -> Value:
    """The array with axes of one put before it, until there are as many as `ndmin` asks for."""
    if given is None or not (isinstance(value, Known) and isinstance(value.value, Array)):
        return value
    array, count = value.value, number(given.value)
    shape = None
    if count is not None and array.shape is not None:
        if count <= len(array.shape):
            return value
        shape = (Known(1),) * (count - len(array.shape)) + array.shape
    key = ("expand", array.key, given.value.key)
    return replace(value, value=Array(key, shape, key, made=array.made))


def _like(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "a")
    if isinstance(value, Known) and isinstance(value.value, Array):
        return made(_fresh(machine, name), value.value.shape)
    return made(_fresh(machine, name), None)


def _elementwise(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    other = arguments.get(1, "x2") if name.rpartition(".")[2] in _BINARY else None
    if value is not None and other is not None:
        found = elementwise(name, value, other)
        if found is not None:
            return found
    if isinstance(value, Known) and isinstance(value.value, Array):
        flat = (
            name.endswith("cumsum") and arguments.get(1, "axis") is None and len(value.value.shape or ()) != 1
        )
        if flat:
            return machine.unknown(Reason.OPERATION, None, (name, value.key))
        return replace(value, value=mapped(value.value, (name, value.value.key)))
    if isinstance(value, Known) and isinstance(value.value, int | float) and other is None:
        function = getattr(math, name.rpartition(".")[2], None)
        if function is not None:
            try:
                return depending_on(Known(function(value.value)), value)
            except (ValueError, OverflowError):
                return machine.unknown(Reason.OPERATION)
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    flowing = flow(machine, value, batch=kept_batch(machine, value))
    if flowing is not None:
        return flowing
    if other is not None:
        return _of_two(machine, name, value, other)
    return machine.unknown(Reason.OPERATION, None, (name, value.key))


def _of_two(machine: Machine, name: str, value: Value, other: Value) -> Value:
    """What a function makes of two values that aren't known to be arrays."""
    found = _OPERATORS.get(name.rpartition(".")[2])
    if found is None:
        return machine.unknown(Reason.OPERATION, None, (name, value.key, other.key))
    symbol, function = found
    one, two = number(value), number(other)
    if one is not None and two is not None and (two or symbol not in ("%", "//")):
        return depending_on(Known(function(one, two)), value, other)
    return machine.unknown(Reason.OPERATION, None, ("operation", symbol, value.key, other.key))


def reshape(machine: Machine, array: Array, shape: Value, source: Value, site: Site | None = None) -> Value:
    """`array.reshape(shape)`; a single -1 is worked out."""
    given = _shape(machine, shape)
    if given is None and shape.key == _one_more_axis(array):
        return array_index(array, Known(Tuple((Known(...), NONE)))) or NONE
    if given is None and array.groups is not None and restores(array, shape.key):
        key: Hashable = ("reshape", array.key, shape.key)
        return depending_on(Known(Array(key, None, key, made=array.made, windows=array.groups)), source)
    if given is None:
        return machine.unknown(Reason.OPERATION, None, ("reshape", array.key, shape.key))
    given = tuple(steps_or(array, value) for value in given)
    total = product(array.shape) if array.shape is not None else None
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
                are_steps = array.windows is not None and [v.key for v in given[1:2]] == [
                    array.windows.steps.key
                ]
                if rest == others if rest is not None else are_steps:
                    dims[at] = array.shape[0]
    key = ("reshape", array.key, tuple(d.key for d in dims))
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
    if windows is not None and windows.length is None and [number(v) for v in dims[2:]] == [1]:
        # There are as many steps as fill a row.
        windows = replace(windows, extent=dims[1].key) if number(dims[1]) is None else windows
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
    is_column = array.shape is None and numbers[0] == -1 and product(tuple(given[1:])) == 1
    cut = array.row_cut if same_rows or is_column else None
    shaped = Array(key, tuple(dims), base, start, array.made, cut, windows, shuffled, separate)
    # What was laid out flat can be folded again.
    groups = array.windows if not same_rows and len(dims) == 2 and number(dims[0]) != 1 else None
    return depending_on(Known(replace(shaped, groups=groups)), source)


def _one_more_axis(array: Array) -> Hashable:
    """The identity of `x.shape + (1,)`."""
    more = Known(Tuple((Known(1),)))
    return interned(("operation", "+", ("attribute", array.key, "shape"), more.key))


def _is_cut_so_long(array: Array, rows: Value) -> bool:
    """Whether it is a slice of so many rows."""
    cut = array.row_cut
    return cut is not None and cut.length is not None and cut.length == number(rows) != 1


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


def reshaped_unknown(machine: Machine, source: Hashable, arguments: Arguments, result: Value) -> Value:
    """`x.reshape(rows, steps, features)` of something unknown: only arrays have such a method."""
    array = Array(source, None, source)
    shaped = array_method(machine, Known(array), "reshape", arguments)
    if not isinstance(shaped, Known) or not isinstance(shaped.value, Array):
        return result
    base = result.key if shaped.value.base == shaped.value.key else shaped.value.base
    return replace(shaped, value=replace(shaped.value, key=result.key, base=base))


def _reshape(machine: Machine, name: str, arguments: Arguments) -> Value:
    array, shape = arguments.get(0, "a"), arguments.get(1, "newshape") or arguments.get(1, "shape")
    if array is not None and isinstance(machine.record(array), ListRecord):
        array = as_array(machine, array, arguments.site)
    if isinstance(array, Known) and isinstance(array.value, Array) and shape is not None:
        return reshape(machine, array.value, shape, array, arguments.site)
    if array is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    known = _shape(machine, shape) if shape is not None else None
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
    return Known(Array(key, shape, key, Known(0), is_made, windows=windows_behind((one, other))))


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


def repeatable(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A function that gives the same for the same arguments, of an unknown shape."""
    passed = flow(machine, *arguments.values())
    return passed or machine.unknown(Reason.LIBRARY_CALL, None, (name, *(v.key for v in arguments.values())))


def array_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`array.reshape(…)` and the other methods of arrays (and of eager tensors)."""
    from statelint.interp.transfer import axes, rearranging

    assert isinstance(receiver, Known) and isinstance(receiver.value, Array)
    array = receiver.value
    match name:
        case "reshape":
            values = [a.value for a in arguments.positional]
            keyword = arguments.keywords.get("shape") or arguments.keywords.get("newshape")
            if keyword is not None:
                shape = keyword.value
            elif len(values) == 1:
                shape = values[0]
            else:
                shape = Known(Tuple(tuple(values)))
            return reshape(machine, array, shape, receiver, arguments.site)
        case "astype" | "copy" | "numpy" | "to_numpy" | "round" | "clip" | "tolist":
            return (
                replace(receiver, value=mapped(array, (name, array.key)))
                if name in ("round", "clip")
                else receiver
            )
        case "flatten" | "ravel":
            return reshape(machine, array, Known(-1), receiver)
        case "transpose" | "swapaxes":
            return axes.method(machine, array, name, arguments, receiver)
        case "squeeze":
            return rearranging.squeezed(machine, array, arguments.get(0, "axis"))
        case "take" if arguments.get(1, "axis") is not None and number(arguments.get(1, "axis") or NONE) == 0:
            from statelint.interp.expressions import subscript

            return subscript(machine, receiver, arguments.get(0, "indices") or NONE)
        case "repeat":
            whole = Arguments(
                (Argument(receiver, arguments.site), *arguments.positional),
                arguments.keywords,
                arguments.open,
                arguments.site,
            )
            return rearranging.TRANSFERS["numpy.repeat"](machine, "numpy.repeat", whole)
        case _ if name in rearranging.REDUCING and not arguments.open:
            return rearranging.reduced(machine, array, name, arguments, 0)
        case "fill" | "sort":
            if name == "sort" and array.shuffle_site is not None and len(array.shape or (array,)) == 1:
                # No longer in random order.
                key = ("sorted", array.key)
                rename(machine, receiver.key, Known(Array(key, array.shape, key, made=array.made)))
            machine.emit(Written(arguments.site, machine.context, array.key))
            return NONE
    return machine.unknown(
        Reason.LIBRARY_CALL, None, ("call", array.key, name, *(v.key for v in arguments.values()))
    )


def _generator(machine: Machine, name: str, arguments: Arguments) -> Value:
    from statelint.interp.objects import InstanceRecord, Library

    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


def generator_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`rng.normal(size=…)` and the other methods of NumPy's random generators."""
    function = (
        TRANSFERS.get(f"numpy.random.{name}")
        if name not in ("random", "integers", "standard_normal")
        else None
    )
    if name in ("random", "standard_normal"):
        function = _sized(0)
    elif name == "integers":
        function = drawing(_sized(2))
    elif name in ("permutation", "permuted", "shuffle"):
        function = transfer_of(f"numpy.random.{name}")
    return (
        function(machine, f"numpy.random.{name}", arguments)
        if function
        else machine.unknown(Reason.LIBRARY_CALL)
    )


def _number_or(function: Callable[[float], float]) -> Transfer:
    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        value = arguments.get(0, "x")
        if isinstance(value, Known) and isinstance(value.value, int | float):
            return depending_on(Known(float(function(value.value))), value)
        return _elementwise(machine, name, arguments)

    return transfer


def _where(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.where(condition, x, y): x and y, broadcast; with the condition alone, places."""
    values = arguments.values()
    key = (name, *(v.key for v in values))
    found = elementwise(name, values[1], values[2]) if len(values) == 3 else None
    if isinstance(found, Known) and isinstance(found.value, Array):
        return Known(mapped(found.value, key))
    return machine.unknown(Reason.OPERATION, None, key)


# What is an operator of its own, for whole numbers too.
_OPERATORS: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "add": ("+", operator.add),
    "subtract": ("-", operator.sub),
    "multiply": ("*", operator.mul),
    "mod": ("%", operator.mod),
    "remainder": ("%", operator.mod),
    "floor_divide": ("//", operator.floordiv),
}
_BINARY = frozenset([*_OPERATORS, "maximum", "minimum", "divide", "power"])

_ELEMENTWISE = [
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "abs",
    "absolute",
    "tanh",
    "sinh",
    "cosh",
    "square",
    "power",
    "round",
    "around",
    "rint",
    "sign",
    "maximum",
    "minimum",
    "add",
    "subtract",
    "multiply",
    "divide",
    "mod",
    "remainder",
    "floor_divide",
    "clip",
    "nan_to_num",
    "float32",
    "float64",
    "cumsum",
    "isnan",
    "negative",
]

TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys((f"numpy.{n}" for n in ("zeros", "ones", "empty", "full")), _filled),
    **dict.fromkeys((f"tensorflow.{n}" for n in ("zeros", "ones", "fill")), _filled),
    **dict.fromkeys((f"numpy.{n}" for n in ("zeros_like", "ones_like", "empty_like", "full_like")), _like),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("random", "random_sample", "ranf", "sample")), _sized(0)),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("rand", "randn")), _by_dimensions),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("normal", "uniform", "binomial")), _sized(2)),
    "numpy.random.randint": drawing(_sized(2)),
    "numpy.random.choice": choosing(_sized(1)),
    **dict.fromkeys(
        (f"numpy.random.{n}" for n in ("laplace", "gamma", "beta", "logistic", "lognormal", "gumbel")),
        _sized(2),
    ),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("vonmises", "wald", "f", "random_integers")), _sized(2)),
    **dict.fromkeys(
        (f"numpy.random.{n}" for n in ("poisson", "exponential", "chisquare", "geometric")),
        _sized(1),
    ),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("rayleigh", "weibull", "power", "standard_t")), _sized(1)),
    "numpy.random.standard_normal": _sized(0),
    "numpy.random.standard_exponential": _sized(0),
    "numpy.random.default_rng": _generator,
    "numpy.random.RandomState": _generator,
    **dict.fromkeys((f"tensorflow.random.{n}" for n in ("normal", "uniform")), _filled),
    "numpy.where": _where,
    "numpy.arange": _arange,
    "numpy.linspace": _linspace,
    **dict.fromkeys((f"numpy.{n}" for n in ("array", "asarray", "ascontiguousarray", "copy")), _array),
    **dict.fromkeys(
        (f"tensorflow.{n}" for n in ("constant", "convert_to_tensor", "cast", "identity")), _array
    ),
    **dict.fromkeys(("numpy.reshape", "tensorflow.reshape"), _reshape),
    **dict.fromkeys(("numpy.expand_dims", "tensorflow.expand_dims"), _expand),
    **dict.fromkeys(("numpy.concatenate", "tensorflow.concat"), _concatenate),
    "numpy.ceil": _number_or(math.ceil),
    "numpy.floor": _number_or(math.floor),
    **dict.fromkeys((f"numpy.{n}" for n in _ELEMENTWISE), _elementwise),
    **dict.fromkeys(
        (
            f"numpy.{n}"
            for n in [
                "loadtxt",
                "genfromtxt",
            ]
        ),
        repeatable,
    ),
}
