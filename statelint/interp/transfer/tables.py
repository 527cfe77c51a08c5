"""pandas: tables and columns, how many rows they have, and the steps that `shift` puts side by side."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, ListRecord, Slice, Table, Tuple
from statelint.interp.shapes import array_index
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array
from statelint.interp.transfer.orders import rename, shuffled
from statelint.trace.objects import Array
from statelint.values import (
    NONE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    interned,
    is_,
    number,
    unknown,
)

# Methods that keep each row where it is.
_KEEPING = frozenset(
    [
        *("astype", "copy", "fillna", "ffill", "bfill", "interpolate", "replace", "round", "clip", "abs"),
        *("reset_index", "set_index", "rename", "add_prefix", "add_suffix", "infer_objects"),
        *("diff", "pct_change", "cumsum", "to_frame"),
    ]
)
# Those after which a row doesn't hold the values of one step any more, but still that step.
_CHANGING = frozenset(["diff", "pct_change", "cumsum"])


def table_of(value: Value) -> Table:
    """The table that a value is, or that pandas makes of it."""
    if isinstance(value, Known) and isinstance(value.value, Table):
        return value.value
    return Table(Array(value.key, None, value.key), value.key)


def _made(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pd.DataFrame(data) and pd.Series(data)."""
    data = arguments.get(0, "data")
    keys = tuple(_contents(machine, value) for value in arguments.values())
    key = interned((name, *keys))
    if data is None or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    if isinstance(data, Known) and isinstance(data.value, Table):
        return Known(replace(data.value, array=replace(data.value.array, key=key)))
    is_frame = name.endswith("DataFrame")
    found = NONE if isinstance(machine.record(data), DictRecord) else as_array(machine, data)
    array = found.value if isinstance(found, Known) and isinstance(found.value, Array) else None
    shape = array.shape if array is not None else None
    if array is None or shape is None or not 1 <= len(shape) <= 2:
        unclear = (_length(key), unknown(Reason.OPERATION)) if is_frame else (_length(key),)
        return Known(Table(Array(key, unclear, key), key))
    if is_frame:
        shape = (shape[0], Known(1)) if len(shape) == 1 else shape
    return depending_on(Known(Table(replace(array, key=key, shape=shape), key)), data)


def _contents(machine: Machine, value: Value) -> object:
    record = machine.record(value)
    if isinstance(record, ListRecord) and record.items is not None:
        return tuple(item.key for item in record.items)
    return value.key


def _beside(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pd.concat(parts, axis=1): the columns of several tables side by side."""
    parts, axis = arguments.get(0, "objs"), arguments.get(1, "axis")
    key = (name, *(_contents(machine, value) for value in arguments.values()))
    is_wide = axis is not None and axis.key in (Known(1).key, Known("columns").key)
    found = loops.items(loops.iterate(machine, parts)) if parts is not None else None
    tables = [table_of(value) for value in found or ()]
    if not is_wide or not tables or len({table.axis for table in tables}) > 1:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    shifts = tuple(shift for table in tables for shift in table.shifts)
    shapes = [table.array.shape for table in tables]
    rows = next((shape[0] for shape in shapes if shape), unknown(Reason.OPERATION, key=("length", key)))
    widths = [
        1 if shape is not None and len(shape) == 1 else number(shape[1]) if shape else None
        for shape in shapes
    ]
    known = [width for width in widths if width is not None]
    width: Value = Known(sum(known)) if len(known) == len(widths) else unknown(Reason.OPERATION)
    site = next((table.site for table in tables if table.site is not None), None)
    array = Array(key, (rows, width), key, made=all(table.array.made for table in tables))
    return depending_on(Known(Table(array, tables[0].axis, shifts, site)), *(found or ()))


def method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of tables and columns."""
    table = table_of(receiver)
    key = ("call", ("attribute", receiver.key, name), *(v.key for v in arguments.values()))
    if name == "to_numpy":
        return replace_value(receiver, table.values)
    if name == "shift":
        return shifted(machine, receiver, arguments)
    if name == "sample":
        return sampled(machine, receiver, arguments)
    if name == "dropna":
        changed = _without_gaps(table, key, arguments)
    elif name == "drop":
        changed = _dropped(table, key, arguments)
    elif name in _KEEPING:
        array = replace(table.array, key=key, base=("mapped", table.array.base, name))
        changed = replace(table, array=array, axis=interned(key) if name in _CHANGING else table.axis)
    else:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    result = replace_value(receiver, changed)
    inplace = arguments.keywords.get("inplace")
    if inplace is None or is_(inplace.value, False) is Ternary.YES:
        return result
    rename(machine, receiver.key, result)
    return NONE


def replace_value(receiver: Value, value: Hashable) -> Known:
    """The value, resting on what the receiver rests on."""
    return replace(receiver, value=value) if isinstance(receiver, Known) else Known(value)


def shifted(machine: Machine, receiver: Value, arguments: Arguments) -> Value:
    """`table.shift(k)`: row t holds what row t - k held."""
    table, by = table_of(receiver), arguments.get(0, "periods")
    steps = 1 if by is None else number(by)
    key = ("call", ("attribute", receiver.key, "shift"), *(v.key for v in arguments.values()))
    other = [name for name in arguments.keywords if name not in ("periods", "fill_value")]
    if steps is None or other or len(arguments.positional) > 1 or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    array = replace(table.array, key=interned(key), base=interned(key), start=Known(0))
    shifts = tuple(shift + steps for shift in table.shifts)
    return replace_value(receiver, Table(array, table.axis, shifts, arguments.site))


def sampled(machine: Machine, receiver: Value, arguments: Arguments) -> Value:
    """`table.sample(frac=1)`: the rows in random order."""
    key = ("call", ("attribute", receiver.key, "sample"), *(v.key for v in arguments.values()))
    if "frac" not in arguments.keywords:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    table = table_of(receiver)
    whole = is_(arguments.keywords["frac"].value, 1)
    rows = None if whole is Ternary.YES else unknown(Reason.OPERATION, key=("length", key))
    mixed = shuffled(Known(table.array), arguments.site, rows)
    assert isinstance(mixed, Known) and isinstance(mixed.value, Array)
    return replace_value(receiver, Table(mixed.value, mixed.key))


def _without_gaps(table: Table, key: Hashable, arguments: Arguments) -> Table:
    """The table without the rows in which shifting left a gap."""
    shape, lost = table.array.shape, max(0, *table.shifts) - min(0, *table.shifts)
    count = number(shape[0]) if shape else None
    plain = set(arguments.keywords) <= {"inplace"} and not arguments.positional
    rows: Value = Known(max(count - lost, 0)) if count is not None and plain else _length(key)
    return _with_rows(table, key, rows)


def _dropped(table: Table, key: Hashable, arguments: Arguments) -> Table:
    """The table without some columns, or rows."""
    axis = arguments.get(1, "axis")
    of_columns = "columns" in arguments.keywords or (
        axis is not None and axis.key in (Known(1).key, Known("columns").key)
    )
    shape = table.array.shape
    if not of_columns:
        return _with_rows(table, key, _length(key))
    narrowed = (shape[0], unknown(Reason.OPERATION)) if shape else None
    return replace(table, array=replace(table.array, key=interned(key), shape=narrowed))


def _with_rows(table: Table, key: Hashable, rows: Value) -> Table:
    shape = (rows, *table.array.shape[1:]) if table.array.shape else None
    return replace(table, array=Array(key, shape, key, made=table.array.made))


def _length(key: Hashable) -> Value:
    return unknown(Reason.OPERATION, key=("length", key))


def item(machine: Machine, value: Known, index: Value) -> Value | None:
    """`table["column"]`, `table[["a", "b"]]`, `table[:n]`."""
    table = table_of(value)
    part = index.value if isinstance(index, Known) else None
    if isinstance(part, Slice):
        rows = array_index(table.array, index)
        taken = rows.value if isinstance(rows, Known) and isinstance(rows.value, Array) else None
        return replace_value(value, replace(table, array=taken)) if taken is not None else None
    record = machine.record(index)
    key = ("item", table.array.key, index.key)
    rows_ = table.array.shape[:1] if table.array.shape else None
    if isinstance(part, str):
        shape = rows_
    elif isinstance(record, ListRecord) and _are_names(record):
        key = ("item", table.array.key, _contents(machine, index))
        shape = (*rows_, record.length) if rows_ else None
    else:
        return None
    if len(set(table.shifts)) > 1:
        return None
    return replace_value(value, replace(table, array=replace(table.array, key=interned(key), shape=shape)))


def _are_names(record: ListRecord) -> bool:
    return bool(record.items) and all(
        isinstance(one, Known) and isinstance(one.value, str) for one in record.items or ()
    )


def with_column(table: Table, index: Value, value: Value) -> Table:
    """The table after `table["name"] = value`."""
    key = ("filled", table.array.key, index.key, value.key)
    added = table_of(value)
    shape = (table.array.shape[0], unknown(Reason.OPERATION)) if table.array.shape else None
    array = replace(table.array, key=interned(key), shape=shape)
    if added.site is None or added.axis != table.axis:
        return replace(table, array=array)
    return Table(array, table.axis, (*table.shifts, *added.shifts), added.site)


def attribute(machine: Machine, receiver: Known, name: str) -> Value | None:
    """`table.values`, `table.shape`, `table.iloc`; None for its methods."""
    table = table_of(receiver)
    if name in ("values", "iloc"):
        return replace_value(receiver, table.values)
    if name == "shape":
        shape = table.array.shape
        if shape is not None:
            return Known(Tuple(shape))
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, "shape"))
    if name in ("T", "index", "columns", "loc", "at", "iat", "dtypes", "str", "dt"):
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, name))
    return None


# Methods that only tables have.
OF_ANY = {"shift": shifted, "sample": sampled}


def _again(machine: Machine, name: str, arguments: Arguments) -> Value:
    """What gives the same for the same tables."""
    return machine.unknown(
        Reason.LIBRARY_CALL, None, (name, *(_contents(machine, v) for v in arguments.values()))
    )


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("pandas.merge", "pandas.to_datetime"), _again),
    **dict.fromkeys(("pandas.DataFrame", "pandas.Series"), _made),
    "pandas.concat": _beside,
}
