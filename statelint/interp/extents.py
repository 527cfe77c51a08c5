"""Lengths that aren't known, and are the same for all windows: `x[i : i + n]` in a loop over `i`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from statelint.interp.objects import Slice
from statelint.trace.linear import between
from statelint.trace.objects import Windows
from statelint.values import NONE, Reason, Value, interned, number, unknown, varies


def extent_of(part: Slice) -> Hashable:
    """The identity of the length of a slice that a loop moves on; None where it isn't such a slice."""
    if NONE.key in (part.start.key, part.stop.key) or part.step.key != NONE.key:
        return None
    begin = part.start.key
    if number(part.stop) is not None or not (varies(part.start) or _moves(begin)):
        return None
    start = number(part.start)
    return None if start is not None and start < 0 else interned(between(begin, part.stop.key))


def _moves(begin: Hashable) -> bool:
    """Whether a number that isn't known comes of one that a loop draws of a range."""
    match begin:
        case ("item", ("range", *_), int()):
            return True
        case ("operation", "+" | "-" | "*", left, right):
            return _moves(left) or _moves(right)
    return False


def left_by(part: Slice, total: Value) -> Value:
    """How many a slice takes of so many that aren't known."""
    reached = extent_of(part)
    if reached is None and part.step.key == NONE.key:
        ends = [0 if end.key == NONE.key else number(end) for end in (part.start, part.stop)]
        if ends[0] is not None and ends[1] is not None and ends[0] >= 0 >= ends[1]:
            reached = interned(between(("int", ends[0] - ends[1]), total.key))
    return unknown(Reason.OPERATION, key=reached)


def narrowed(windows: Windows, first: int | None, stop: int | None) -> Windows | None:
    """The windows of a length that isn't known without some of their first and last steps."""
    begin = first or 0
    if begin < 0 or (stop is not None and 0 <= stop <= begin):
        return None
    start = None if windows.start is None else windows.start + begin
    if windows.in_columns and stop is not None and stop > 0 and not begin:
        return replace(windows, extent=("int", stop))
    if stop is not None and stop > 0:
        # Windows are as long as what is cut out of them.
        return replace(windows, start=start, length=stop - begin, extent=None)
    left = between(("int", begin - (stop or 0)), windows.extent)
    return replace(windows, start=start, extent=interned(left))
