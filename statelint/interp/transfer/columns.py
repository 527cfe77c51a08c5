"""pandas: tables made of data, of columns in a dict and of parts side by side, and columns put into them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from statelint.interp import headings, loops
from statelint.interp.laying import is_column
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Bound,
    DictRecord,
    Function,
    ListRecord,
    Method,
    Partial,
    Table,
)
from statelint.interp.renaming import rename
from statelint.interp.transfer import Transfer, tables, taking
from statelint.interp.transfer.numpy import as_array
from statelint.interp.transfer.tables import contents, length_of, replace_value, source_of, table_of
from statelint.sites import Site
from statelint.trace.linear import between, distance
from statelint.trace.objects import Argument, Array, Windows
from statelint.values import (
    NONE,
    Known,
    Reason,
    Unknown,
    Value,
    depending_on,
    interned,
    number,
    unknown,
)


def _made(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pd.DataFrame(data) and pd.Series(data)."""
    data = arguments.get(0, "data")
    keys = tuple(contents(machine, value) for value in arguments.values())
    key = interned((name, *keys))
    if name.endswith("DataFrame") and not (arguments.positional or arguments.keywords or arguments.open):
        blank = (name, machine.fresh_id())
        return Known(Table(Array(blank, (length_of(blank), Known(0)), blank), blank, shifts=()))
    if data is None or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    is_frame = name.endswith("DataFrame")
    given = arguments.get(2, "columns") if is_frame else None
    if isinstance(data, Known) and isinstance(data.value, Table):
        labels = data.value.labels if given is None else ()
        return Known(replace(data.value, array=replace(data.value.array, key=key), labels=labels))
    record = machine.record(data)
    if isinstance(record, DictRecord) and is_frame:
        joined = _of_dict(record, key)
        if joined is not None:
            return depending_on(Known(joined), *record.items.values())
    found = NONE if isinstance(record, DictRecord) else as_array(machine, data)
    array = found.value if isinstance(found, Known) and isinstance(found.value, Array) else None
    shape = array.shape if array is not None else None
    if array is None and is_column(data.key):
        array = Array(key, (length_of(data.key),), key)
        shape = array.shape
    if array is None or shape is None or not 1 <= len(shape) <= 2:
        width: Value = unknown(Reason.OPERATION)
        names = (_keys_of(record) if given is None else _named(machine, given)) if is_frame else ()
        unclear = (length_of(key), Known(len(names)) if names else width) if is_frame else (length_of(key),)
        table = Table(Array(key, unclear, key), key)
        values = record.items.values() if given is None and isinstance(record, DictRecord) else ()
        contents_ = [interned(value.key) for value in values] if names else []
        return Known(tables.labelled(table, names, contents_))
    if is_frame:
        shape = (shape[0], Known(1)) if len(shape) == 1 else shape
    table = Table(replace(array, key=key, shape=shape), key)
    # A column that is made a table of keeps its name.
    if is_frame and (given is not None or not is_column(data.key)):
        table = _with_labels(machine, table, array.key, given)
    return depending_on(Known(table), data)


# Of more columns nobody says each by its name.
_MOST = 64


def _keys_of(record: object) -> tuple[Hashable, ...]:
    """The names of the columns that a dict makes."""
    is_whole = isinstance(record, DictRecord) and record.complete and len(record.items) <= _MOST
    return tuple(record.items) if is_whole else ()  # type: ignore[attr-defined]


def _named(machine: Machine, given: Value) -> tuple[Hashable, ...]:
    """The names that columns are given, where all of them are known."""
    found = loops.items(loops.iterate(machine, given)) or ()
    names = tuple(one.value for one in found if isinstance(one, Known) and isinstance(one.value, str | int))
    return names if len(names) == len(found) else ()


def _with_labels(machine: Machine, table: Table, data: Hashable, given: Value | None) -> Table:
    """The table with the names that its columns are given, or else their numbers."""
    width = number(table.array.shape[1]) if table.array.shape else None
    if width is None or width > _MOST:
        return table
    labels: Sequence[Hashable] = range(width)
    if given is not None and given.key != NONE.key:
        labels = _named(machine, given)
    match data:
        case ("numpy.repeat", one, int(times), ("int", 1 | -1)) if times == width:
            return tables.labelled(table, labels, [one] * width) if len(labels) == width else table
    return tables.labelled(table, labels) if len(labels) == width else table


def _lagged(machine: Machine, record: object, key: Hashable, site: Site) -> Value | None:
    """Columns of one table, each one step behind the one before; how many there are isn't known."""
    if not isinstance(record, ListRecord) or len(record.head) != 2 or record.first:
        return None
    one, other = (_moved_by(value) for value in record.head)
    if one is None or other is None or one[0] != other[0] or abs(distance(one[1], other[1]) or 0) != 1:
        return None
    source = table_of(record.head[0])
    shape = source.array.shape
    is_single = shape is not None and (len(shape) == 1 or number(shape[1]) == 1)
    width = between(("int", 0), record.length.key) if is_single else ("width", key)
    columns = unknown(Reason.OPERATION, key=width)
    windows = Windows(source.axis, 0, 1, None, site, columns.key)
    return Known(Table(Array(key, (length_of(key), columns), key, windows=windows), source.axis))


def _moved_by(value: Value) -> tuple[Hashable, Hashable] | None:
    """The table that was shifted, and by how much."""
    match value.key:
        case ("Table", ("call", ("attribute", whole, "shift"), by)):
            return whole, by
        case ("call", ("attribute", whole, "shift"), by):
            return whole, by
    return None


def _beside(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pd.concat(parts, axis=1): the columns of several tables side by side."""
    parts, axis = arguments.get(0, "objs"), arguments.get(1, "axis")
    key = (name, *(contents(machine, value) for value in arguments.values()))
    is_wide = axis is not None and axis.key in (Known(1).key, Known("columns").key)
    record = machine.record(parts) if parts is not None else None
    if isinstance(record, DictRecord):
        found = tuple(record.items.values()) if record.complete else None
    else:
        found = loops.items(loops.iterate(machine, parts)) if parts is not None else None
    found_tables = [table_of(value) for value in found or ()]
    if is_wide and found is None and parts is not None:
        lagged = _lagged(machine, record, key, arguments.site)
        if lagged is not None:
            return lagged
    if not is_wide or not found or len({table.axis for table in found_tables}) > 1:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    names: Sequence[Hashable] = [_name_of(value) for value in found]
    if "keys" in arguments.keywords:
        names = _named(machine, arguments.keywords["keys"].value)
    elif isinstance(record, DictRecord):
        names = tuple(record.items)
    joined = _side_by_side(found_tables, key)
    if "ignore_index" not in arguments.keywords:
        joined = _with_names(joined, names, found, found_tables)
    return depending_on(Known(joined), *found)


def _with_names(
    joined: Table, names: Sequence[Hashable], values: Sequence[Value], parts: Sequence[Table]
) -> Table:
    """The table that is made of these columns, which are called so."""
    are_single = all(len(part.shifts) == len(part.array.shape or (NONE,)) == 1 for part in parts)
    if not are_single or not len(set(names)) == len(names) == len(parts) or None in names:
        return joined
    sources = (source_of(value.key) for value in values)
    shifts = (part.shifts[0] for part in parts)
    return replace(joined, named=tuple(zip(names, sources, shifts, strict=True)))


def _name_of(value: Value) -> str | None:
    """What a column is called: `table["a"].shift(1)`, `table["a"].shift(1).rename("b")`."""
    key = value.key
    while True:
        match key:
            case ("call", ("attribute", _, "rename"), ("str", str(name))) | ("item", _, ("str", str(name))):
                return name
            case ("Table", inner) | ("call", ("attribute", inner, _), *_):
                key = inner
            case _:
                return None


def _side_by_side(parts: Sequence[Table], key: Hashable) -> Table:
    """The columns of tables whose rows are steps of one axis."""
    shifts = tuple(shift for part in parts for shift in part.shifts)
    shapes = [part.array.shape for part in parts]
    rows = next((shape[0] for shape in shapes if shape), unknown(Reason.OPERATION, key=("length", key)))
    widths = [
        1 if shape is not None and len(shape) == 1 else number(shape[1]) if shape else None
        for shape in shapes
    ]
    known = [width for width in widths if width is not None]
    width: Value = Known(sum(known)) if len(known) == len(widths) else unknown(Reason.OPERATION)
    site = next((part.site for part in parts if part.site is not None), None)
    array = Array(interned(key), (rows, width), interned(key), made=all(part.array.made for part in parts))
    return Table(array, parts[0].axis, shifts, site)


def _of_dict(record: DictRecord, key: Hashable) -> Table | None:
    """pd.DataFrame({"name": column, …}), where some columns of a table are moved on against it."""
    parts = [table_of(value) for value in record.items.values()]
    if not record.complete or not parts or len({part.axis for part in parts}) > 1:
        return None
    are_single = all(len(part.shifts) == 1 and len(part.array.shape or (NONE,)) == 1 for part in parts)
    if not are_single or all(part.site is None for part in parts):
        return None
    return _with_names(_side_by_side(parts, key), tuple(record.items), tuple(record.items.values()), parts)


def method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of tables and columns."""
    change = _CHANGES.get(name)
    changed = change(machine, receiver, arguments) if change is not None and not arguments.open else None
    return tables.method(machine, receiver, name, arguments) if changed is None else changed


def of_any(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """What a method of an unknown object gives, if only a table's can be meant."""
    label = headings.method(machine, receiver, name, arguments)
    if label is not None:
        return label
    if name in tables.OF_ANY:
        return tables.OF_ANY[name](machine, receiver, arguments)
    change = _CHANGES.get(name)
    if change is None or arguments.open:
        return None
    is_table = any(tables.is_shifted(receiver, value) for value in arguments.values())
    return change(machine, receiver, arguments) if is_table else None


def piped(callee: Value, arguments: Arguments) -> tuple[Value, Arguments] | None:
    """The function that `table.pipe(function, …)` calls, and the table with what else is given to it."""
    match callee:
        case Unknown(key=("attribute", whole, "pipe")):
            receiver: Value = unknown(Reason.LIBRARY_CALL, key=whole)
        case Known(value=Method(receiver=Known(value=Table()) as receiver, name="pipe")):
            pass
        case _:
            return None
    function, *rest = arguments.positional or (None,)
    if function is None or not isinstance(function.value, Known):
        return None
    if not isinstance(function.value.value, Function | Bound | Partial):
        return None
    given = (Argument(receiver, arguments.site), *rest)
    return function.value, replace(arguments, positional=given)


def _assigned(machine: Machine, receiver: Value, arguments: Arguments) -> Value | None:
    """`table.assign(name=column)`; what functions make of the table isn't known."""
    if any(isinstance(value, Known) and isinstance(value.value, Function) for value in arguments.values()):
        return None
    table = table_of(receiver)
    for name, argument in arguments.keywords.items():
        table = tables.with_column(table, Known(name), argument.value)
    return replace_value(receiver, table)


def _inserted(machine: Machine, receiver: Value, arguments: Arguments) -> Value | None:
    """`table.insert(place, "name", column)`."""
    name, column = arguments.get(1, "column"), arguments.get(2, "value")
    if name is None or column is None:
        return None
    wider = tables.with_column(table_of(receiver), name, column)
    rename(machine, receiver.key, replace_value(receiver, wider))
    return NONE


def _joined(machine: Machine, receiver: Value, arguments: Arguments) -> Value | None:
    """`table.join(other)`."""
    other = arguments.get(0, "other")
    if other is None or "on" in arguments.keywords or len(arguments.positional) > 1:
        return None
    parts = (table_of(receiver), table_of(other))
    if parts[0].axis != parts[1].axis:
        return None
    key = ("call", ("attribute", receiver.key, "join"), other.key)
    return depending_on(Known(_side_by_side(parts, key)), receiver, other)


def _chosen(machine: Machine, receiver: Value, arguments: Arguments) -> Value | None:
    """`table.reindex(columns=names)`, `table.filter(items=names)` and `table.filter(like="text")`."""
    if len(arguments.keywords) != 1 or arguments.positional or not isinstance(receiver, Known):
        return None
    ((word, given),) = arguments.keywords.items()
    if word in ("like", "regex"):
        names = headings.matching(table_of(receiver), word, given.value)
        taken = machine.allocate(ListRecord.of(tuple(map(Known, names)))) if names else None
        return taking.item(machine, receiver, taken) if taken is not None else None
    return taking.item(machine, receiver, given.value) if word in ("columns", "items") else None


def _again(machine: Machine, name: str, arguments: Arguments) -> Value:
    """What gives the same for the same tables."""
    return machine.unknown(
        Reason.LIBRARY_CALL, None, (name, *(contents(machine, v) for v in arguments.values()))
    )


_CHANGES: dict[str, Callable[[Machine, Value, Arguments], Value | None]] = {
    "assign": _assigned,
    "insert": _inserted,
    "join": _joined,
    "reindex": _chosen,
    "filter": _chosen,
}

TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("pandas.merge", "pandas.to_datetime"), _again),
    **dict.fromkeys(("pandas.DataFrame", "pandas.Series"), _made),
    "pandas.concat": _beside,
}
