"""Blank arrays that are filled step by step with what is made of a part of a series: one-hot codes of it."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.machine import Machine
from statelint.interp.objects import ListRecord, Ref, Tuple
from statelint.sites import Site
from statelint.trace.objects import Array, Cut
from statelint.values import Known, Value, number

# As many parts of an identity are looked at.
_PARTS = 64


def spelled_out(machine: Machine, array: Array, index: Value, value: Value, site: Site) -> Cut | None:
    """The part of a series of which `array[index] = value` writes an item to each row so far, the item of
    that number: `codes[k][part[k]] = 1`.
    """
    first, *others = _parts(index)
    row, rows = number(first), array.samples
    if row is None or rows is None or not array.made:
        return None
    found = _part_with(machine, [*(part.key for part in others), value.key], row, site)
    if found is None or found.axis or found.length != rows or found.begin is None:
        return None
    if row == 0:
        return found if array.base == array.key else None
    before = array.cut
    return before if before == found and before.begin == found.begin else None


def _parts(index: Value) -> tuple[Value, ...]:
    return index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else (index,)


def _part_with(machine: Machine, keys: list[Hashable], item: int, site: Site) -> Cut | None:
    """The part of a series whose item of this number is one of what has these identities."""
    todo = keys
    for _ in range(_PARTS):
        if not todo:
            break
        key = todo.pop()
        match key:
            case ("item", ("Ref", Ref() as ref), ("int", int(at))) if at == item:
                record = machine.state.heap.get(ref.id)
                return record.cut if isinstance(record, ListRecord) else None
            case (
                "index" | "item",
                ("rows", whole, ("Slice", (begin, ("int", int(stop)), _))),
                ("int", int(at)),
            ):
                start = begin[1] if isinstance(begin, tuple) and begin[0] == "int" else None
                if at == item and isinstance(start, int) and 0 <= start < stop:
                    return Cut(site, whole, 0, stop - start, start, begin)
        if isinstance(key, tuple):
            todo += key
    return None
