"""What a call is fed: the rows, batches and order of arrays, Datasets, Sequences and generators."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cache

from statelint.interp import chance, drawing, pipelines
from statelint.interp.attributes import library_bases, mro, user_attribute
from statelint.interp.joining import in_a_row
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Class,
    DictRecord,
    InstanceRecord,
    Items,
    Iteration,
    Library,
    ListRecord,
    Ref,
    Table,
    Tuple,
)
from statelint.interp.pieces import is_piece, lengths
from statelint.interp.shapes import common
from statelint.interp.transfer import catalogue
from statelint.interp.transfer.windowing import BATCHES
from statelint.sites import Site
from statelint.trace.objects import Array, Data, Dataset, Pair, Windows
from statelint.values import (
    Choice,
    Known,
    Reason,
    Value,
    number,
    unknown,
)


def describe(machine: Machine, value: Value, *, surely_array: bool = False) -> Data:
    """What kind of data a value is for Keras."""
    if isinstance(value, Known):
        match value.value:
            case Table() as table:
                return describe(machine, Known(table.values), surely_array=surely_array)
            case Array() as array:
                is_part = array.samples is None and is_piece(array.key)
                counts = frozenset((*lengths(array.key), *(v.key for v in (array.shape or ())[:1])))
                return Data("array", array.key, array, is_part=is_part, lengths=counts)
            case Dataset() as dataset:
                return Data("dataset", dataset.key, dataset=dataset, resets=dataset.resets)
            case Items(iteration=iteration):
                shuffled = _order_of(machine, iteration) or _order_of_targets(machine, iteration)
                yielded = Data(
                    "generator",
                    value.key,
                    batch_rows=_rows_of_all(iteration),
                    yielded=_windows_of_all(iteration),
                    batches=_first(iteration),
                    restarts=iteration.restarts,
                    rewinds=iteration.rewinds,
                    resets=iteration.resets,
                    kept=_kept_by_owner(machine, value.key),
                )
                return _in_order_of(machine, yielded, shuffled)
            case Tuple(items=items) if items:
                return describe(machine, items[0], surely_array=True)
        of_record = _of_record(machine, value)
        if of_record is not None:
            return of_record
    if isinstance(value, Choice):
        several = pipelines.common(value)
        if several is not None:
            return Data("dataset", several.key, dataset=several, resets=several.resets)
        shared = common(value)
        if shared is not None:
            is_part = shared.samples is None and any(describe(machine, o).is_part for o in value.options)
            return Data("array", value.key, shared, is_part=is_part, lengths=frozenset(lengths(value.key)))
    part = is_piece(value.key)
    kind = "array" if surely_array else "unknown"
    told = chance.mixed_batch(machine, value.key)
    again = catalogue.is_of_catalogue(value.key)
    counts = frozenset(lengths(value.key))
    return Data(kind, value.key, told, is_part=part, lengths=counts, restarts=again)


def _of_record(machine: Machine, value: Known) -> Data | None:
    """What a list, a dict or an instance gives; None where it is none of them."""
    record = machine.record(value)
    if isinstance(record, ListRecord):
        first = record.items[0] if record.items else record.element
        if isinstance(first, Known) and isinstance(first.value, Array):
            inner = describe(machine, first, surely_array=True)
            return replace(inner, key=("inputs", inner.key))
        key = machine.content(value)
        count = _rows_of_inputs(record)
        told = Array(key, None, key, rows=count) if count is not None else None
        return Data("array", key, told, is_part=is_piece(key), lengths=frozenset(lengths(key)))
    if isinstance(record, InstanceRecord) and isinstance(record.type, Known):
        type_ = record.type.value
        if isinstance(type_, Class | Library):
            return _of_instance(machine, value, record, type_)
        return Data("unknown", value.key)
    if isinstance(record, DictRecord) and record.items:
        inner = describe(machine, next(iter(record.items.values())), surely_array=True)
        return replace(inner, key=value.key)
    if record is not None:
        key = machine.content(value)
        return Data("array", key, is_part=is_piece(key), lengths=frozenset(lengths(key)))
    return None


def _of_instance(machine: Machine, value: Known, record: InstanceRecord, type_: Class | Library) -> Data:
    """What a Sequence gives, or an object with `__next__`."""
    bases = library_bases(type_) if isinstance(type_, Class) else (type_.name,)
    if any(base.endswith(("Sequence", "PyDataset", "TimeseriesGenerator")) for base in bases):
        held = record.attributes.get(BATCHES)
        made = held.value if isinstance(held, Known) and isinstance(held.value, Dataset) else None
        resets = drawing.of_sequence(machine, value)
        own = _batches_of(machine, value) if made is None else _Batches()
        data = Data(
            "sequence",
            value.key,
            dataset=made,
            batch_rows=own.rows,
            last=own.last,
            yielded=own.windows,
            batches=own.first,
            resets=resets,
            kept=_kept(machine, value),
        )
        return _in_order_of(machine, data, own.shuffled, type_ if isinstance(type_, Class) else None)
    if user_attribute(machine, Known(type_), "__next__", value) is None:
        return Data("unknown", value.key)
    own = _drawn_from(machine, value)
    data = Data("generator", value.key, batch_rows=own.rows, yielded=own.windows, batches=own.first)
    return _in_order_of(machine, data, own.shuffled)


def shuffled_with(machine: Machine, data: Data, targets: Value) -> Data:
    """Data whose rows were shuffled together with their targets, where only these still show it."""
    beside = describe(machine, targets, surely_array=True)
    order = beside.array.shuffle_site if beside.array is not None else None
    if data.kind != "array" or beside.array is None or order is None or order not in machine.together:
        return data
    array, counts = data.array, {data.samples, beside.samples} - {None}
    if array is None:
        rows = Known(counts.pop()) if counts else None
        array = Array(data.key, None, data.key, rows=rows)
        data = replace(data, is_part=beside.is_part, lengths=data.lengths | beside.lengths)
    elif array.shuffle_site is not None or array.windows is not None or len(counts) > 1:
        return data
    return replace(data, array=replace(array, shuffle_site=order))


def _rows_of_inputs(inputs: ListRecord) -> Known | None:
    """The number of rows that a list of several inputs has, where one of them tells."""
    several = inputs.items or ()
    found = [
        item.value.samples for item in several if isinstance(item, Known) and isinstance(item.value, Array)
    ]
    return next((Known(count) for count in found if count is not None), None)


def _rows_of_all(iteration: Iteration, first: int = 3) -> int | None:
    """How many rows each of the `first` batches has, None where they differ or aren't known."""
    found: set[int | None] = set()
    count = number(iteration.count)
    for position in range(first if count is None else max(min(count, first), 1)):
        item = iteration.item(position)
        if isinstance(item, Known) and isinstance(item.value, Tuple) and item.value.items:
            item = item.value.items[0]
        found.add(item.value.samples if isinstance(item, Known) and isinstance(item.value, Array) else None)
    return found.pop() if len(found) == 1 else None


def _windows_of_all(iteration: Iteration) -> Windows | None:
    """The windows of a series that the first batches of a generator make up, one behind the other."""
    one, other = (_inputs(iteration.item(position)) for position in (0, 1))
    windows = in_a_row(one, other) if one is not None and other is not None else None
    if windows is None or one is None or one.shape is None or len(one.shape) < 2:
        return windows
    steps = number(one.shape[1])
    return windows if steps is None else windows.counted_in(steps)


def _first(iteration: Iteration) -> tuple[Pair, ...]:
    """The inputs and targets of the first two batches, one behind the other; none where it isn't known."""
    found = [_pair(iteration.item(position)) for position in (0, 1)]
    return tuple(pair for pair in found if pair is not None) if None not in found else ()


def _pair(item: Value) -> Pair | None:
    inputs = _inputs(item)
    parts = item.value.items if isinstance(item, Known) and isinstance(item.value, Tuple) else ()
    return Pair(inputs, parts[1]) if inputs is not None and len(parts) > 1 else None


def _inputs(item: Value) -> Array | None:
    """The (first) array that the model gets of a batch."""
    while isinstance(item, Known) and isinstance(item.value, Tuple) and item.value.items:
        item = item.value.items[0]
    return item.value if isinstance(item, Known) and isinstance(item.value, Array) else None


@dataclass(frozen=True, slots=True)
class _Batches:
    """What is known of a Sequence's batches: how many rows the first ones have, where all have the same, the
    last one, the windows that they make up, the call that shuffled their rows, and the first two of them.
    """

    rows: int | None = None
    last: Array | None = None
    windows: Windows | None = None
    shuffled: Site | None = None
    first: tuple[Pair, ...] = ()


def _batches_of(machine: Machine, sequence: Known) -> _Batches:
    """What is known of the batches of the program's own Sequence."""
    with machine.trying():
        count = drawing.count_of(machine, sequence)
        # A Sequence may move on by itself: each batch is drawn once, in their order.
        item = cache(lambda k: drawing.item_of(machine, sequence, k))
        iteration = Iteration(count, item, sequence.key, False)
        begun = _kept(machine, sequence)
        rows, windows = _rows_of_all(iteration), _windows_of_all(iteration)
        end = number(count) if _kept(machine, sequence) == begun else None
        last = _inputs(iteration.item(end - 1)) if end else None
        first = [_inputs(iteration.item(position)) for position in (0, 1)]
        order = _order_of(machine, iteration) or chance.order_of_rows(machine.record(sequence), first)
        return _Batches(rows, last, windows, order, _first(iteration))


def _drawn_from(machine: Machine, iterator: Known) -> _Batches:
    """What is known of the batches of the program's own iterator."""
    with machine.trying():
        # Each batch is drawn once, in their order.
        item = cache(lambda _: drawing.next_of(machine, iterator))
        iteration = Iteration(unknown(Reason.ITERATION), item, iterator.key, False)
        # `next(generator)` is followed twice.
        rows, windows = _rows_of_all(iteration, 2), _windows_of_all(iteration)
        return _Batches(rows, None, windows, _order_of(machine, iteration), _first(iteration))


def _kept(machine: Machine, sequence: Known) -> dict[str, Hashable]:
    """What an object keeps in its attributes."""
    record = machine.record(sequence)
    return (
        {name: given.key for name, given in record.attributes.items()}
        if isinstance(record, InstanceRecord)
        else {}
    )


def _kept_by_owner(machine: Machine, key: Hashable) -> dict[str, Hashable]:
    """What the object keeps of which a method is a generator."""
    match key:
        case ("Items", ("generator", _, _, (("Ref", Ref() as owner), *_))):
            return _kept(machine, Known(owner))
    return {}


def _in_order_of(machine: Machine, data: Data, site: Site | None, maker: Class | None = None) -> Data:
    """The data with the call that shuffles what they yield, or that put the rows of which it is made into
    random order before: that split them off at random, or stands outside of the class `maker`.
    """
    classes = [base.value for base in mro(maker) if isinstance(base, Known)] if maker is not None else []
    places = [machine.site(one.node) for one in classes if isinstance(one, Class)]
    is_before = site is not None and places and not any(place.contains(site) for place in places)
    if is_before or site in machine.splits:
        return replace(data, rows_shuffled=site)
    return replace(data, yields_shuffled=site)


def _order_of(machine: Machine, iteration: Iteration) -> Site | None:
    """The call that shuffled the rows of the batches that a generator yields; None where they are always the
    same rows, in one order: lanes.
    """
    first, then = (_inputs(iteration.item(position)) for position in (0, 1))
    if first is None or (then is not None and chance.are_same_draws(machine, first, then)):
        return None
    return first.shuffle_site or (chance.order_within(machine, first) if then is not None else None)


def _order_of_targets(machine: Machine, iteration: Iteration) -> Site | None:
    """The call that shuffled the rows and their targets together, where only these still show it."""
    item = iteration.item(0)
    parts = item.value.items if isinstance(item, Known) and isinstance(item.value, Tuple) else ()
    targets = parts[1].value if len(parts) > 1 and isinstance(parts[1], Known) else None
    site = targets.shuffle_site if isinstance(targets, Array) else None
    return site if site in machine.together else None
