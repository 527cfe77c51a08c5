"""Values that change in place: another one stands wherever the old one stood."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import InstanceRecord
from statelint.values import Value


def rename_object(machine: Machine, old: Value, new: Value) -> None:
    """The same for one object of those that have the same contents: a copy of it keeps them.

    All of them, where it isn't known which object it is.
    """
    frames = [(frame, name) for frame, names in machine.state.frames.items() for name in names]
    own = [(frame, name) for frame, name in frames if machine.state.frames[frame][name] is old]
    if not own:
        rename(machine, old.key, new)
    for frame, name in own:
        machine.state.names(frame)[name] = new
    for id_, record in list(machine.state.heap.items()) if own else ():
        if isinstance(record, InstanceRecord) and any(v is old for v in record.attributes.values()):
            attributes = {n: new if v is old else v for n, v in record.attributes.items()}
            machine.state.heap[id_] = replace(record, attributes=attributes)


def rename(machine: Machine, key: Hashable, new: Value) -> None:
    """Put the new value wherever the one with this key stands."""
    for frame, names in list(machine.state.frames.items()):
        changed = {name: new for name, value in names.items() if value.key == key}
        if changed:
            machine.state.names(frame).update(changed)
    for id_, record in list(machine.state.heap.items()):
        if isinstance(record, InstanceRecord) and any(v.key == key for v in record.attributes.values()):
            attributes = {n: new if v.key == key else v for n, v in record.attributes.items()}
            machine.state.heap[id_] = replace(record, attributes=attributes)
