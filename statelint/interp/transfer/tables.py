"""pandas: tables and columns, how many rows they have, and the steps that `shift` moves on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Slice, Table, Tuple
from statelint.interp.shapes import array_index
from statelint.interp.transfer.orders import rename, shuffled
from statelint.sites import Site
from statelint.trace.objects import Array
from statelint.trace.story import Written
from statelint.trace.tables import is_table, wholes
from statelint.values import (
    NONE,
    Known,
    Reason,
    Ternary,
    Value,
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
# Attributes that no column is called.
_NO_COLUMNS = frozenset(["values", "iloc", "loc", "T", "index", "columns", "shape", "at", "iat"])
# Those after which a row doesn't hold the values of one step any more, but still that step.
_CHANGING = frozenset(["diff", "pct_change", "cumsum"])

# What a table is labelled with.
_LABELS = ("name", "names", "index", "columns")


def table_of(value: Value) -> Table:
    """The table that a value is, or that pandas makes of it."""
    if isinstance(value, Known) and isinstance(value.value, Table):
        return value.value
    axis = _axis_of(value.key)
    return Table(Array(value.key, _shape_of(value.key, axis), value.key), axis)


def _shape_of(key: Hashable, axis: Hashable) -> tuple[Value, ...] | None:
    """The shape of columns of a table of which nothing is known: `table["name"]`, `table[["a", "b"]]`."""
    match key:
        case ("item", _, ("listed", ("str", _), *more)):
            return (length_of(axis), Known(1 + len(more)))
        case ("item", ("pandas.read_csv" | "pandas.read_excel" | "pandas.DataFrame", *_), ("str", _)):
            return (length_of(axis),)
    return None


def _axis_of(key: Hashable) -> Hashable:
    """Whose rows those of a column are: of `table["name"]`, `table.name`, `table[["name"]]`."""
    match key:
        case ("item", whole, ("str", _) | ("listed", ("str", _), *_)):
            return _axis_of(whole)
        case ("attribute", whole, str(name)) if name not in _NO_COLUMNS:
            return _axis_of(whole)
        case ("call", ("attribute", whole, "to_frame"), *_):
            return _axis_of(whole)
    return key


def contents(machine: Machine, value: Value) -> object:
    record = machine.record(value)
    if isinstance(record, ListRecord) and record.items is not None:
        return tuple(item.key for item in record.items)
    return value.key


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
        changed = _dropped(machine, table, key, arguments)
    elif name in _KEEPING:
        shape = table.array.shape
        if name == "to_frame" and shape is not None:
            shape = (shape[0], Known(1))
        array = replace(table.array, key=key, base=("mapped", table.array.base, name), shape=shape)
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
    other = [name for name in arguments.keywords if name not in ("periods", "fill_value", "freq")]
    if other or len(arguments.positional) > 1 or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    array = replace(table.array, key=interned(key), base=interned(key), start=Known(0))
    # By how much isn't known: no step is known to stand in a row.
    shifts = tuple(shift + steps for shift in table.shifts) if steps is not None else ()
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
    rows: Value = Known(max(count - lost, 0)) if count is not None and plain else length_of(key)
    return _with_rows(table, key, rows)


def _dropped(machine: Machine, table: Table, key: Hashable, arguments: Arguments) -> Table:
    """The table without some columns, or rows."""
    axis = arguments.get(1, "axis")
    of_columns = "columns" in arguments.keywords or (
        axis is not None and axis.key in (Known(1).key, Known("columns").key)
    )
    shape = table.array.shape
    if not of_columns:
        return _with_rows(table, key, length_of(key))
    labels = (
        arguments.keywords["columns"].value if "columns" in arguments.keywords else arguments.get(0, "labels")
    )
    names = (
        [labels]
        if labels is not None and is_text(labels)
        else (loops.items(loops.iterate(machine, labels)) or () if labels is not None else ())
    )
    gone = [one.value for one in names if isinstance(one, Known) and isinstance(one.value, str)]
    if not gone or len(gone) < len(names):
        gone = []
    known = number(shape[1]) if shape is not None and len(shape) > 1 and gone else None
    width = unknown(Reason.OPERATION) if known is None else Known(known - len(gone))
    narrowed = (shape[0], width) if shape else None
    array = replace(table.array, key=interned(key), shape=narrowed)
    lost = [k for name, _, k in table.named if name in gone]
    kept = tuple(one for one in table.named if one[0] not in gone)
    shifts = list(table.shifts)
    for k in lost:
        shifts.remove(k)
    if gone and not lost and len(table.shifts) == len(table.named) + 1 and known is not None:
        # The only column that isn't a shifted one.
        shifts = shifts[1:] if known - len(gone) == len(table.named) else shifts
    return replace(table, array=array, shifts=tuple(shifts), named=kept)


def is_text(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, str)


def _with_rows(table: Table, key: Hashable, rows: Value) -> Table:
    shape = (rows, *table.array.shape[1:]) if table.array.shape else None
    return replace(table, array=Array(key, shape, key, made=table.array.made, windows=table.array.windows))


def length_of(key: Hashable) -> Value:
    return unknown(Reason.OPERATION, key=("length", key))


def item(machine: Machine, value: Known, index: Value) -> Value | None:
    """`table["column"]`, `table[["a", "b"]]`, `table[:n]`."""
    table = table_of(value)
    part = index.value if isinstance(index, Known) else None
    if table.by_place:
        table = replace(table, by_place=False)
        parts = part.items if isinstance(part, Tuple) else (index,)
        if _is_one_column(parts) and table.site is not None and len(table.shifts) == 1:
            length = table.array.shape[:1] if table.array.shape else None
            array = replace(table.array, key=("item", table.array.key, index.key), shape=length)
            return replace_value(value, replace(table, array=array))
        if len(parts) > 2 or not isinstance(parts[0], Known) or not isinstance(parts[0].value, Slice):
            return array_index(table.values, index)
        if len(parts) == 2 and parts[1].key != Known(Slice(NONE, NONE, NONE)).key:
            return array_index(table.values, index)
        index, part = parts[0], parts[0].value
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
        key = ("item", table.array.key, contents(machine, index))
        shape = (*rows_, record.length) if rows_ else None
    elif _turns_columns(table, index):
        return replace_value(value, replace(table, array=replace(table.array, key=interned(key))))
    else:
        return None
    picked = replace(table, array=replace(table.array, key=interned(key), shape=shape))
    if len(set(table.shifts)) > 1:
        names = [part] if isinstance(part, str) else [one.value for one in record.items or ()]  # type: ignore[union-attr]
        return _columns_of(value, picked, names)
    return replace_value(value, picked)


def _turns_columns(table: Table, index: Value) -> bool:
    """Whether an index has the names of all columns from the last to the first: `table.columns[::-1]`."""
    match index.key:
        case ("item", names, ("Slice", (("NoneType", None), ("NoneType", None), ("int", -1)))):
            while names != table.array.key:
                match names:
                    case ("attribute", inner, "columns" | "values") | (
                        "call",
                        ("attribute", inner, "tolist" | "to_list" | "to_numpy"),
                    ):
                        names = inner
                    case _:
                        return False
            return True
    return False


def _is_one_column(parts: Sequence[Value]) -> bool:
    """`:, k`"""
    return (
        len(parts) == 2
        and parts[0].key == Known(Slice(NONE, NONE, NONE)).key
        and number(parts[1]) is not None
    )


def _columns_of(value: Known, table: Table, names: list[Hashable]) -> Value | None:
    """Some columns of a table with shifted ones; None where it isn't known which of them are shifted."""
    put = {name: (source, k) for name, source, k in table.named}
    if len(table.shifts) - len(table.named) not in (0, 1):
        return None
    found = [put.get(str(name), (interned(("str", name)), 0)) for name in names]
    of_one: dict[Hashable, set[int]] = {}
    for source, k in found:
        of_one.setdefault(source, set()).add(k)
    if max(map(len, of_one.values()), default=1) < 2:
        # Each column is one of its own.
        return replace_value(value, replace(table, shifts=(0,), site=None, named=()))
    kept = tuple(one for one in table.named if one[0] in names)
    return replace_value(value, replace(table, shifts=tuple(k for _, k in found), named=kept))


def _are_names(record: ListRecord) -> bool:
    return bool(record.items) and all(
        isinstance(one, Known) and isinstance(one.value, str) for one in record.items or ()
    )


def with_column(table: Table, index: Value, value: Value) -> Table:
    """The table after `table["name"] = value`."""
    key = ("filled", table.array.key, index.key, value.key)
    added = table_of(value)
    if not table.shifts:
        # The first column of a table made without any says what its rows are.
        table = replace(table, axis=added.axis)
        rows: Value = added.array.shape[0] if added.array.shape else length_of(interned(key))
        columns: Sequence[Value] = (Known(0),)
    else:
        rows, *columns = table.array.shape or (length_of(table.array.key),)
    is_named = len(table.named) == len(table.shifts) and len(added.shifts) == 1
    is_put = added.axis == table.axis and (added.site is not None or is_named)
    known = number(columns[0]) if columns and is_put else None
    width = unknown(Reason.OPERATION) if known is None else Known(known + 1)
    array = replace(table.array, key=interned(key), shape=(rows, width))
    if not is_put:
        return replace(table, array=array)
    named = table.named
    if isinstance(index, Known) and isinstance(index.value, str) and len(added.shifts) == 1:
        named = (*named, (index.value, source_of(value.key), added.shifts[0]))
    shifts, site = (*table.shifts, *added.shifts), added.site or table.site
    return replace(table, array=array, shifts=shifts, site=site, named=named)


def is_shifted(table: Value, column: Value) -> bool:
    """Whether the column is one of a table of which nothing is known, moved on by some steps."""
    added = column.value if isinstance(column, Known) else None
    return isinstance(added, Table) and added.site is not None and added.axis == _axis_of(table.key)


def source_of(key: Hashable) -> Hashable:
    """The name of the column that was shifted: of `table["name"].shift(1)`."""
    match key:
        case ("Table", inner) | ("call", ("attribute", inner, _), *_):
            return source_of(inner)
        case ("item", _, ("str", _) as name):
            return name
        case ("attribute", _, str(name)):
            return interned(("str", name))
    return key


def attribute(machine: Machine, receiver: Known, name: str) -> Value | None:
    """`table.values`, `table.shape`, `table.iloc`; None for its methods."""
    table = table_of(receiver)
    if name == "values":
        return replace_value(receiver, table.values)
    if name == "iloc":
        return replace_value(receiver, replace(table, by_place=True))
    if name == "shape":
        shape = table.array.shape
        if shape is not None:
            return Known(Tuple(shape))
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, "shape"))
    if name in ("T", "index", "columns", "loc", "at", "iat", "dtypes", "str", "dt"):
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, name))
    return None


def set_columns(table: Table, names: tuple[Value, ...] | None) -> Table:
    """The table after `table.columns = names`."""
    given = [one.value for one in names or () if isinstance(one, Known)]
    if len(given) != len(table.shifts) or not all(isinstance(name, str) for name in given):
        return replace(table, named=())
    source = ("columns", table.axis)
    return replace(table, named=tuple((str(n), source, k) for n, k in zip(given, table.shifts, strict=True)))


def changed(machine: Machine, part: Hashable, site: Site) -> None:
    """Note that a part of a table is changed in place, and so the table: `table.loc[3] = row`."""
    if is_table(part) and not (isinstance(part, tuple) and part[-1] in _LABELS):
        for whole in wholes(part):
            machine.emit(Written(site, machine.context, whole))


def note_rows_changed(machine: Machine, whole: Hashable, method: str, arguments: Arguments) -> None:
    """Note that a method changes a table in place, and each time anew: `table.drop(0, inplace=True)`."""
    given = {name: argument.value for name, argument in arguments.keywords.items()}
    axis = given.get("axis", NONE).key
    of_columns = "columns" in given or axis in (Known(1).key, Known("columns").key)
    drops = method == "drop" and "inplace" in given and not of_columns
    if method == "update" or drops:
        changed(machine, whole, arguments.site)


# Methods that only tables have.
OF_ANY = {"shift": shifted, "sample": sampled}
