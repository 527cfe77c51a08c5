"""pandas: what an index takes of a table: columns by their names, rows and columns by their place."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp import headings
from statelint.interp.machine import Machine
from statelint.interp.objects import Slice, Table, Tuple
from statelint.interp.shapes import array_index, counts
from statelint.interp.transfer.tables import label_key, replace_value, table_of
from statelint.trace.objects import Array
from statelint.values import NONE, Known, Reason, Value, interned, number


def item(machine: Machine, value: Known, index: Value) -> Value | None:
    """`table["column"]`, `table[["a", "b"]]`, `table[:n]`."""
    table = table_of(value)
    part = index.value if isinstance(index, Known) else None
    if table.by_label:
        return _by_label(machine, value, index)
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
        if taken is None:
            return None
        if part.step.key in (NONE.key, Known(1).key):
            return replace_value(value, replace(table, array=taken))
        # Its rows are no longer the steps of the series one by one.
        axis = interned(("stepped", table.axis, index.key))
        return replace_value(value, replace(table, array=taken, axis=axis, shifts=(), named=()))
    names = headings.chosen(machine, table, index)
    is_name = isinstance(part, str) or (type(part) is int and len(table.array.shape or ()) > 1)
    if is_name:
        return _columns_named(value, table, (part,), index.key)
    if names:
        return _columns_named(value, table, names, tuple(map(label_key, names)), is_list=True)
    if _turns_columns(table, index):
        key = interned(("item", table.array.key, index.key))
        return replace_value(value, replace(table, array=replace(table.array, key=key)))
    return None


def _columns_named(
    value: Known, table: Table, names: Sequence[Hashable], index: Hashable, *, is_list: bool = False
) -> Value | None:
    """`table["a"]`, or (`is_list`) `table[["a", "b"]]`."""
    rows = table.array.shape[:1] if table.array.shape else None
    shape = (*rows, *((Known(len(names)),) if is_list else ())) if rows else None
    key = interned(("item", table.array.key, index))
    picked = replace(table, array=replace(table.array, key=key, shape=shape))
    if len(set(table.shifts)) > 1:
        return _columns_of(value, picked, list(names))
    held = {label: source for label, source, _ in table.named} | dict(table.labels)
    own = tuple((n, held.get(n, label_key(n))) for n in names) if is_list else ()
    return replace_value(value, replace(picked, shifts=table.shifts[:1], named=(), labels=own))


def _by_label(machine: Machine, value: Known, index: Value) -> Value:
    """`table.loc[:, names]`; which rows others are isn't known."""
    from statelint.interp.subscripts import subscript

    table = replace(table_of(value), by_label=False)
    rows, *columns = (
        index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else (index,)
    )
    if len(columns) == 1 and rows.key == Known(Slice(NONE, NONE, NONE)).key:
        whole = replace_value(value, table)
        taken = headings.chosen(machine, table, columns[0], by_label=True)
        found = None
        if taken:
            found = _columns_named(whole, table, taken, tuple(map(label_key, taken)), is_list=True)
        elif not isinstance(columns[0], Known) or not isinstance(columns[0].value, Slice):
            found = item(machine, whole, columns[0])
        if found is not None:
            return found
    at = rows.value if isinstance(rows, Known) else None
    if isinstance(at, Array) and counts(at) and all(one == Known(Slice(NONE, NONE, NONE)) for one in columns):
        # Each of the numbers is the label of a row.
        return array_index(table.values, rows) or subscript(machine, unlabelled(machine, value), index)
    return subscript(machine, unlabelled(machine, value), index)


def unlabelled(machine: Machine, value: Value) -> Value:
    """The value; of `table.loc` nothing is known but what it is."""
    if isinstance(value, Known) and isinstance(value.value, Table) and value.value.by_label:
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", value.value.array.key, "loc"))
    return value


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
    put = {name: (source, 0) for name, source in table.labels}
    put |= {name: (source, k) for name, source, k in table.named}
    if len(table.shifts) - len(table.named) not in (0, 1):
        return None
    found = [put.get(name, (label_key(name), 0)) for name in names]
    of_one: dict[Hashable, set[int]] = {}
    for source, k in found:
        of_one.setdefault(source, set()).add(k)
    if max(map(len, of_one.values()), default=1) < 2:
        # Each column is one of its own.
        return replace_value(value, replace(table, shifts=(0,), site=None, named=(), labels=()))
    named = tuple((name, *one) for name, one in zip(names, found, strict=True))
    return replace_value(value, replace(table, shifts=tuple(k for _, k in found), named=named, labels=()))
