"""Columns that hold the steps of one series, each one step behind the one before: windows, side by side."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise

from statelint.interp.machine import Machine
from statelint.interp.objects import ListRecord
from statelint.sites import Site
from statelint.trace.objects import Array, Windows
from statelint.values import Known, Value, number

# A series, the step that the first row of a column holds, and how far the next row is behind it.
_Column = tuple[Hashable, int, int]


def steps_beside(machine: Machine, value: Value | None, site: Site) -> Windows | None:
    """The windows that the columns in a list make, put beside each other; None where they are no such."""
    record = machine.record(value) if value is not None else None
    if not isinstance(record, ListRecord) or record.items is None or len(record.items) < 2:
        return None
    columns = [_column(machine, item) for item in record.items]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns) or len({(series, stride) for series, _, stride in known}) != 1:
        return None
    series, start, stride = known[0]
    if any(later[1] - one[1] != 1 for one, later in pairwise(known)):
        return None
    return Windows(series, start, stride, len(known), site)


def _column(machine: Machine, value: Value) -> _Column | None:
    """`x[k:]`, or a list of every so-manieth item of a series."""
    array = value.value if isinstance(value, Known) else None
    if isinstance(array, Array):
        start = number(array.start)
        is_part = array.base != array.key and array.windows is None
        return (array.base, start, 1) if start is not None and is_part else _of_items(array.key)
    record = machine.record(value)
    if isinstance(record, ListRecord):
        return _of_items(machine.content(value))
    return None


def _of_items(key: Hashable) -> _Column | None:
    match key:
        case ("array" | "numpy.squeeze" | "numpy.stack", content, *_):
            return _of_items(content)
        case ("rows", content, ("Slice", (("NoneType", _), *_))) | ("rows", content, ("NoneType", _), *_):
            return _of_items(content)
        case ("listed", *_, ("item", one, ("int", int(first))), ("item", other, ("int", int(second)))):
            return (one, first, second - first) if one == other and second > first >= 0 else None
    return None
