"""`value[index]`: items and parts of data, lists, tables and the rest, and where they were cut out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import reduce

import libcst as cst

from statelint.interp import calls, classes, fields, headings, loops
from statelint.interp.attributes import attribute
from statelint.interp.chance import as_order
from statelint.interp.consecutive import as_slice, to_the_label
from statelint.interp.cutting import cut_of, row_and_steps
from statelint.interp.filling import windows_of
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Class,
    DictRecord,
    Items,
    ListRecord,
    Method,
    ModelRecord,
    Range,
    Ref,
    Slice,
    Table,
    Tensor,
    Tuple,
)
from statelint.interp.operators import over_choices
from statelint.interp.pieces import is_fold
from statelint.interp.shapes import array_index, columns, picked, reach, shifted
from statelint.interp.transfer import graphs, taking
from statelint.trace.objects import Array, Dataset
from statelint.values import (
    MAX_OPTIONS,
    NONE,
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    depending_on,
    interned,
    join,
    number,
    options,
    unknown,
)


def subscript(machine: Machine, value: Value, index: Value, node: cst.CSTNode | None = None) -> Value:
    """`value[index]`."""
    if isinstance(value, Choice):
        if machine.passes and _is_one_series(value):
            # Windows that a loop cuts out of a series, in whichever form.
            return subscript(machine, Known(Array(value.key, None, value.key)), index, node)
        return over_choices(lambda a, b: subscript(machine, a, b, node), value, index)
    record = machine.record(value)
    if isinstance(record, DictRecord):
        if isinstance(index, Known) and index.value in record.items:
            return record.items[index.value]
        if isinstance(index, Unknown) and _is_closed(record):
            # Any other key would raise.
            any_item = reduce(join, record.items.values())
            return replace(any_item, by=index.key) if isinstance(any_item, Choice) else any_item
    index = as_slice(machine, as_order(machine, index, value), value)
    if machine.passes and node is not None and _is_by_label(value):
        index = to_the_label(index)
    within = row_and_steps(index, node)
    if within is not None and (isinstance(value, Unknown) or isinstance(value.value, Array)):
        return subscript(machine, subscript(machine, value, within[0], node), within[1], node)
    if isinstance(value, Known):
        found: Value | None = None
        match value.value:
            case Array(key=key) if key in machine.bounds and (at := number(index)) is not None and at >= 0:
                # One of the numbers that `np.arange` counts.
                found = loops.iterate(machine, value).item(at)
            case Array() as array:
                names = _names(machine, array, index) if array.shape is None else None
                if names is not None:
                    return columns(array, names)
                found = _as_batch(machine, array, index, array_index(array, index))
            case Table():
                found = taking.item(machine, value, index)
            case Method(receiver=receiver, name="loc") if (labels := _columns_at(index)) is not None:
                # Rows that were cut out of a table.
                return subscript(machine, receiver, labels, node)
            case Tuple(items=items):
                found = _item(machine, items, index, as_list=False)
            case Tensor() as tensor:
                rows, *rest = (
                    index.value.items
                    if isinstance(index, Known) and isinstance(index.value, Tuple)
                    else (index,)
                )
                whole = isinstance(rows, Known) and rows.value == Slice(NONE, NONE, NONE)
                # `x[..., None]`
                keeps_rows = whole or (rows == Known(...) and all(part.key == NONE.key for part in rest))
                return graphs.flow(machine, value, batch=tensor.batch if keeps_rows else None) or NONE
            case Items() | Range():
                drawn = loops.iterate(machine, value)
                if isinstance(index, Known) and isinstance(index.value, int) and index.value >= 0:
                    found = drawn.item(index.value)
            case str() as text:
                found = _text_at(text, index)
        if isinstance(record, ListRecord):
            if record.unordered and record.layers_of is not None:
                return _any_of(machine, record.layers_of, index)
            if record.items is not None:
                found = _item(machine, record.items, index, machine.exact_class(value), as_list=True)
            elif _is_slice_of_data(machine, record, index):
                return _part_of_list(machine, value, record, index, node)
            elif isinstance(index, Known) and isinstance(index.value, int):
                part = loops.part_at(machine, record, index.value)
                if part is not None:
                    return part
            if found is None and record.items is None:
                found = loops.dataset_at(value, record, index)
        if found is not None:
            return depending_on(_cut_at(machine, found, value, index, node), index)
        found = calls.library_item(machine, value, index)
        if found is not None:
            return found
        found = _of_instance(machine, value, index)
        if found is not None:
            return found
    label = headings.item(machine, value, index) if isinstance(value, Unknown) else None
    if label is not None:
        return label
    if isinstance(record, ListRecord) and record.shuffle_site is not None:
        mixed = interned(("mixed", value.key if record.content is None else record.content))
        machine.chances[mixed] = record.shuffle_site
        return machine.unknown(Reason.ITERATION, node, ("item", mixed, machine.content(index)))
    if isinstance(value, Unknown) and isinstance(index, Known):
        if index.value == 0 and value.key in machine.heights:
            return machine.heights[value.key]
        if value.key in machine.begun:
            return _of_begun(machine, value, index, node)
        if isinstance(index.value, Array) and index.value.windows is not None:
            looked_up = array_index(Array(value.key, None, value.key), index)
            if looked_up is not None:
                return looked_up
        rows, *others = (index.value.items if isinstance(index.value, Tuple) else None) or (index,)
        order = rows.value if isinstance(rows, Known) else None
        if isinstance(order, Array) and (order.shuffle_site or is_fold(order.key)):
            return _cut_at(machine, picked(value, order, tuple(others)), value, index, node)
        cut_rows = _rows_of_unknown(machine, value, index, node)
        if cut_rows is not None:
            return cut_rows
    # The same names in a list of their own are the same columns.
    return machine.unknown(Reason.ITERATION, node, ("item", value.key, machine.content(index)))


def _is_one_series(value: Choice) -> bool:
    """Whether a value is one array or another, of whose rows nothing is known but that they are in order."""
    arrays = [option.value for option in value.options if isinstance(option.value, Array)]
    is_plain = all(array.windows is None and array.shuffle_site is None for array in arrays)
    return is_plain and len(arrays) == len(value.options) and any(array.shape is None for array in arrays)


def _of_begun(machine: Machine, value: Unknown, index: Known, node: cst.CSTNode | None) -> Value:
    """An item of a tuple, or a part of it, of which only the first items are known."""
    begun, at = machine.begun[value.key], index.value
    if isinstance(at, int) and 0 <= at < len(begun):
        return begun[at]
    part = machine.unknown(Reason.ITERATION, node, ("item", value.key, index.key))
    if isinstance(at, Slice) and at.stop.key == at.step.key == NONE.key:
        start = 0 if at.start.key == NONE.key else number(at.start)
        return machine.begin(part, begun[start:]) if start is not None and start >= 0 else part
    return part


def _as_batch(machine: Machine, array: Array, index: Value, found: Value | None) -> Value | None:
    """An item of an array of batches: the steps of some lanes, or with the windows of which it is made."""
    held, place = machine.batches.get(array.key, ()), number(index)
    if place is None or not 0 <= place < len(held) or not isinstance(found, Known):
        return found
    part, batch = found.value, held[place]
    if batch is not None and batch.windows is None:
        return replace(found, value=batch)
    if not isinstance(part, Array) or part.windows is not None or batch is None:
        return found
    rows = part.rows if part.rows is not None else batch.count
    return replace(found, value=replace(part, windows=batch.windows, rows=rows))


def _names(machine: Machine, rows: Array, index: Value) -> Hashable:
    """The names of columns that an index lists, None where it lists something else."""
    record = machine.record(index)
    if not isinstance(record, ListRecord):
        return None
    items = record.items
    if items is None:
        # Whatever a list takes of rows of `table.iloc`, it takes it of each.
        return machine.content(index) if _are_of_table(rows) and record.content is not None else None
    is_named = items and all(isinstance(item, Known) and isinstance(item.value, str) for item in items)
    return machine.content(index) if is_named else None


def _are_of_table(rows: Array) -> bool:
    match rows.row_cut and rows.row_cut.whole:
        case ("attribute", _, "iloc" | "loc"):
            return True
    return False


def _columns_at(index: Value) -> Value | None:
    """What an index takes of the columns of all rows: `[:, names]`."""
    match index:
        case Known(value=Tuple(items=(Known(value=Slice() as rows), Known() as names))):
            is_whole = rows == Slice(NONE, NONE, NONE)
            return names if is_whole and not isinstance(names.value, Slice) else None
    return None


def _is_by_label(value: Value) -> bool:
    if isinstance(value, Known) and isinstance(value.value, Table):
        return value.value.by_label
    match value.key:
        case ("attribute", _, "loc"):
            return isinstance(value, Unknown)
    return False


def _is_closed(record: DictRecord) -> bool:
    """Whether an item of the dict is certainly one of a few that are known."""
    return record.complete and not record.assumed and 0 < len(record.items) <= MAX_OPTIONS


def _of_instance(machine: Machine, value: Known, index: Value) -> Value | None:
    """An item of an instance of the program's classes, or a member of an Enum."""
    if isinstance(value.value, Class):
        if fields.is_enum(value.value) and isinstance(index, Known) and isinstance(index.value, str):
            return attribute(machine, value, index.value)
        return value
    parts = fields.tuple_of(machine, value)
    if parts is not None:
        return _item(machine, parts, index, as_list=False)
    return classes.call_special(machine, value, "__getitem__", index)


def _cut_at(machine: Machine, part: Value, whole: Value, index: Value, node: cst.CSTNode | None) -> Value:
    """Note where a part was cut out of an array."""
    if isinstance(index, Known) and isinstance(index.value, str):
        # A column of rows that were cut out before.
        return part
    is_looked_up = isinstance(index, Known) and isinstance(index.value, Array)
    if is_looked_up or (isinstance(whole, Known) and isinstance(whole.value, Tuple | Ref)):
        held = part.value if isinstance(part, Known) else None
        if isinstance(held, Array) and held.cut is not None:
            # What a tuple or a list holds, or what stands for each item of a part, was cut out elsewhere.
            return part
    if node is None or not isinstance(part, Known) or part.key == whole.key:
        return part
    if isinstance(part.value, Table) and isinstance(index, Known) and isinstance(index.value, Slice | Tuple):
        rows = replace(part.value.array, cut=cut_of(machine, node, whole.key, index))
        return replace(part, value=replace(part.value, array=rows))
    if isinstance(part.value, Array):
        outer = whole.value.cut if isinstance(whole, Known) and isinstance(whole.value, Array) else None
        cut = cut_of(machine, node, whole.key, index, outer)
        return replace(part, value=replace(part.value, cut=cut))
    return part


def _rows_of_unknown(
    machine: Machine, whole: Unknown, index: Known, node: cst.CSTNode | None
) -> Value | None:
    """A slice of rows of data of which nothing is known, or the data as one row."""
    indices = index.value.items if isinstance(index.value, Tuple) else (index,)
    first = indices[0] if indices else Known(0)
    if first.key == NONE.key:
        key = ("index", whole.key, index.key)
        return Known(Array(key, None, key, rows=Known(1)))
    if not isinstance(first, Known) or not isinstance(first.value, Slice):
        return None
    if first.value.step.key != NONE.key:
        return _thinned(machine, whole, index, node)
    start = Known(0) if first.value.start.key == NONE.key else first.value.start
    base = whole.key if len(indices) == 1 else ("of", whole.key, *(i.key for i in indices[1:]))
    cut = cut_of(machine, node, whole.key, index) if node is not None else None
    # The last row with the label that a slice of `table.loc` ends with is taken too.
    rows = None if _is_by_label(whole) else reach(first.value)
    return Known(Array(("rows", whole.key, index.key), None, base, start, cut=cut, rows=rows))


def _thinned(machine: Machine, whole: Unknown, index: Known, node: cst.CSTNode | None) -> Value | None:
    """Some rows of data of which nothing is known, each a number of rows behind the one before."""
    if not isinstance(index.value, Slice) or (number(index.value.step) or 0) < 1:
        return None
    key = ("item", whole.key, index.key)
    cut = cut_of(machine, node, whole.key, index) if node is not None else None
    rows = None if _is_by_label(whole) else reach(index.value)
    return Known(Array(key, None, key, cut=cut, rows=rows))


def _text_at(text: str, index: Value) -> Value | None:
    """A character of a text, or a part of it."""
    place = _place(index, len(text))
    return None if place is None else Known(text[place])


def _is_slice_of_data(machine: Machine, record: ListRecord, index: Value) -> bool:
    """Whether numbers and the like are cut out of a list whose items aren't known one by one."""
    at, element = index.value if isinstance(index, Known) else None, record.element
    is_slice = isinstance(at, Slice) and at.step.key == NONE.key
    known = options(element) if element is not None else ()
    plain = (int, float, str, Array, Dataset)
    is_plain = bool(known) and all(isinstance(one.value, plain) for one in known)
    inner = machine.record(element) if element is not None else None
    is_part = isinstance(inner, ListRecord) and (inner.cut is not None or _are_numbers(inner))
    is_data = isinstance(element, Unknown) or is_plain or is_part
    is_ordered = record.shuffle_site is None or record.content is not None
    return is_slice and is_data and record.layers_of is None and is_ordered


def _are_numbers(row: ListRecord) -> bool:
    """Whether a list holds numbers, or what isn't known: no layers, no lists of others."""
    found = row.items if row.items is not None else (row.element,)
    return all(isinstance(one, Unknown) or (one is not None and number(one) is not None) for one in found)


def _part_of_list(
    machine: Machine, value: Value, record: ListRecord, index: Value, node: cst.CSTNode | None
) -> Value:
    """A slice of a list whose items aren't known one by one."""
    whole = machine.content(value)
    cut = cut_of(machine, node, whole, index, record.cut) if node is not None else None
    assert isinstance(index, Known) and isinstance(index.value, Slice)
    length = reach(index.value) or unknown(Reason.ITERATION, key=("length", whole, index.key))
    # `x[1:len(x)]` is `x[1:]`.
    to_the_end = index.value.stop.key == record.length.key
    content = ("rows", whole, Known(replace(index.value, stop=NONE)).key if to_the_end else index.key)
    windows = shifted(windows_of(machine, record, None), index.value.start, 1)
    begins = index.value.start.key in (NONE.key, Known(0).key) and not record.first
    return machine.allocate(
        ListRecord(
            None,
            length,
            record.element,
            record.head if begins else (),
            content=content,
            cut=cut,
            windows=windows,
            shuffle_site=record.shuffle_site,
        )
    )


def _item(
    machine: Machine, items: tuple[Value, ...], index: Value, exact: str | None = None, *, as_list: bool
) -> Value | None:
    place = _place(index, len(items))
    if isinstance(place, slice):
        part = items[place]
        return machine.allocate(ListRecord.of(part), exact) if as_list else Known(Tuple(part))
    return None if place is None else items[place]


def _any_of(machine: Machine, model: int, index: Value) -> Value:
    """One of a model's layers, or some, and it isn't known which."""
    if isinstance(index, Known) and isinstance(index.value, Slice):
        return machine.allocate(ListRecord(None, unknown(Reason.ATTRIBUTE), layers_of=model))
    record = machine.state.heap[model]
    assert isinstance(record, ModelRecord)
    return graphs.any_of(machine, record)


def _place(index: Value, length: int) -> int | slice | None:
    """A known index that there is, or a slice with known bounds."""
    if not isinstance(index, Known):
        return None
    if isinstance(index.value, int):
        return index.value if -length <= index.value < length else None
    if not isinstance(index.value, Slice):
        return None
    bounds: list[int | None] = []
    for bound in (index.value.start, index.value.stop, index.value.step):
        if not isinstance(bound, Known) or not (bound.value is None or isinstance(bound.value, int)):
            return None
        bounds.append(bound.value)
    return slice(*bounds) if bounds[2] != 0 else None
