"""pandas: tables and columns, how many rows they have, and the steps that `shift` moves on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Slice, Table, Tuple
from statelint.interp.renaming import rename
from statelint.interp.transfer.orders import shuffled
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
# Those after which columns may have other names.
_RELABELLING = frozenset(["reset_index", "set_index", "rename", "add_prefix", "add_suffix", "to_frame"])
# Those that leave each column what it is called.
_LEAVING = (_KEEPING - _RELABELLING) | {"sort_values", "head", "tail", "drop_duplicates"}

# What `dropna` does unless it is told otherwise.
_USUAL = {"axis": (0, "index", "rows"), "how": ("any",)}

# What a table is labelled with.
_LABELS = ("name", "names", "index", "columns")


def table_of(value: Value) -> Table:
    """The table that a value is, or that pandas makes of it."""
    if isinstance(value, Known) and isinstance(value.value, Table):
        return value.value
    axis, labels = _axis_of(value.key), labels_of(value.key)
    shape = _shape_of(value.key, axis)
    if shape is None and labels:
        shape = (length_of(axis), Known(len(labels)))
    return labelled(Table(Array(value.key, shape, value.key), axis), labels)


def labelled(table: Table, labels: Sequence[Hashable], holding: Sequence[Hashable] = ()) -> Table:
    """The table, whose columns have these names; each holds what is said, or something of its own."""
    own = holding or [label_key(label) for label in labels]
    return replace(table, labels=tuple(zip(labels, own, strict=True)))


def label_key(label: Hashable) -> Hashable:
    """What a column of this name holds, where nothing more is known of it."""
    return interned((type(label).__name__, label))


def labels_of(key: Hashable) -> tuple[Hashable, ...]:
    """The names of the columns that are read from a file, `read_csv(name, usecols=["a", "b"])`, or are taken
    of a table: `table[["a", "b"]]`.
    """
    match key:
        case ("pandas.read_csv" | "pandas.read_excel", *_, ("usecols", ("listed", *names))):
            return _texts(names)
        case ("item", whole, ("listed", *names)) if not _is_indexer(whole):
            return _texts(names)
        case ("rows", whole, *_) | ("call", ("attribute", whole, "dropna" | "sort_index")):
            return labels_of(whole)
        case ("call", ("attribute", whole, "reset_index"), ("bool", True)):
            return labels_of(whole)
        case ("call", ("attribute", whole, str(name)), *_) if name in _LEAVING:
            return labels_of(whole)
    return ()


def _texts(keys: Sequence[Hashable]) -> tuple[Hashable, ...]:
    found = [part[1] for part in keys if isinstance(part, tuple) and part[0] == "str"]
    return tuple(found) if len(found) == len(keys) else ()


def _is_indexer(key: Hashable) -> bool:
    """Whether it is `table.loc`, of which names are those of rows."""
    return isinstance(key, tuple) and key[0] == "attribute" and key[2] in _NO_COLUMNS


def _shape_of(key: Hashable, axis: Hashable) -> tuple[Value, ...] | None:
    """The shape of columns of a table of which nothing is known: `table["name"]`, `table[["a", "b"]]`."""
    match key:
        case ("item", whole, ("listed", ("str", _), *more)) if not _is_indexer(whole):
            return (length_of(axis), Known(1 + len(more)))
        case ("item", ("pandas.read_csv" | "pandas.read_excel" | "pandas.DataFrame", *_), ("str", _)):
            return (length_of(axis),)
        case ("pandas.read_csv" | "pandas.read_excel", *_, ("usecols", ("listed", *names))):
            return (length_of(axis), Known(len(names)))
    return None


def _axis_of(key: Hashable) -> Hashable:
    """Whose rows those of a column are: of `table["name"]`, `table.name`, `table[["name"]]`."""
    match key:
        case ("item", whole, ("str", _) | ("listed", ("str", _), *_)):
            return _axis_of(whole)
        case ("attribute", whole, str(name)) if name not in _NO_COLUMNS:
            return _axis_of(whole)
        case ("call", ("attribute", whole, "to_frame" | "copy" | "astype"), *_):
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
    if name == "reindex":
        return reindexed(machine, receiver, arguments)
    if name == "sample":
        return sampled(machine, receiver, arguments)
    changed: Table | None
    if name == "dropna":
        changed = _without_gaps(table, key, arguments)
    elif name == "drop":
        changed = _dropped(machine, table, key, arguments)
    elif name in _KEEPING:
        shape = table.array.shape
        if name == "to_frame" and shape is not None:
            shape = (shape[0], Known(1))
        array = replace(table.array, key=key, base=("mapped", table.array.base, name), shape=shape)
        labels = () if name in _RELABELLING else table.labels
        axis = interned(key) if name in _CHANGING else table.axis
        gaps = table.gaps or name in ("replace", "set_index", "diff", "pct_change")
        changed = replace(table, array=array, axis=axis, labels=labels, gaps=gaps)
    else:
        changed = None
    result = (
        machine.unknown(Reason.LIBRARY_CALL, None, key)
        if changed is None
        else replace_value(receiver, changed)
    )
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


def reindexed(machine: Machine, receiver: Value, arguments: Arguments) -> Value:
    """`table.reindex(np.random.permutation(table.index))`: the rows in random order."""
    key = ("call", ("attribute", receiver.key, "reindex"), *(v.key for v in arguments.values()))
    order = arguments.get(0, "labels")
    array = order.value if isinstance(order, Known) else None
    if not isinstance(array, Array) or array.shuffle_site is None:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    return _mixed(receiver, array.shuffle_site)


def _mixed(receiver: Value, site: Site, rows: Value | None = None) -> Value:
    """The table with its rows (all, or so many of them) in random order."""
    mixed = shuffled(Known(table_of(receiver).array), site, rows)
    assert isinstance(mixed, Known) and isinstance(mixed.value, Array)
    return replace_value(receiver, Table(mixed.value, mixed.key))


def sampled(machine: Machine, receiver: Value, arguments: Arguments) -> Value:
    """`table.sample(frac=1)`: the rows in random order."""
    key = ("call", ("attribute", receiver.key, "sample"), *(v.key for v in arguments.values()))
    if "frac" not in arguments.keywords:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    whole = is_(arguments.keywords["frac"].value, 1)
    rows = None if whole is Ternary.YES else unknown(Reason.OPERATION, key=("length", key))
    return _mixed(receiver, arguments.site, rows)


def _without_gaps(table: Table, key: Hashable, arguments: Arguments) -> Table:
    """The table without the rows in which shifting left a gap."""
    shape, lost = table.array.shape, max(0, *table.shifts) - min(0, *table.shifts)
    count = number(shape[0]) if shape else None
    said = {name: given.value for name, given in arguments.keywords.items() if name != "inplace"}
    usual = (
        name in _USUAL and any(is_(value, one) is Ternary.YES for one in _USUAL[name])
        for name, value in said.items()
    )
    plain = all(usual) and not arguments.positional
    is_counted = count is not None and plain and not table.gaps
    rows: Value = Known(max((count or 0) - lost, 0)) if is_counted else length_of(key)
    return _with_rows(table if plain else replace(table, labels=()), key, rows)


def is_of_columns(arguments: Arguments) -> bool:
    """Whether `table.drop(...)` leaves out columns."""
    axis = arguments.get(1, "axis")
    names_columns = axis is not None and axis.key in (Known(1).key, Known("columns").key)
    return names_columns or "columns" in arguments.keywords


def _dropped(machine: Machine, table: Table, key: Hashable, arguments: Arguments) -> Table:
    """The table without some columns, or rows."""
    shape = table.array.shape
    if not is_of_columns(arguments):
        return _with_rows(table, key, length_of(key))
    labels = (
        arguments.keywords["columns"].value if "columns" in arguments.keywords else arguments.get(0, "labels")
    )
    names = (
        [labels]
        if labels is not None and (is_text(labels) or number(labels) is not None)
        else (loops.items(loops.iterate(machine, labels)) or () if labels is not None else ())
    )
    gone = [one.value for one in names if isinstance(one, Known) and isinstance(one.value, str | int)]
    if not gone or len(gone) < len(names):
        gone = []
    known = number(shape[1]) if shape is not None and len(shape) > 1 and gone else None
    width = unknown(Reason.OPERATION) if known is None else Known(known - len(gone))
    narrowed = (shape[0], width) if shape else None
    array = replace(table.array, key=interned(key), shape=narrowed)
    lost = [k for name, _, k in table.named if name in gone]
    kept = tuple(one for one in table.named if one[0] not in gone)
    others = len(table.shifts) - len(table.named)
    shifts = [*table.shifts[:others], *(k for _, _, k in kept)]
    kept_labels = tuple(one for one in table.labels if one[0] not in gone) if gone else ()
    if gone and others == 1 and table.labels:
        shifts = shifts if kept_labels else shifts[1:]
    elif gone and not lost and others == 1 and known is not None:
        # The only column that isn't a shifted one.
        shifts = shifts[1:] if known - len(gone) == len(table.named) else shifts
    return replace(table, array=array, shifts=tuple(shifts), named=kept, labels=kept_labels)


def is_text(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, str)


def _with_rows(table: Table, key: Hashable, rows: Value) -> Table:
    shape = (rows, *table.array.shape[1:]) if table.array.shape else None
    return replace(table, array=Array(key, shape, key, made=table.array.made, windows=table.array.windows))


def length_of(key: Hashable) -> Value:
    return unknown(Reason.OPERATION, key=("length", key))


def with_column(table: Table, index: Value, value: Value) -> Table:
    """The table after `table["name"] = value`."""
    key = ("filled", table.array.key, index.key, value.key)
    added = table_of(value)
    label = index.value if isinstance(index, Known) and isinstance(index.value, str | int) else None
    if not table.shifts:
        # The first column of a table made without any says what its rows are.
        table = replace(table, axis=added.axis)
        rows: Value = added.array.shape[0] if added.array.shape else length_of(interned(key))
        columns: Sequence[Value] = (Known(0),)
    else:
        rows, *columns = table.array.shape or (length_of(table.array.key),)
    is_named = len(table.named) == len(table.shifts) and len(added.shifts) == 1
    is_column = len(added.shifts) == len(added.array.shape or ()) == 1
    is_put = added.axis == table.axis and (added.site is not None or is_named or is_column)
    is_full = is_text(value) or (number(value) is not None and number(value) == number(value))
    table = replace(table, gaps=table.gaps or not (is_put or is_full))
    held = _held(table, value, added)
    is_there = label in (*dict(table.labels), *(name for name, _, _ in table.named))
    # Of a table whose columns aren't known, a column of this name was moved on.
    is_there |= len(table.named) < len(table.shifts) and not table.labels and held[0] == label_key(label)
    if label is not None and is_there:
        kept = replace(table, array=replace(table.array, key=interned(key)))
        return _replaced(kept, label, held if is_put else (interned(value.key), 0), added.site)
    known = number(columns[0]) if columns and is_put else None
    width = unknown(Reason.OPERATION) if known is None else Known(known + 1)
    array = replace(table.array, key=interned(key), shape=(rows, width))
    if not is_put:
        return replace(table, array=array)
    named = table.named
    if label is not None and len(added.shifts) == 1:
        named = (*named, (label, *held))
    shifts = (*table.shifts, *((held[1],) if len(added.shifts) == 1 else added.shifts))
    return replace(table, array=array, shifts=shifts, site=added.site or table.site, named=named)


def _held(table: Table, value: Value, added: Table) -> tuple[Hashable, int]:
    """What a column that is put into the table holds, and how far it is moved on."""
    source, k = source_of(value.key), added.shifts[0] if added.shifts else 0
    if interned(("item", table.array.key, source)) not in _way_of(value.key):
        return source, k
    own = {label_key(name): (held, 0) for name, held in table.labels}
    own |= {label_key(name): (held, by) for name, held, by in table.named}
    held, by = own.get(source, (source, 0))
    # Of a table with steps side by side, a column that is taken out is one of its own.
    return held, k + by if len(set(table.shifts)) > 1 else k


def _way_of(key: Hashable) -> set[Hashable]:
    """The identities of what a column was made of, one by one."""
    found = set()
    while True:
        found.add(key)
        match key:
            case ("Table", inner) | ("call", ("attribute", inner, _), *_):
                key = inner
            case ("attribute", table, str(name)):
                return {*found, interned(("item", table, label_key(name)))}
            case _:
                return found


def _replaced(table: Table, label: Hashable, held: tuple[Hashable, int], site: Site | None) -> Table:
    """The table in which one of the columns holds something else."""
    named, others = table.named, len(table.shifts) - len(table.named)
    if others == 1 and label in dict(table.labels):
        # Each of the columns that the table was made with is one by itself from now on.
        named = (*((name, source, table.shifts[0]) for name, source in table.labels), *named)
        others = 0
    named = tuple((name, *held) if name == label else (name, source, k) for name, source, k in named)
    shifts = (*table.shifts[:others], *(k for _, _, k in named))
    labels = table.labels if others else ()
    return replace(table, shifts=shifts, site=site or table.site, named=named, labels=labels)


def is_whole_column(index: Value) -> bool:
    """Whether what stands behind `table.loc` is a column: `[:, "name"]`."""
    parts = index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else ()
    return len(parts) == 2 and parts[0].key == Known(Slice(NONE, NONE, NONE)).key and is_text(parts[1])


def is_shifted(table: Value, column: Value) -> bool:
    """Whether the column is one of a table of which nothing is known, moved on by some steps."""
    added = column.value if isinstance(column, Known) else None
    return isinstance(added, Table) and added.site is not None and added.axis == _axis_of(table.key)


def source_of(key: Hashable) -> Hashable:
    """The name of the column that was shifted: of `table["name"].shift(1)`."""
    match key:
        case ("Table", inner) | ("call", ("attribute", inner, _), *_):
            return source_of(inner)
        case ("item", _, ("str" | "int", _) as name):
            return name
        case ("attribute", _, str(name)):
            return label_key(name)
    return key


def attribute(machine: Machine, receiver: Known, name: str) -> Value | None:
    """`table.values`, `table.shape`, `table.iloc`; None for its methods."""
    table = table_of(receiver)
    if name == "values":
        return replace_value(receiver, table.values)
    if name == "iloc":
        return replace_value(receiver, replace(table, by_place=True))
    if name == "loc":
        return replace_value(receiver, replace(table, by_label=True))
    if name == "shape":
        shape = table.array.shape
        if shape is not None:
            return Known(Tuple(shape))
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, "shape"))
    if name == "columns":
        names = machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, name))
        machine.names[names.key] = table.columns
        return names
    if name in ("T", "index", "loc", "at", "iat", "dtypes", "str", "dt"):
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", table.array.key, name))
    return None


def set_columns(table: Table, names: tuple[Value, ...] | None) -> Table:
    """The table after `table.columns = names`."""
    given = [one.value for one in names or () if isinstance(one, Known)]
    given = [name for name in given if isinstance(name, str | int)]
    width = number(table.array.shape[1]) if len(table.array.shape or ()) > 1 else None  # type: ignore[index]
    if names is None or len(given) != len(names) or len(given) not in (len(table.shifts), width):
        return replace(table, named=(), labels=())
    if len(given) != len(table.shifts) or (table.site is None and width == len(given)):
        return labelled(replace(table, shifts=table.shifts[:1], named=()), given)
    source = ("columns", table.axis)
    named = tuple((name, source, k) for name, k in zip(given, table.shifts, strict=True))
    return replace(table, named=named, labels=())


def with_values(table: Table, index: Value, value: Value, attribute: str) -> Table:
    """The table after `table.iloc[index] = value`: what is put there may be missing, and by labels new rows
    may come.
    """
    shape = table.array.shape
    if attribute in ("loc", "at") and shape:
        rows = length_of(interned(("filled", table.array.key, (attribute, index.key), value.key)))
        shape = (rows, *shape[1:])
    return replace(table, array=replace(table.array, shape=shape), gaps=True)


def changed(machine: Machine, part: Hashable, site: Site) -> None:
    """Note that a part of a table is changed in place, and so the table: `table.loc[3] = row`."""
    if is_table(part) and not (isinstance(part, tuple) and part[-1] in _LABELS):
        for whole in wholes(part):
            machine.emit(Written(site, machine.context, whole))


def note_rows_changed(machine: Machine, whole: Hashable, method: str, arguments: Arguments) -> None:
    """Note that a method changes a table in place, and each time anew: `table.drop(0, inplace=True)`."""
    drops = method == "drop" and "inplace" in arguments.keywords and not is_of_columns(arguments)
    if method == "update" or drops:
        changed(machine, whole, arguments.site)


# Methods that only tables have.
OF_ANY = {"shift": shifted, "sample": sampled, "reindex": reindexed}
