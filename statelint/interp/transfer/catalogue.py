"""Datasets of a catalogue: what `tfds.load` gives."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, ListRecord, Tuple
from statelint.interp.transfer import Transfer
from statelint.trace.keys import parts
from statelint.trace.objects import Dataset
from statelint.values import FALSE, NONE, Known, Reason, Ternary, Value, is_, unknown

# The splits that the datasets have, one or another.
_SPLITS = ("train", "test", "validation", "unsupervised")


def _load(machine: Machine, name: str, arguments: Arguments) -> Value:
    """`tfds.load(name, split=…, with_info=…)`: a Dataset for each split, and what is known of them all."""
    told = arguments.get(9, "with_info") or FALSE
    if arguments.open or is_(told, True) is Ternary.UNKNOWN:
        return machine.unknown(Reason.LIBRARY_CALL)
    what = arguments.get(0, "name")
    found = _of(machine, arguments, None if what is None else what.key, arguments.get(1, "split") or NONE)
    if is_(told, True) is Ternary.YES:
        return Known(Tuple((found, machine.unknown(Reason.LIBRARY_CALL))))
    return found


def _of(machine: Machine, arguments: Arguments, what: Hashable, split: Value) -> Value:
    record = machine.record(split)
    if isinstance(record, ListRecord) and record.items is not None:
        made = tuple(_of(machine, arguments, what, one) for one in record.items)
        return machine.allocate(ListRecord(made, Known(len(made))))
    match split:
        case Known(value=None):
            splits: dict[Hashable, Value] = {one: _dataset(arguments, what, Known(one)) for one in _SPLITS}
            return machine.allocate(DictRecord(splits, complete=False))
        case Known(value=str()):
            return _dataset(arguments, what, split)
        case Known(value=Tuple(items=items)):
            return Known(Tuple(tuple(_of(machine, arguments, what, one) for one in items)))
    return machine.unknown(Reason.LIBRARY_CALL)


def _dataset(arguments: Arguments, what: Hashable, split: Value) -> Value:
    key = ("dataset", ("tfds", what, split.key))
    size = arguments.get(3, "batch_size")
    batch = None if size is None or is_(size, None) is Ternary.YES else size
    elements = unknown(Reason.LIBRARY_CALL, key=("length", key))
    site = None if batch is None else arguments.site
    return Known(Dataset(key, (), elements, batch, site))


def is_of_catalogue(key: Hashable) -> bool:
    """Whether data are made of what `tfds.load` gave, which every loop reads from its beginning."""
    return any(part[0] == "tfds" for part in parts(key))


TRANSFERS: dict[str, Transfer] = {"tensorflow_datasets.load": _load}
