"""Items of a list that a loop has appended: of each it is known what the first two are like."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

from statelint.interp.machine import Machine
from statelint.interp.objects import DictRecord, InstanceRecord, Iteration, ListRecord, Ref, Tuple
from statelint.trace.objects import Array
from statelint.values import Known, Reason, Unknown, Value, unknown

_Name = TypeVar("_Name", bound=Hashable)
# So deep an item may lie in another one.
_DEEPEST = 3


def item_at(machine: Machine, record: ListRecord, element: Known, source: Hashable, position: int) -> Value:
    """An item of a list (`source`) with a typical `element`: where those that a loop appended hold others,
    the first two are as they are, and each further one is made like these, of data of its own.
    """
    begun = (*record.first, *record.head)
    if not isinstance(element.value, Ref | Tuple):
        return element
    if len(record.head) < 2:
        # One that is like the others isn't the others.
        return unknown(Reason.ITERATION, key=_item(source, position)) if position else element
    if position < len(begun):
        return begun[position]
    first, second = record.head[:2]
    return _alike(machine, first, second, _item(source, position))


def same_at(machine: Machine, iteration: Iteration) -> Value | None:
    """The item at any place, where the items stand in another order than they are drawn; None where they
    hold data of their own.
    """
    first, second = iteration.item(0), iteration.item(1)
    is_one = machine.content(first) == machine.content(second)
    return None if not is_one and isinstance(first, Known) and isinstance(first.value, Ref | Tuple) else first


def _item(source: Hashable, position: Hashable) -> Hashable:
    return ("item", source, position)


def _alike(machine: Machine, one: Value, other: Value, key: Hashable, depth: int = _DEEPEST) -> Value:
    """What is like two items, where they differ in their data with data of its own."""
    if one.key == other.key:
        return other
    if isinstance(other, Unknown) or (isinstance(other, Known) and isinstance(other.value, Array)):
        return unknown(Reason.ITERATION, key=key)
    if not depth or not isinstance(one, Known) or not isinstance(other, Known):
        return other
    return _made_alike(machine, one, other, key, depth - 1) or unknown(Reason.ITERATION, key=key)


def _made_alike(machine: Machine, one: Known, other: Known, key: Hashable, depth: int) -> Known | None:
    """The same of two tuples, lists, dicts or instances that hold as many; None where they don't."""
    match one.value, other.value:
        case Tuple(items=mine), Tuple(items=others) if len(mine) == len(others):
            items = _all_alike(machine, dict(enumerate(mine)), dict(enumerate(others)), key, depth)
            return Known(Tuple(tuple(items.values())), other.assuming, other.varies)
    before, after = machine.record(one), machine.record(other)
    match before, after:
        case ListRecord(items=tuple(mine)), ListRecord(items=tuple(others)) if len(mine) == len(others):
            items = _all_alike(machine, dict(enumerate(mine)), dict(enumerate(others)), key, depth)
            return machine.allocate(ListRecord.of(tuple(items.values())), machine.exact_class(other))
        case DictRecord(), DictRecord() if before.items.keys() == after.items.keys():
            held = _all_alike(machine, before.items, after.items, key, depth)
            return machine.allocate(replace(after, items=held))
        case InstanceRecord(), InstanceRecord() if before.attributes.keys() == after.attributes.keys():
            named = _all_alike(machine, before.attributes, after.attributes, key, depth)
            return machine.allocate(replace(after, attributes=named))
    return None


def _all_alike(
    machine: Machine, one: Mapping[_Name, Value], other: Mapping[_Name, Value], key: Hashable, depth: int
) -> dict[_Name, Value]:
    return {name: _alike(machine, one[name], value, _item(key, name), depth) for name, value in other.items()}
