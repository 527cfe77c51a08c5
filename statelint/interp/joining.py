"""Windows that several arrays make up, one array behind the other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from statelint.trace.objects import Array, Windows


def windows_behind(arrays: Sequence[Array]) -> Windows | None:
    """The windows that the rows of several arrays are, one array behind the other; empty ones add none."""
    filled = [array for array in arrays if array.samples != 0]
    if len(filled) == 1:
        return filled[0].windows
    found = in_a_row(*filled) if len(filled) == 2 else None
    return found or _of_several_series(filled)


def in_a_row(one: Array, other: Array) -> Windows | None:
    """The windows that arrays make up one behind the other, where these are the first two."""
    first, second, rows = one.windows, other.windows, one.samples
    if first is None or second is None or rows is None or first.start is None or second.start is None:
        return None
    stride = second.start - first.start if rows == 1 else first.stride
    goes_on = second.start - first.start == rows * stride > 0 and second.length == first.length
    return replace(first, stride=stride) if goes_on and second.series == first.series else None


def _of_several_series(arrays: Sequence[Array]) -> Windows | None:
    """The windows where each array has those of its own series."""
    first = arrays[0].windows if arrays else None
    if first is None or first.length is None:
        return None
    for array in arrays:
        own = array.windows
        # How far the next window is moved on isn't said by a single one.
        if own is None or array.samples == 1 or (own.stride, own.length) != (first.stride, first.length):
            return None
    if any(_lie_between(one, other) for one, other in itertools.pairwise(arrays)):
        return None
    return replace(first, series=("joined", *(array.key for array in arrays)), start=None)


def _lie_between(one: Array, other: Array) -> bool:
    """Whether the windows of one array may begin between those of another: lanes, step after step."""
    first, second = one.windows, other.windows
    if first is None or second is None or first.series != second.series:
        return False
    if first.start is None or second.start is None:
        return False
    moved = second.start - first.start
    return 0 < moved < first.stride * (one.samples or 2) and moved % first.stride != 0


def beside(arrays: Sequence[Array]) -> Windows | None:
    """The windows where arrays lie side by side: more columns of the same steps."""
    found = [array.windows for array in arrays if array.windows is not None]
    return found[0] if found and len({(w.stride, w.length, w.extent) for w in found}) == 1 else None
