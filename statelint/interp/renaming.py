"""Values that change in place: another one stands wherever the old one stood."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import InstanceRecord
from statelint.values import Value


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
