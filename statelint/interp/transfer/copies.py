"""Models made anew of others: clones, and what `from_config` makes of a model's configuration."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace

from statelint.interp.elsewhere import Found
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    DictRecord,
    LayerRecord,
    ListRecord,
    ModelRecord,
    Record,
    Ref,
)
from statelint.interp.transfer.declared import BATCH_SHAPES, as_shape
from statelint.values import Known, Reason, Value, depending_on, unknown

# What gives a layer or a model by its id.
Part = Callable[[int], Record]
# Which of the model's layers (None: no one of them), and the key in its configuration.
_Place = tuple[int | None, Hashable]


def copy_model(
    machine: Machine, record: ModelRecord, arguments: Arguments, part: Part | None = None
) -> Value:
    """A model of the same layers, made anew; `part` gives these, where they aren't the machine's own."""
    part = part or machine.state.heap.__getitem__
    copy_of = {layer: _copied(machine, layer, arguments, part) for layer in dict.fromkeys(record.layers)}
    copies = tuple(copy_of[layer] for layer in record.layers)
    fresh = ModelRecord(
        record.kind, arguments.site, copies, record.complete, record.batch, record.undecided, record.built
    )
    chain = None if record.chain is None else tuple(copy_of[layer] for layer in record.chain)
    return machine.allocate(replace(fresh, in_order=record.in_order, chain=chain))


def _copied(machine: Machine, id_: int, arguments: Arguments, part: Part) -> int:
    """A layer or nested model made anew, with what is inside it."""
    record = part(id_)
    if isinstance(record, LayerRecord):
        inner = tuple(_copied(machine, x, arguments, part) for x in record.inner)
        made: Value = machine.allocate(replace(record, inner=inner, attributes={}))
    else:
        assert isinstance(record, ModelRecord)
        made = copy_model(machine, record, arguments, part)
    assert isinstance(made, Known) and isinstance(made.value, Ref)
    return made.value.id


def adopt(machine: Machine, found: Found, arguments: Arguments) -> Value:
    """A model that another program saves, made anew in this one."""
    assert machine.elsewhere is not None
    made = machine.elsewhere.made

    def part(id_: int) -> Record:
        record = found.other.state.heap[id_]
        assert isinstance(record, LayerRecord | ModelRecord)
        made.add(record.site)
        if isinstance(record, LayerRecord):
            return replace(record, stateful=depending_on(record.stateful, found.told))
        return replace(record, batch=depending_on(record.batch, found.told))

    root = part(found.id)
    assert isinstance(root, ModelRecord)
    return copy_model(machine, root, arguments, part)


def config_of(machine: Machine, id_: int) -> Value:
    """What `get_config()` gives: of all that it tells of a model, its layers and theirs."""
    record = machine.state.heap[id_]
    items: dict[Hashable, Value] = {"name": unknown(Reason.LIBRARY_CALL, key=("config", id_))}
    if isinstance(record, ModelRecord):
        layers = tuple(_entry(machine, layer) for layer in record.layers)
        items["layers"] = machine.allocate(ListRecord.of(layers))
        if record.kind == "Sequential":
            # Early Keras 2 gave the list of its layers itself.
            items.update(enumerate(layers))
    elif isinstance(record, LayerRecord) and record.inner:
        items["layer"] = _entry(machine, record.inner[0])
    return machine.allocate(DictRecord(items, complete=False))


def _entry(machine: Machine, id_: int) -> Value:
    return machine.allocate(DictRecord({"config": config_of(machine, id_)}, complete=False))


def from_config(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A model made anew of what `model.get_config()` or `model.to_json()` tells of one; not known where
    more was changed there than the shape of its batches.
    """
    values = arguments.values()
    told = machine.record(values[0]) if values else None
    id_ = _told_of(told.items.get("name")) if isinstance(told, DictRecord) else _told_of(*values[:1])
    record = machine.state.heap.get(id_) if id_ is not None else None
    if id_ is None or not isinstance(record, ModelRecord) or len(values) != 1:
        return machine.unknown(Reason.LOADED)
    changes = dict(_changes(machine, values[0], id_)) if isinstance(told, DictRecord) else {}
    if changes:
        # The first layer's batches are the model's; those of the others are passed over.
        shape = next((changes[0, name] for name in BATCH_SHAPES if (0, name) in changes), None)
        if shape is None or any(place is None or what not in BATCH_SHAPES for place, what in changes):
            return machine.unknown(Reason.LOADED)
        record = replace(record, batch=_rows_of(machine, shape))
    return copy_model(machine, record, arguments)


def _rows_of(machine: Machine, shape: Value) -> Value:
    begun = machine.beginning(as_shape(machine, shape))
    return begun[0] if begun else unknown(Reason.OPERATION)


def _told_of(value: Value | None = None) -> int | None:
    """The model or layer that a configuration is of, by its name or its text."""
    match getattr(value, "key", None):
        case ("config", int(id_)):
            return id_
    return None


def _changes(
    machine: Machine, config: Value | None, id_: int, place: int | None = None
) -> Iterator[tuple[_Place, Value | None]]:
    """What was changed in a configuration: in which of the model's layers, what, and to what."""
    told, record = machine.record(config) if config is not None else None, machine.state.heap[id_]
    if not isinstance(told, DictRecord) or _told_of(told.items.get("name")) != id_:
        yield (None, ...), config
        return
    parts: list[tuple[int | None, int, Value | None]] = []
    for key, item in told.items.items():
        if key == "layers" and isinstance(record, ModelRecord):
            listed = machine.record(item)
            found = listed.items if isinstance(listed, ListRecord) else None
            if found is None or len(found) != len(record.layers):
                yield (None, ...), item
                return
            at = enumerate(zip(record.layers, found, strict=True))
            parts += [(n if place is None else None, layer, entry) for n, (layer, entry) in at]
        elif key == "layer" and isinstance(record, LayerRecord):
            parts.append((place, record.inner[0], item))
        elif isinstance(key, int):
            listed = machine.record(told.items.get("layers", item))
            if not isinstance(listed, ListRecord) or item not in (listed.items or ()):
                yield (None, ...), item
        elif key != "name":
            yield (place, key), item
    for n, part, given in parts:
        about = machine.record(given) if given is not None else None
        held = about.items.get("config") if isinstance(about, DictRecord) else None
        yield from _changes(machine, held, part, n)
