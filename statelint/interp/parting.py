"""Models that branches complete in different ways: with a layer that keeps its state on one, and on the other
without.  From there on they are two models, each known on its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from statelint.interp.objects import DictRecord, InstanceRecord, ListRecord, ModelRecord, Record, Ref, Tuple
from statelint.interp.state import State, keeps_state
from statelint.values import Choice, Known, Value

# So deep in tuples models are looked for.
_DEEP = 3


def part(begun: State, one: State, other: State, fresh_id: Callable[[], int]) -> dict[int, int]:
    """Give the models that `other` completed differently from `one` identities of their own there.

    Returns the new identities by the old ones.
    """
    parted = {ref: fresh_id() for ref in _parted(begun, one, other)}
    if parted:
        for ref, new in parted.items():
            other.heap[new] = other.heap.pop(ref)
        for frame, names in list(other.frames.items()):
            changed = {
                name: now for name, value in names.items() if (now := other_value(value, parted)) != value
            }
            if changed:
                other.names(frame).update(changed)
        for ref, record in list(other.heap.items()):
            other.heap[ref] = _with_others(record, parted)
    return parted


def _parted(begun: State, one: State, other: State) -> Iterator[int]:
    for ref, record in begun.heap.items():
        left, right = one.heap.get(ref), other.heap.get(ref)
        if not isinstance(record, ModelRecord) or left is right:
            continue
        if isinstance(left, ModelRecord) and isinstance(right, ModelRecord):
            keeps = [
                any(keeps_state(layer, s.heap) for layer in now.layers)
                for now, s in ((left, one), (right, other))
            ]
            if keeps[0] != keeps[1] and not any(now.ran or not now.complete for now in (left, right)):
                yield ref


def other_value(value: Value, parted: Mapping[int, int], depth: int = _DEEP) -> Value:
    """The value as it is called on the other way."""
    match value:
        case Known(value=Ref(id=ref)) if ref in parted:
            return replace(value, value=Ref(parted[ref]))
        case Known(value=Tuple(items=items)) if parted and depth:
            others = tuple(other_value(item, parted, depth - 1) for item in items)
            return value if others == items else replace(value, value=Tuple(others))
        case Choice():
            options = [other_value(option, parted) for option in value.options]
            return replace(value, options=tuple(option for option in options if isinstance(option, Known)))
    return value


def _with_others(record: Record, parted: Mapping[int, int]) -> Record:
    match record:
        case InstanceRecord() | ModelRecord():
            attributes = {name: other_value(value, parted) for name, value in record.attributes.items()}
            return record if attributes == record.attributes else replace(record, attributes=attributes)
        case ListRecord(items=tuple(items)):
            others = tuple(other_value(item, parted) for item in items)
            return record if others == items else replace(record, items=others)
        case DictRecord():
            found = {key: other_value(value, parted) for key, value in record.items.items()}
            return record if found == record.items else replace(record, items=found)
    return record
